#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-harden check on configurations that never run: known faults, each found at its line, and
# none in good ones; the forms of output; bad input; containers that are broken or hostile.

load ../lib/skip.bash

setup_file() {
	: "${abs_top_builddir:?}" "${abs_top_srcdir:?}"
	cmd=$abs_top_builddir/tools/lxc-harden
	dir=$BATS_FILE_TMPDIR
	lxcpath=$dir/lxc
	share=/usr/share/lxc/config
	# The levels as installed; configurations that include one are left out where they are not.
	datadir=${LXC_HARDEN_DATADIR:-}
	export cmd dir lxcpath share datadir LC_ALL=C
	umask 022
	make_files
	for kind in bad good; do
		for file in "$abs_top_srcdir/tests/data/check/$kind"/*; do
			if [ -z "$datadir" ] && grep -q '@datadir@\|@libexecdir@' "$file"; then continue; fi
			make_one "$kind-${file##*/}" "$file"
		done
	done
	"$cmd" check --all -P "$lxcpath" --json >"$dir/all.json"
	list_findings
}

make_files() {
	mkdir -p "$lxcpath" "$dir"/{inc,data,data2,loose-folder,closed-folder,empty} "$dir"/{rootfs,systemd}/{bin,srv,run,tmp}
	chmod 777 "$dir/loose-folder"
	for hook in hook loose-hook loose-folder/hook closed-folder/hook rootfs/bin/sh systemd/bin/sh; do
		printf '#!/bin/sh\n' >"$dir/$hook"
		chmod 755 "$dir/$hook"
	done
	chmod 777 "$dir/loose-hook"
	chmod 700 "$dir/closed-folder"
	ln -s loose-folder/hook "$dir/link-to-loose"
	: >"$dir/plain-file"
	# What a guest with systemd looks like.
	mkdir -p "$dir/systemd"/{sbin,lib/systemd,usr/lib/systemd}
	: >"$dir/systemd/lib/systemd/systemd"
	: >"$dir/systemd/usr/lib/systemd/libsystemd-shared-252.so"
	ln -s /lib/systemd/systemd "$dir/systemd/sbin/init"
	cp -r "$abs_top_srcdir/tests/data/check/inc/." "$dir/inc"
	chmod -R u+w "$dir/inc"
	fill "$dir"/inc/*.conf
	echo 'lxc.tty.max = 4' >"$dir/loose.conf"
	chmod 666 "$dir/loose.conf"
}

# fill FILE...: the places of this run.
fill() {
	local alive=cgroup dead=cgroup2 limit=limit_in_bytes
	[ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ] || { alive=cgroup2 dead=cgroup limit=max; }
	sed -i -e "s|@share@|$share|; s|@datadir@|$datadir|; s|@libexecdir@|${LXC_HARDEN_LIBEXECDIR:-}|; s|@inc@|$dir/inc|; s|@hook@|$dir/hook|
		s|@rootfs@|$dir/rootfs|; s|@systemd@|$dir/systemd|; s|@empty@|$dir/empty|; s|@dir@|$dir|
		s|@alive@|$alive|; s|@dead@|$dead|; s|@limit@|$limit|" "$@"
}

make_one() {
	mkdir "$lxcpath/$1"
	cp "$2" "$lxcpath/$1/config"
	chmod 644 "$lxcpath/$1/config"
	fill "$lxcpath/$1/config"
	sed -i "s|@self@|$lxcpath/$1/config|" "$lxcpath/$1/config"
}

setup() {
	tmp=$BATS_TEST_TMPDIR
}

# All findings, "NAME ID FILE LINE KIND SEVERITY" of each; no name or file of the corpus has a blank.
list_findings() {
	jq -r '.containers[] | .name as $n | .findings[] |
		"\($n) \(.id) \(.file // "-") \(.line // 0) \(.kind) \(.severity)"' "$dir/all.json" >"$dir/findings"
}

# expected NAME: the same three, from the comments of the configuration.
expected() {
	awk -v config="$lxcpath/$1/config" '
		$1 == "#" && $2 == "expect" { want[++n] = $3; next }
		$1 == "#" && $2 == "expect-in" { print $5, $3, $4; next }
		$1 == "#" && $2 == "expect-id" { print $3, "-", 0; next }
		n { for (i = 1; i <= n; i++) print want[i], config, NR; n = 0 }' "$lxcpath/$1/config"
}

@test "at least 60 faulty configurations, each fault found with its file and line" {
	local name id file line bad=0 n=0
	for name in "$lxcpath"/bad-*; do
		name=${name##*/}
		n=$((n + 1))
		[ -n "$(expected "$name")" ]
		while read -r id file line; do
			awk -v name="$name" -v id="$id" -v file="$file" -v line="$line" '
				$1 == name && $2 == id && (file == "-" || $3 == file || $3 ~ ("/" file "$")) &&
				(line == 0 || $4 == line) { found = 1 } END { exit !found }' "$dir/findings" && continue
			echo "$name: no $id at $file:$line; found:"
			grep "^$name " "$dir/findings" | grep -v " exposure " || true
			bad=1
		done < <(expected "$name")
	done
	[ "$bad" = 0 ]
	[ "$n" -ge 60 ]
}

