#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
#
# lxc-harden list, with one container that runs and many that do not.
#
# shellcheck disable=SC2030,SC2031 # $L is each test's own

bats_require_minimum_version 1.5.0
load ../lib/skip.bash
load ../lib/lxc.bash

setup_file() {
	ct_in_bats
	export ct=list-$$
	[ "$(id -u)" = 0 ] || return 0
	ct_new "$ct" busybox priv "lxc.include = $LXC_HARDEN_DATADIR/base.conf"
	ct_start "$ct"
	ct_wait_ready "$ct"
}

teardown_file() {
	[ "$(id -u)" = 0 ] || return 0
	ct_destroy "$ct"
}

setup() {
	top=${abs_top_srcdir:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
	cmd=${LXC_HARDEN_BINDIR:-$top/build/tools}/lxc-harden
	need root lxc-start jq
	L=$BATS_TEST_TMPDIR/lxc
	mkdir "$L"
}

# new NAME [LINE...]: a container that is never started.
new() {
	local name=$1
	shift
	mkdir -p "$L/$name"
	printf '%s\n' 'lxc.include = /usr/share/lxc/config/common.conf' \
		"lxc.rootfs.path = dir:$CT_CACHE/guests/busybox/rootfs" 'lxc.net.0.type = empty' \
		"$@" >"$L/$name/config"
}

list() { run --separate-stderr "$cmd" list -P "$L" "$@"; }

# column NAME COLUMN: of a container that was started.
of_running() { "$cmd" list -P "$(ct_lxcpath)" --noheadings -o "$1" "$ct"; }

@test "one that runs: what the kernel and cap-audit say" {
	pid=$(ct_pid "$ct")
	bits=$((0x$(sed -n 's/^CapBnd:\t*//p' "/proc/$pid/status") | 0x$(sed -n 's/^CapInh:\t*//p' "/proc/$pid/status")))
	n=0
	for ((i = 0; i < 63; i++)); do n=$((n + (bits >> i & 1))); done
	[ "$(of_running state,level,ids,caps,pid,drift | tr -s ' ')" = "running base host $n $pid -" ]
	[ "$(of_running kept | wc -w)" = "$n" ]
	[[ " $(of_running kept) " = *' chown '* && " $(of_running kept) " != *' sys_admin '* ]]
	[ "$(of_running audit,audited,policy | tr -s ' ')" = \
		"$(jq -r '[.verdict, .time, .policy.name] | join(" ")' "$(ct_dir "$ct")/harden/audit.json")" ]
	[ "$(of_running score | tr -d ' ')" = "$("$cmd" check --json -P "$(ct_lxcpath)" "$ct" | jq '.containers[0].score.value')" ]
	[ "$(of_running name,state | tr -s ' ')" = "$ct running" ]
}

@test "drift: what runs is not what is configured" {
	cp "$(ct_dir "$ct")/config" "$BATS_TEST_TMPDIR/config"
	ct_config_append "$ct" 'lxc.cap.drop = net_raw'
	of_running drift | grep -x 'runs with net_raw'
	# The fragment's list, emptied behind it.
	ct_config_append "$ct" 'lxc.cap.drop ='
	of_running drift | grep -E '^runs without [a-z_ ]*sys_admin[a-z_ ]*; fragment undone [a-z_ ]*sys_admin'
	"$cmd" list --json -P "$(ct_lxcpath)" "$ct" >"$BATS_TEST_TMPDIR/json"
	cat "$BATS_TEST_TMPDIR/config" >"$(ct_dir "$ct")/config"
	jq -e '.containers[0].drift | (.less | index("sys_admin")) and (.fragment | index("sys_admin")) and
		.more == []' "$BATS_TEST_TMPDIR/json"
	[ "$(of_running drift)" = - ]
}

@test "drift: denied in a record since the fragment was made" {
	new web "lxc.include = $L/web/harden/harden.conf"
	mkdir "$L/web/harden"
	echo 'lxc.cap.drop = net_admin sys_admin' >"$L/web/harden/harden.conf"
	check='"capability":"net_admin","answer":"denied","target":"own","origin":"guest","borrowed":false,
		"options":[],"unit":"x.service","program":null,"comm":"x","syscall":"ioctl","count":1'
	echo '{"schema":"lxc-harden-record","version":1,"container":"web","runs_total":1,"boots":1,"runs":[],
		"losses":[],"checks":[{'"$check"',"first":"2026-11-24T01:02:04Z","last":"2026-11-24T01:02:05Z"}]}' \
		>"$L/web/harden/record.json"
	touch -d 2026-11-24T01:00:00Z "$L/web/harden/harden.conf"
	list --noheadings -o level,drift
	[ "$(tr -s ' ' <<<"$output")" = 'generated denied net_admin' ]
	# A newer fragment has taken it into account.
	touch -d 2026-11-24T01:03:00Z "$L/web/harden/harden.conf"
	list --noheadings -o drift
	[ "$output" = - ]
	# It is given by now.
	touch -d 2026-11-24T01:00:00Z "$L/web/harden/harden.conf"
	echo 'lxc.cap.drop = sys_admin' >"$L/web/harden/harden.conf"
	list --noheadings -o drift
	[ "$output" = - ]
}

