#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-harden check on configurations that never run: known faults, each found at its line, and
# none in good ones; the forms of output; bad input; containers that are broken or hostile.

setup_file() {
	: "${abs_top_builddir:?}" "${abs_top_srcdir:?}"
	cmd=$abs_top_builddir/tools/lxc-harden
	dir=$BATS_FILE_TMPDIR
	lxcpath=$dir/lxc
	share=/usr/share/lxc/config
	datadir=${LXC_HARDEN_DATADIR:-$abs_top_builddir/conf.d}
	export cmd dir lxcpath share datadir LC_ALL=C
	umask 022
	make_files
	for kind in bad good; do
		for file in "$abs_top_srcdir/tests/data/check/$kind"/*; do
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
	sed -i -e "s|@share@|$share|; s|@datadir@|$datadir|; s|@inc@|$dir/inc|; s|@hook@|$dir/hook|
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

@test "no fault in ten and more good configurations" {
	[ "$(find "$lxcpath" -maxdepth 1 -name 'good-*' | wc -l)" -ge 10 ]
	jq -c '.containers[] | select(.name | startswith("good-")) | .name as $n |
		(.findings[] | select(.kind != "exposure") | [$n, .id, .file, .line, .text]), (select(.state != "stopped") | [$n, .state])' \
		"$dir/all.json" >"$tmp/found"
	cat "$tmp/found"
	[ ! -s "$tmp/found" ]
}