@test "in a faulty configuration no other fault is reported than those expected" {
	local name id rest bad=0
	for name in "$lxcpath"/bad-*; do
		name=${name##*/}
		expected "$name" >"$tmp/expected"
		while read -r _ id rest; do
			[[ $rest == *' fault '* ]] || continue
			grep -q "^$id " "$tmp/expected" && continue
			echo "$name: $id $rest"
			bad=1
		done < <(grep "^$name " "$dir/findings")
	done
	[ "$bad" = 0 ]
}

@test "mount points that LXC makes by name: where a guest's link could lead, and only there" {
	grep '^bad-mount-point-by-name mount.create ' "$dir/findings" | cut -d' ' -f4 >"$tmp/lines"
	expected bad-mount-point-by-name | cut -d' ' -f3 | cmp - "$tmp/lines"
	# The guest's root has no more powers on the host than anybody, where ids are mapped.
	mkdir "$tmp/c"
	printf 'lxc.idmap = %s 0 100000 65536\n' u g | cat "$lxcpath/bad-mount-point-by-name/config" - >"$tmp/c/config"
	"$cmd" check --json -P "$tmp" c >"$tmp/mapped" || true
	[ "$(jq '[.containers[].findings[] | select(.id == "mount.create")] | length' "$tmp/mapped")" = 0 ]
	[ "$(jq '.containers | length' "$tmp/mapped")" = 1 ]
}

@test "no fault in ten and more good configurations" {
	[ -z "$datadir" ] || [ "$(find "$lxcpath" -maxdepth 1 -name 'good-*' | wc -l)" -ge 10 ]
	[ -n "$datadir" ] || [ "${STRICT_TESTS:-}" != 1 ]
	jq -c '.containers[] | select(.name | startswith("good-")) | .name as $n |
		(.findings[] | select(.kind != "exposure") | [$n, .id, .file, .line, .text]), (select(.state != "stopped") | [$n, .state])' \
		"$dir/all.json" >"$tmp/found"
	cat "$tmp/found"
	[ ! -s "$tmp/found" ]
}

# agrees SCHEMA DOCUMENT: with the JSON Schema; else what does not.
agrees() {
	local wrong
	wrong=$(jq -n -r --slurpfile schema "$1" --slurpfile doc "$2" -f "$abs_top_srcdir/tests/data/json-schema.jq")
	[ -z "$wrong" ] || { head -n 10 <<<"$wrong"; return 1; }
}

@test "the JSON agrees with its published schema, and the schema can be broken" {
	local schema=$abs_top_srcdir/tools/check.schema.json
	agrees "$schema" "$dir/all.json"
	jq ".containers |= .[:4]" "$dir/all.json" >"$tmp/few"
	for change in '.schema = 2' 'del(.containers[0].name)' '.containers[3].state = "asleep"' \
		'.containers[0].findings[0].line = -1' '.containers[1].capabilities[0].held = 1'; do
		jq "$change" "$tmp/few" >"$tmp/changed"
		run agrees "$schema" "$tmp/changed"
		[ "$status" = 1 ] || { echo "not noticed: $change"; false; }
	done
}

@test "SARIF has the form of 2.1.0, and each result has its rule" {
	"$cmd" check --all -P "$lxcpath" --sarif="$tmp/sarif" --quiet
	agrees "$abs_top_srcdir/tests/data/sarif-used.schema.json" "$tmp/sarif"
	[ "$(jq '.runs[0].results | length' "$tmp/sarif")" = "$(jq '[.containers[].findings[]] | length' "$dir/all.json")" ]
	[ "$(jq '.runs[0] | [.results[].ruleId] - [.tool.driver.rules[].id] | length' "$tmp/sarif")" = 0 ]
	"$cmd" check --all -P "$lxcpath" --sarif=- | cmp - "$tmp/sarif"
}

@test "metrics: the text format of Prometheus, replaced at once" {
	local before
	: >"$tmp/metrics"
	before=$(stat -c %i "$tmp/metrics")
	"$cmd" check --all -P "$lxcpath" --prometheus="$tmp/metrics" --quiet
	[ "$(stat -c %i "$tmp/metrics")" != "$before" ]
	[ "$(stat -c %a "$tmp/metrics")" = 644 ]
	[ "$(find "$tmp" -type f | wc -l)" = 1 ]
	bad=$(grep -vE -e '^# (HELP|TYPE) lxc_harden_[a-z_]+ .+$' \
		-e '^lxc_harden_[a-z_]+(\{([a-z]+="([^"\\]|\\\\|\\")*",?)+\})? [0-9]+$' "$tmp/metrics") || true
	[ -z "$bad" ] || { echo "$bad"; false; }
	grep -q "^lxc_harden_score{name=\"good-stock\",lxcpath=\"$lxcpath\"} [0-9]" "$tmp/metrics"
	grep -q "^lxc_harden_findings{name=\"bad-net-none\",.*kind=\"exposure\"} [1-9]" "$tmp/metrics"
	run "$cmd" check --all -P "$lxcpath" --prometheus="$tmp/no-folder/metrics" --quiet
	[ "$status" = 1 ]
	[ "${#lines[@]}" = 1 ]
}

@test "every finding has an explanation" {
	local ids
	ids=$("$cmd" explain --reasons --json | jq -r '.reasons[].id')
	[ "$(wc -l <<<"$ids")" -gt 80 ]
	[ -z "$(sort <<<"$ids" | uniq -d)" ]
	while read -r id; do
		run "$cmd" explain "$id"
		[ "$status" = 0 ] || { echo "no explanation of $id"; false; }
		[ "${#lines[@]}" -ge 7 ]
	done < <({ cut -d' ' -f2 "$dir/findings"; echo "$ids"; } | sort -u)
	run "$cmd" explain no.such
	[ "$status" = 2 ]
}

@test "misuse is one line and status 2" {
	for args in '' 'a b' '--all web' '--all --fail-above=1001' '--all --fail-above=x' '--all --jobs=-1' \
		'--all --json --sarif=-' '--all --prometheus' '--bogus' '../x' "-P $lxcpath no-such-one"; do
		# shellcheck disable=SC2086 # words are meant
		run "$cmd" check $args
		[ "$status" = 2 ] || { echo "status $status: $args"; false; }
		[ "${#lines[@]}" = 1 ]
		[[ $output == 'lxc-harden: check: '* ]]
	done
}

@test "--fail-above says no, and to what cannot be checked as well" {
	local score
	score=$(jq '.containers[] | select(.name == "good-stock") | .score.value' "$dir/all.json")
	run "$cmd" check -P "$lxcpath" good-stock -q --fail-above="$score"
	[ "$status" = 0 ]
	run "$cmd" check -P "$lxcpath" good-stock -q --fail-above=$((score - 1))
	[ "$status" = 3 ]
	[ -z "$output" ]
	run "$cmd" check -P "$lxcpath" bad-key-unknown -q --fail-above=1000
	[ "$status" = 3 ]
	run "$cmd" check -P "$lxcpath" bad-key-unknown -q
	[ "$status" = 0 ]
}

@test "each capability has the lines that decided it" {
	cap() {
		jq -r --arg n "$1" --arg c "$2" '.containers[] | select(.name == $n) | .capabilities[] | select(.name == $c) |
			"\(.held) " + ([.events[] | "\(.action) \(.file | sub(".*/"; "")):\(.line)"] | join(" "))' "$dir/all.json"
	}
	[ "$(cap bad-userns-wipes-keep chown)" = "true granted config:4" ]
	[ "$(cap bad-userns-wipes-keep sys_admin)" = "true removed config:4 wiped userns.conf:$(grep -n '^lxc.cap.drop' "$share"/userns.conf | cut -d: -f1)" ]
	[ "$(cap good-own-whitelist sys_admin)" = "false removed config:5" ]
	[ "$(cap good-own-whitelist setuid)" = "true removed config:5 granted config:6" ]
	[ "$(cap good-stock chown)" = "true " ]
	[[ $(cap good-stock sys_module) == "false removed common.conf:"* ]]
}

# One folder with all that may be wrong with a container's folder.
# shellcheck disable=SC2016 # nothing is to be expanded
make_hostile() {
	hostile=$tmp/lxc
	mkdir -p "$hostile"
	mkdir "$hostile"/$'esc\e[31m\n' "$hostile/<b onclick=alert(1)>" "$hostile/a\"b\c" "$hostile"/{empty,folder,loop,link,fifo,big,zeros,good}
	for name in $'esc\e[31m\n' '<b onclick=alert(1)>' 'a"b\c' good; do
		printf 'lxc.include = %s/common.conf\nlxc.rootfs.path = dir:%s/rootfs\n' "$share" "$dir" >"$hostile/$name/config"
	done
	printf 'lxc.uts.name = \e]0;x\a\377<b>"\\ # \n\e[2Jroot:$6$hidden\n' >>"$hostile/good/config"
	mkdir "$hostile/folder/config"
	ln -s config "$hostile/loop/config"
	ln -s /etc/passwd "$hostile/link/config"
	mkfifo "$hostile/fifo/config"
	head -c 3000000 /dev/zero | tr '\0' '#' >"$hostile/big/config"
	head -c 100000 /dev/zero >"$hostile/zeros/config"
	: >"$hostile/file"
}

@test "what is broken or hostile does not stop the rest, and is escaped" {
	make_hostile
	run timeout 60 "$cmd" check --all -P "$hostile" --json
	[ "$status" = 0 ]
	echo "$output" >"$tmp/json"
	agrees "$abs_top_srcdir/tools/check.schema.json" "$tmp/json"
	[ "$(jq -r '.containers[] | select(.name == "good") | .state' "$tmp/json")" = stopped ]
	jq -e '[.containers[].name] | index("<b onclick=alert(1)>")' "$tmp/json"
	for form in '' --json --sarif=- --prometheus=-; do
		# shellcheck disable=SC2086 # none is one, too
		timeout 60 "$cmd" check --all -P "$hostile" $form >"$tmp/out"
		# No byte of it can drive a terminal, or be half a character.
		if LC_ALL=C grep -nP '[^\x20-\x7e\t]' "$tmp/out"; then echo "in $form"; false; fi
		# A line that is no setting may be another file's.
		if grep -F 'root:$6' "$tmp/out"; then false; fi
	done
	timeout 60 "$cmd" check -P "$hostile" good >"$tmp/out"
	if LC_ALL=C grep -nP '[^\x20-\x7e]' "$tmp/out"; then false; fi
	grep -q '\\x1b\]0;x\\x07' "$tmp/out"
}

@test "another user's container is read with his rights" {
	need root
	mkdir -p "$tmp/user/web" "$tmp/secret"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "${tmp%/*}" "$tmp"
	chmod 700 "$tmp/secret"
	echo 'lxc.uts.name = hidden' >"$tmp/secret/x.conf"
	printf 'lxc.include = %s\n' "$tmp/secret/x.conf" >"$tmp/user/web/config"
	chown -R 12345:12345 "$tmp/user"
	run "$cmd" check --all -P "$tmp/user" --json
	[ "$status" = 0 ]
	[ "$(jq -r '.containers[0] | "\(.state) \(.owner) \(.findings[0].id)"' <<<"$output")" = "unreadable 12345 include.missing" ]
	[[ $output != *hidden* ]]
}

# shellcheck disable=SC2016 # the script expands it
@test "the examples of lxc-harden-check(8)" {
	need mandoc
	local page=$abs_top_srcdir/man/lxc-harden-check.8 n=0 line
	mkdir -p "$tmp/bin" "$tmp/var"
	# The command as installed, on containers that are there.
	printf '#!/bin/sh\nverb=$1; shift\nexec %s "$verb" -P %s "$@"\n' "$cmd" "$tmp/lxc" >"$tmp/bin/lxc-harden"
	chmod +x "$tmp/bin/lxc-harden"
	mkdir -p "$tmp/lxc/web" "$tmp/lxc/db"
	printf 'lxc.include = %s/common.conf\nlxc.rootfs.path = dir:%s/rootfs\nlxc.cap.drop = sys_admin\n' "$share" "$dir" |
		tee "$tmp/lxc/web/config" >"$tmp/lxc/db/config"
	while read -r line; do
		line=${line//\/var\/lib\/prometheus\/node-exporter/$tmp\/var}
		echo "$line"
		n=$((n + 1))
		run env PATH="$tmp/bin:$PATH" bash -o pipefail -c "$line"
		case $line in
		*--fail-above*) [ "$status" = 3 ] && [ -z "$output" ] ;;
		*sort*) [ "$status" = 0 ] && [ "${#lines[@]}" = 2 ] && [[ $output =~ ^[0-9]+\ (web|db) ]] ;;
		*sys_admin*) [ "$status" = 0 ] && [[ $output == *'"action":"removed"'*'"line":3'* ]] ;;
		*prometheus*) [ "$status" = 0 ] && [ -s "$tmp/var/lxc-harden.prom" ] ;;
		*) [ "$status" = 0 ] && [[ $output == "web: stopped"* ]] ;;
		esac
	done < <(mandoc -T man "$page" >/dev/null && sed -n 's/^\.Dl //p' "$page" | sed 's/\\(dq/"/g; s/\\-/-/g; s/\\e/\\/g')
	[ "$n" -ge 5 ]
}