@test "drift: what was proved is not what is given" {
	new web 'lxc.cap.drop = net_admin'
	mkdir "$L/web/harden"
	printf %s '{"kind":"lxc-harden proof","version":1,"container":"web","created":1,"level":"keep","all":false,
		"idmapped":false,"network":false,"kernel":"6","lxc":"5","restart":true,"stop":true,"pairs":true,
		"confirmed":true,"repeat":1,"from":["setgid","setuid","net_admin"],"keep":["setgid","setuid","net_admin"],"flaky":[],"swappable":[],
		"used_not_needed":[],"boots":3,"milliseconds":5,"evidence":[],"checks":[]}' >"$L/web/harden/proof.json"
	list --json
	jq -e '.containers[0].drift | .missing == ["net_admin"] and (.needless | index("sys_admin") != null and
		index("setgid") == null)' <<<"$output"
	list --noheadings -o drift
	[[ $output = 'proved needless chown '*'; proved needed net_admin' ]]
	echo 'lxc.cap.drop =' >>"$L/web/config"
	echo 'lxc.cap.keep = setuid setgid net_admin' >>"$L/web/config"
	list --noheadings -o drift
	[ "$output" = - ]
}

@test "levels, and the order" {
	new c "lxc.include = $LXC_HARDEN_DATADIR/strict.conf"
	new a
	new b "lxc.include = $LXC_HARDEN_DATADIR/keep.conf"
	list --noheadings -o name,level
	[ "$(tr -s ' ' <<<"$output")" = $'a none\nb keep\nc strict' ]
	mapfile -t scores < <("$cmd" list -P "$L" --noheadings -o score)
	((scores[0] > scores[1] && scores[1] > scores[2]))
	list b --noheadings -o name
	[ "$output" = b ]
}

@test "columns, headings, tree, and nothing cut in a pipe" {
	new web "lxc.include = $LXC_HARDEN_DATADIR/keep.conf"
	list
	[ "$(head -n 1 <<<"$output" | tr -s ' ')" = 'NAME STATE LEVEL IDS CAPS AUDIT AUDITED SCORE DRIFT' ]
	list -o +kept
	[[ $(head -n 1 <<<"$output") = *' DRIFT '*KEPT* ]]
	COLUMNS=20 list --output=KEPT --noheadings
	[[ $output = chown*' setfcap'* ]]
	[ "$(wc -l <<<"$output")" = 1 ]
	list --tree -o name,level
	[ "$(sed -n 2p <<<"$output" | tr -d ' ')" = "$L" ]
	[[ $(sed -n 3p <<<"$output") = *web*keep* ]]
	mkdir "$BATS_TEST_TMPDIR/two"
	list -P "$BATS_TEST_TMPDIR/two" --json
	jq -e '.containers | length == 1 and .[0].level == "keep" and .[0].audit == null and
		(.[0].held | index("chown") != null)' <<<"$output"
	rm -r "$L/web"
	list
	[ -z "$output" ]
	[ "$status" = 0 ]
}

@test "every column of the manual is there, and in the help" {
	new web
	columns=$(sed -n '/BEGIN columns/,/END columns/s/^\.It Cm //p' "$top/man/lxc-harden-list.8")
	[ "$(wc -l <<<"$columns")" -ge 15 ]
	for column in $columns; do
		list -o "$column"
		[ "$status" = 0 ]
		[ "${lines[0]//[[:space:]]/}" = "${column^^}" ]
		"$cmd" list --help | grep -qw "$column"
	done
}

@test "mistakes: one line, and 2" {
	new web
	for args in '-o nonsense' '-o name,,state' '--nonsense' 'a b' 'nobody' '-P relative' \
		'-P /nonexistent'; do
		# shellcheck disable=SC2086 # words
		list $args
		[ "$status" = 2 ]
		[ -z "$output" ]
		# shellcheck disable=SC2154 # run sets it
		[ "$(wc -l <<<"$stderr")" = 1 ]
		[[ $stderr = 'lxc-harden: list: '* ]]
	done
	run "$cmd" list -P "$L" >/dev/full
	run bash -c "'$cmd' list -P '$L' 2>&1 >/dev/full"
	[ "$status" = 1 ]
	[[ $output = *'No space left'* ]]
}

@test "hostile names and verdicts: escaped in the table, whole in JSON" {
	name=$'<b>\e[31m\n"x\\'
	new "$name"
	mkdir "$L/$name/harden"
	printf '{"verdict": "refused", "mode": "warn", "time": "\\u001b]0;x", "policy": {"name": "\\u0007"},
		"findings": [{"key": "x", "text": "a\\u001b[2J\\nb"}]}' >"$L/$name/harden/audit.json"
	list -o +policy,reason
	[ "$status" = 0 ]
	[ "$(wc -l <<<"$output")" = 2 ]
	# A tab or more would do as well: nothing but printable ASCII.
	LC_ALL=C run ! grep -q '[^ -~]' <<<"$output"
	grep -F '<b>\x1b[31m\x0a\x22x\x5c ' <<<"$("$cmd" list -P "$L")"
	grep -F 'refused (warned)' <<<"$("$cmd" list -P "$L")"
	[ "$("$cmd" list -P "$L" --json | jq -r '.containers[0].name')" = "$name" ]
	# What is no verdict: none.
	ln -sf /etc/passwd "$L/$name/harden/audit.json"
	list --noheadings -o audit
	[ "$output" = - ]
	rm "$L/$name/harden/audit.json"
	mkfifo "$L/$name/harden/audit.json"
	list --noheadings -o audit
	[ "$output" = - ]
}

@test "a broken one does not stop the rest" {
	new good
	new cycle "lxc.include = $L/cycle/config"
	new typo 'lxc.cap.drop = nonsense'
	new fifo
	rm "$L/fifo/config"
	mkfifo "$L/fifo/config"
	list --noheadings -o name,state,score
	[ "$status" = 1 ]
	[ "$(cut -d' ' -f1 <<<"$output")" = $'cycle\ngood\ntypo' ]
	grep -Eq '^good +stopped +[0-9]+$' <<<"$output"
	grep -Eq '^cycle +unreadable +-$' <<<"$output"
	grep -F "lxc-harden: list: cycle: $L/cycle/config:4: " <<<"$stderr"
	grep -F "lxc-harden: list: typo: $L/typo/config:4: " <<<"$stderr"
	[ "$(wc -l <<<"$stderr")" = 2 ]
}

# A host with a user of its own, in a mount namespace: no account is made here.
as_host_with_user() {
	sed '$a mallory:x:54321:54321::'"$BATS_TEST_TMPDIR/home:/bin/sh" /etc/passwd >"$BATS_TEST_TMPDIR/passwd"
	# shellcheck disable=SC2016
	unshare -m bash -c 'mount --bind "$1" /etc/passwd && shift && exec "$@"' - \
		"$BATS_TEST_TMPDIR/passwd" "$@"
}

@test "users' containers: listed, and nothing is read that they may not read" {
	home=$BATS_TEST_TMPDIR/home
	chmod 755 "$BATS_TEST_TMPDIR"
	new root-only 'lxc.hunter2 = 1'
	chmod 600 "$L/root-only/config"
	L=$home/.local/share/lxc
	mkdir -p "$L"
	new mine
	new include "lxc.include = $BATS_TEST_TMPDIR/lxc/root-only/config"
	new link
	ln -sf "$BATS_TEST_TMPDIR/lxc/root-only/config" "$L/link/config"
	ln -s "$BATS_TEST_TMPDIR/lxc/root-only" "$L/folder"
	chown -hR 54321:54321 "$home"
	run as_host_with_user "$cmd" list -o name,state,lxcpath
	grep -Eq "^mine +stopped +$L *$" <<<"$output"
	grep -Eq "^include +unreadable +$L *$" <<<"$output"
	run ! grep -Eq '^(link|folder) ' <<<"$output"
	run as_host_with_user "$cmd" list
	[[ $output = *'Permission denied'* && $output != *hunter2* ]]
	# Given by name the folder is hers, too.
	run "$cmd" list -P "$L"
	[[ $output = *mine* && $output = *'Permission denied'* && $output != *hunter2* ]]
	# A folder of hers that is a link to root's.
	mv "$L" "$L.old"
	ln -s "$BATS_TEST_TMPDIR/lxc" "$L"
	run as_host_with_user "$cmd" list
	[[ $output != *root-only* ]]
}

@test "1,000 containers: few descriptors, little memory, beside lxc-ls -f" {
	local i TIMEFORMAT='%R %U %S'
	new c0 "lxc.include = $LXC_HARDEN_DATADIR/keep.conf"
	mkdir "$L"/c{1..999}
	for ((i = 1; i < 1000; i++)); do echo "lxc.include = $L/c0/config" >"$L/c$i/config"; done
	new broken 'lxc.cap.drop = nonsense'
	ours=$({ time bash -c "ulimit -n 32; ulimit -v 300000; '$cmd' list -P '$L' >'$BATS_TEST_TMPDIR/out' 2>/dev/null"; } 2>&1) || true
	[ "$(grep -c ' stopped ' "$BATS_TEST_TMPDIR/out")" = 1000 ]
	rm -r "$L/broken" # LXC's own does not like it
	theirs=$({ time lxc-ls -f -P "$L" >"$BATS_TEST_TMPDIR/out"; } 2>&1)
	[ "$(grep -c STOPPED "$BATS_TEST_TMPDIR/out")" = 1000 ]
	echo "# list: $ours s, lxc-ls -f: $theirs s (real, user, system)" >&3
	# It says far more; on the processor it may take several times as long, not more.
	awk -v a="$ours" -v b="$theirs" 'BEGIN { split(a, x); split(b, y); exit !(x[2] + x[3] < 8 * (y[2] + y[3])) }'
}

@test "the examples of lxc-harden-list(8)" {
	local page=$top/man/lxc-harden-list.8 n=0 line
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nshift\nexec %s list -P %s -P %s "$@"\n' "$cmd" "$L" "$(ct_lxcpath)" >"$BATS_TEST_TMPDIR/bin/lxc-harden"
	chmod +x "$BATS_TEST_TMPDIR/bin/lxc-harden"
	new web
	cp "$(ct_dir "$ct")/config" "$BATS_TEST_TMPDIR/config"
	ct_config_append "$ct" 'lxc.cap.drop = net_raw'
	while read -r line; do
		n=$((n + 1))
		run env PATH="$BATS_TEST_TMPDIR/bin:$PATH" bash -o pipefail -c "$line"
		echo "$line: $output"
		[ "$status" = 0 ] || break
		case $line in
		*drift*) [ "$output" = "$ct" ] || break ;;
		*) [[ ${lines[0]} =~ ^\ *[0-9]+\ web ]] || break ;;
		esac
	done < <(sed -n 's/^\.Dl //p' "$page" | sed 's/\\(dq/"/g; s/\\-/-/g; s/\\e/\\/g')
	cat "$BATS_TEST_TMPDIR/config" >"$(ct_dir "$ct")/config"
	[ "$n" = "$(grep -c '^\.Dl ' "$page")" ]
	[ "$status" = 0 ]
}
