#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
# tests/run: alone
#
# lxc-harden attach: what it gives a command, and what root inside can make of it.  The attacks
# are judged on the host; lxc-attach shows that each of them works.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets them
bats_require_minimum_version 1.5.0
load ../lib/lxc.bash
load ../lib/learn.bash

setup_file() { ct_in_bats; }

setup() {
	learn_setup attach
	need root lxc-start
	intruder=$build/tests/lib/intruder
	[ -x "$intruder" ] || cannot 'not built: tests/lib/intruder'
	core_pattern=$(cat /proc/sys/kernel/core_pattern)
}

teardown() {
	[ "$(cat /proc/sys/kernel/core_pattern)" = "$core_pattern" ] || echo "$core_pattern" >/proc/sys/kernel/core_pattern
	learn_teardown
}

# attach ARG...: status 124 is a limit that was not kept.
attach() { timeout -k 5 40 "$cmd" attach -P "$(ct_lxcpath)" "$ct" "$@" 3>&- 4>&-; }
level() { echo "lxc.include = ${LXC_HARDEN_DATADIR:-}/$1.conf"; }
# put FILE: the intruder, in a container that is not started yet.
put() { install -m755 "$intruder" "$(ct_dir "$ct")/rootfs/usr/bin/intruder"; }
settled() { ct_exec "$ct" test -e /run </dev/null >/dev/null 2>&1; }
start() { ct_start "$ct" && wait_for 20 settled; }

# no_rest: neither a process of ours, nor one of the host's program in the container's cgroups.
no_rest() {
	local pid
	for pid in /proc/[0-9]*; do
		# Killed ones may take a moment.
		[[ $({ tr '\0' ' ' <"$pid/cmdline"; } 2>/dev/null) != *"lxc-harden attach "*" $ct "* ]] || { echo "left: $pid"; return 1; }
	done
	return 0
}

# same_powers: what a command has is what init has.
same_powers() {
	local want
	want=$(grep -E '^(Cap|NoNewPrivs|Seccomp)' "/proc/$(ct_pid "$ct")/status")
	# shellcheck disable=SC2016 # for the shell inside
	run attach -- sh -c 'grep -E "^(Cap|NoNewPrivs|Seccomp)" /proc/$$/status; id -u' </dev/null
	[ "$output" = "$want"$'\n0' ]
}

# same_namespaces: all of them, and nothing else of ours.
same_namespaces() {
	local init
	init=$(ct_pid "$ct")
	attach -- sleep 3 </dev/null >/dev/null 2>&1 &
	job=$!
	wait_for 5 find_command sleep
	for ns in user mnt net ipc uts pid cgroup; do
		[ "$(readlink "/proc/$command/ns/$ns")" = "$(readlink "/proc/$init/ns/$ns")" ]
	done
	[ "$(find "/proc/$command/fd" -type l -printf '%l\n' | grep -cv '^pipe:')" = 0 ]
	# A session of its own, and each cgroup below the container's.
	[ "$(awk '/^NSsid/ { print $NF }' "/proc/$command/status")" = "$(awk '/^NSpid/ { print $NF }' "/proc/$command/status")" ]
	[ "$(grep -c "$ct" "/proc/$command/cgroup")" = "$(grep -c "$ct" "/proc/$init/cgroup")" ]
	wait "$job"
	job=
}
# find_command NAME: its number in $command.
find_command() {
	local pid
	for pid in $(ct_pids "$ct"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$1" ] || { command=$pid; return 0; }
	done
	return 1
}

@test "misuse is one line and status 2, and what is not there 125" {
	run -2 --separate-stderr "$cmd" attach
	[[ $stderr == *'which container'* ]]
	run -2 --separate-stderr "$cmd" attach -v novalue x
	[[ $stderr == *"'novalue' is not NAME=VALUE"* ]]
	run -2 "$cmd" attach --pid 1 x
	run -125 --separate-stderr "$cmd" attach -P "$BATS_TEST_TMPDIR" nonesuch -- true
	[[ ${#stderr_lines[@]} == 1 && $stderr == *"no container 'nonesuch'"* ]]
	run -125 --separate-stderr setpriv --reuid 54321 --clear-groups "$cmd" attach x -- true
	[[ ${#stderr_lines[@]} == 1 && $stderr == *'run this as root'* ]]
	# A process of the host's: the command would run there.
	run -125 --separate-stderr "$cmd" attach --pid $$ x -- touch "$BATS_TEST_TMPDIR/ran"
	[[ $stderr == *'not the init of a container'* ]]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

for_level() {
	local level=$1 mode=$2
	need_guest bookworm "$mode"
	ct_new "$ct" bookworm "$mode" "$(level "$level")"
	start
	same_powers
	same_namespaces
	no_rest
}

@test "base, privileged: powers, namespaces and cgroups are init's" { for_level base priv; }
@test "keep, id-mapped: the same" { for_level keep id; }
@test "strict, privileged: the same" { for_level strict priv; }
@test "strict, id-mapped: the same" { for_level strict id; }

@test "no_new_privs and a container without filters: the same" {
	need_guest busybox
	ct_new "$ct" busybox priv 'lxc.no_new_privs = 1' 'lxc.seccomp.profile ='
	start
	grep -x 'NoNewPrivs:.1' "/proc/$(ct_pid "$ct")/status"
	same_powers
}

@test "a unified host: the same" {
	need_guest bookworm
	[ -n "${CGROUP_VIEW:-}" ] || {
		run env CGROUP_VIEW=unified "$BATS_TEST_DIRNAME/../lib/cgroup-view" unified \
			bats -f 'strict, privileged: the same' "$BATS_TEST_FILENAME"
		[ "$status" != 77 ] || skip "kernel: ${lines[-1]}"
		echo "$output"
		[[ $status == 0 && $output != *'# skip'* ]]
	}
}

@test "status, signals, input, output and variables" {
	need_guest busybox
	ct_new "$ct" busybox priv "$(level base)"
	start
	run -7 attach -- sh -c 'exit 7' </dev/null
	# shellcheck disable=SC2016 # for the shell inside
	run -137 attach -- sh -c 'kill -9 $$' </dev/null
	run -127 --separate-stderr attach -- nonesuch </dev/null
	[[ ${#stderr_lines[@]} == 1 && $stderr == *"cannot execute 'nonesuch': No such file"* ]]
	run -126 attach -- /etc </dev/null
	# The end of the input, at once and after much.
	run -0 attach -- cat </dev/null
	[ -z "$output" ]
	head -c 20000000 /dev/urandom >"$BATS_TEST_TMPDIR/much"
	# shellcheck disable=SC2094 # neither is written
	attach -- cat <"$BATS_TEST_TMPDIR/much" | cmp - "$BATS_TEST_TMPDIR/much"
	# Who reads no more, and who does not read.
	[ "$(attach -- yes </dev/null | head -n 1)" = y ]
	attach -- true <"$BATS_TEST_TMPDIR/much"
	[ "$(attach -- sh -c 'echo out; echo err >&2' </dev/null 2>"$BATS_TEST_TMPDIR/err2")" = out ]
	[ "$(cat "$BATS_TEST_TMPDIR/err2")" = err ]
	# A daemon that keeps the pipes does not keep us.
	run -0 attach -- sh -c 'echo first; sleep 30 &' </dev/null
	[ "$output" = first ]
	run -0 env SECRET=of-root "$cmd" attach -P "$(ct_lxcpath)" "$ct" -v A=b -v PATH=/usr/bin:/bin -- env </dev/null
	[[ $output != *SECRET* && $output == *A=b* && $output == *PATH=/usr/bin:/bin* && $output == *container=lxc* ]]
	# shellcheck disable=SC2016 # for the shell inside
	"$cmd" attach -P "$(ct_lxcpath)" "$ct" -- sh -c 'trap "echo caught; exit 5" TERM; echo ready; while :; do sleep 0.1; done' </dev/null >"$err" 3>&- 4>&- &
	job=$!
	wait_for 5 grep -q ready "$err"
	kill "$job"
	status=0
	wait "$job" || status=$?
	[ "$status" = 5 ]
	grep -x caught "$err"
	# And one that does not listen.
	rm "$err"
	"$cmd" attach -P "$(ct_lxcpath)" "$ct" -- sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done' </dev/null >"$err" 3>&- 4>&- &
	job=$!
	wait_for 5 grep -q ready "$err"
	kill "$job"
	wait "$job" || status=$?
	[ "$status" = 137 ]
	job=
	no_rest
}

@test "a terminal: its own, which has a name inside" {
	need_guest bookworm
	ct_new "$ct" bookworm id "$(level strict)"
	start
	# shellcheck disable=SC2016 # for the shell inside
	run env SHELL=/bin/bash timeout 30 script -qec "stty rows 33 columns 77; $cmd attach -P $(ct_lxcpath) $ct -- sh -c 'tty; stty size; echo >/dev/tty; exit 6'" /dev/null </dev/null
	echo "$output" | cat -v
	[ "$status" = 6 ]
	[[ $output == */dev/pts/* && $output == *'33 77'* && $output != *annot* ]]
}

# fakes CALL: an init whose filter says that it was done.
fakes() {
	need_guest busybox
	ct_new "$ct" busybox priv "lxc.init.cmd = /usr/bin/intruder fake $1" 'lxc.cap.drop = sys_admin'
	put
	ct_start "$ct"
	wait_for 5 grep -qx 'Seccomp_filters:.2' "/proc/$(ct_pid "$ct")/status"
	run -125 --separate-stderr attach -- touch /ran </dev/null
	echo "$stderr"
	[ "${#stderr_lines[@]}" = 1 ]
	[ ! -e "$(ct_dir "$ct")/rootfs/ran" ]
	wait_for 3 no_rest
}

@test "a filter of the guest's that says capabilities were given up, and they were not" {
	fakes capset
	[[ $stderr == *'could not give up'* ]]
}

@test "a filter of the guest's that says somebody is the child, and there is none" { fakes fork; }

# seized: how often somebody was, and whether one had more than its captor.
seized() { grep -c "^seized.*$1" "$(ct_dir "$ct")/rootfs/seized"; }

@test "root with sys_ptrace takes over what enters: nothing in it (lxc-attach: core_pattern)" {
	[ "$(uname -m)" = x86_64 ] || skip 'kernel: the attack is written for x86-64'
	need_guest busybox
	local i
	CT_APPARMOR=unconfined ct_new "$ct" busybox priv 'lxc.cap.drop = sys_admin'
	put
	start
	attach -- sh -c 'intruder seize /seized </dev/null >/dev/null 2>&1 &' </dev/null
	wait_for 5 grep -q ready "$(ct_dir "$ct")/rootfs/seized"
	for ((i = 0; i < 60; i++)); do
		attach -- sh -c 'sleep 0.02' </dev/null >/dev/null 2>&1 || true
	done
	cat "$(ct_dir "$ct")/rootfs/seized"
	[ "$(seized '')" -gt 10 ]
	[ "$(seized more)" = 0 ]
	[ "$(seized 'filters 0')" = 0 ]
	[ "$(cat /proc/sys/kernel/core_pattern)" = "$core_pattern" ]
	# The same by LXC's own, until it has happened.
	for ((i = 0; i < 200; i++)); do
		timeout 10 lxc-attach -P "$(ct_lxcpath)" -n "$ct" -- sleep 0.02 </dev/null >/dev/null 2>&1 3>&- 4>&- || true
		[ "$(cat /proc/sys/kernel/core_pattern)" = "$core_pattern" ] || break
	done
	[ "$(seized more)" -gt 0 ]
	[ "$(cat /proc/sys/kernel/core_pattern)" = '|/intruder' ]
}

@test "the program is not to be reached, nor written to, by /proc/self/exe" {
	need_guest bookworm
	ct_new "$ct" bookworm priv "$(level base)"
	printf '#!/proc/self/exe\n' | install -m755 /dev/stdin "$(ct_dir "$ct")/rootfs/usr/bin/evil"
	start
	local before
	before=$(sha256sum "$cmd")
	attach -- sh -c 'for i in 1 2 3 4 5 6 7 8 9; do evil --version; done' </dev/null >/dev/null 2>&1 || true
	[ "$(sha256sum "$cmd")" = "$before" ]
	# What runs then is a copy in memory.
	attach -- sleep 3 </dev/null &
	job=$!
	wait_for 5 find_command sleep
	[[ $(readlink "/proc/$(awk '/^PPid/ { print $2 }' "/proc/$command/status")/exe") == /memfd:lxc-harden* ]]
	wait "$job"
	job=
}

# by_descriptor: what a command inside does to the files behind 0 to 2.
# shellcheck disable=SC2016 # for the shell inside
by_descriptor='for fd in 0 1 2; do chmod 777 /proc/self/fd/$fd; echo overwritten >/proc/$$/fd/$fd; done; : >/proc/$$/fd/0; exit 0'

# files: new ones of the host's.
files() {
	echo secret >"$BATS_TEST_TMPDIR/in"
	: >"$BATS_TEST_TMPDIR/out"
	: >"$BATS_TEST_TMPDIR/errors"
	chmod 600 "$BATS_TEST_TMPDIR/"{in,out,errors}
}
modes() { stat -c %a "$BATS_TEST_TMPDIR/"{in,out,errors} | tr '\n' ' '; }

descriptors_at() {
	need_guest bookworm "$2"
	ct_new "$ct" bookworm "$2" "$(level "$1")"
	start
	files
	attach -- sh -c "$by_descriptor" <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/errors"
	[ "$(modes)" = '600 600 600 ' ]
	[ "$(cat "$BATS_TEST_TMPDIR/in")" = secret ]
	# By LXC's own it does work.
	files
	timeout 10 lxc-attach -P "$(ct_lxcpath)" -n "$ct" -- sh -c "$by_descriptor" \
		<"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/errors" 3>&- 4>&- || true
	[ "$2" = id ] || [[ $(modes) == 777* ]]
}

@test "files given as standard three are out of reach, strict, privileged" { descriptors_at strict priv; }
@test "files given as standard three are out of reach, keep, id-mapped" { descriptors_at keep id; }

@test "learn: files given as standard three are out of reach" {
	need_recorder
	ct_new "$ct" bookworm priv "$(level keep)"
	files
	timeout 100 "$cmd" learn -q -P "$(ct_lxcpath)" -n "$ct" -- sh -c "$by_descriptor" \
		<"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/errors" 3>&- 4>&-
	cat "$BATS_TEST_TMPDIR/errors"
	[ "$(modes)" = '600 600 600 ' ]
	[ "$(cat "$BATS_TEST_TMPDIR/in")" = secret ]
	grep -q overwritten "$BATS_TEST_TMPDIR/out"
}

@test "the administrator's session key ring is out of reach (lxc-attach: read and revoked)" {
	need_guest busybox
	local key=$BATS_TEST_TMPDIR/key
	ct_new "$ct" busybox priv 'lxc.seccomp.profile ='
	put
	start
	# shellcheck disable=SC2016 # for the inner shell
	timeout 30 "$intruder" with-key "$key" sh -c '"$@" intruder take-key "$(cat "$0")"; echo "$?"' "$key" \
		"$cmd" attach -P "$(ct_lxcpath)" "$ct" -- </dev/null >"$err" 3>&- 4>&-
	[ "$(cat "$err")" = 1 ]
	# shellcheck disable=SC2016
	run -1 timeout 30 "$intruder" with-key "$key" sh -c '"$@" intruder take-key "$(cat "$0")"' "$key" \
		lxc-attach -P "$(ct_lxcpath)" -n "$ct" -- </dev/null 3>&- 4>&-
}

# ends_within SECONDS: attach does, and nothing of it stays.
ends_within() {
	local t0=$SECONDS
	# The same processor as the intruder's, and below it: then that is quick enough.
	run timeout -k 5 -s TERM 20 taskset -c 0 chrt --batch 0 "$cmd" attach -P "$(ct_lxcpath)" "$ct" -- true </dev/null 3>&- 4>&-
	echo "$status: $output"
	[ "$status" != 124 ]
	[ $((SECONDS - t0)) -le "$1" ]
	wait_for 3 no_rest
}

gone() {
	timeout 20 lxc-stop -P "$(ct_lxcpath)" -n "$ct" -k 3>&- 4>&-
	ct_wait_gone "$ct"
	[ -z "$(ct_cgroups_named "$ct")" ]
	no_rest
}

@test "a v2 cgroup that is frozen as somebody enters: one line, within the limit, nothing left" {
	need_guest bookworm
	local i caught='' frozen
	ct_new "$ct" bookworm priv "$(level strict)"
	start
	grep -q ' /sys/fs/cgroup .* - cgroup2 ' "/proc/$(ct_pid "$ct")/mountinfo" || skip 'kernel: no v2 for guests'
	frozen=$(ct_cgroup_find -path "*/lxc.payload.$ct/cgroup.freeze" || true)
	[ -n "$frozen" ]
	# The guest itself cannot any more: mount-cgroup covers the file, or nsdelegate keeps it.
	attach -- sh -c 'echo 1 >/sys/fs/cgroup/cgroup.freeze' </dev/null || true
	grep -qx 0 "$frozen"
	for ((i = 0; i < 15; i++)); do
		taskset -c 0 "$intruder" freeze "${frozen%/*}/cgroup.procs" "$frozen" 1 3>&- 4>&- &
		job=$!
		sleep 0.2
		ends_within 14
		[[ $output != *'frozen meanwhile'* ]] || { caught=y; break; }
		kill -KILL "$job" 2>/dev/null || true
		echo 0 >"$frozen"
	done
	[ -n "$caught" ]
	[ "$status" = 125 ]
	[ "${#lines[@]}" = 1 ]
	# What is frozen already.
	ends_within 2
	[[ $status == 125 && $output == *'it is frozen'* && ${#lines[@]} == 1 ]]
	job=
	gone
}

@test "a v1 freezer: the same" {
	need_guest busybox
	local i caught='' frozen
	ct_new "$ct" busybox priv
	start
	frozen=$(ct_cgroup_find -path "*/freezer/lxc.payload.$ct/freezer.state" || true)
	[ -n "$frozen" ] || skip 'kernel: no v1 freezer here'
	for ((i = 0; i < 15; i++)); do
		# The kernel does not ask who writes.
		taskset -c 0 "$intruder" freeze "${frozen%/*}/cgroup.procs" "$frozen" FROZEN 3>&- 4>&- &
		job=$!
		sleep 0.2
		ends_within 14
		[[ $output != *'frozen meanwhile'* ]] || { caught=y; break; }
		kill -KILL "$job" 2>/dev/null || true
		echo THAWED >"$frozen"
	done
	[ -n "$caught" ]
	ends_within 2
	[[ $status == 125 && $output == *'it is frozen'* && ${#lines[@]} == 1 ]]
	job=
	gone
}

@test "learn: a container that is frozen, and one that freezes itself as the command runs" {
	need_recorder
	local frozen t0
	ct_new "$ct" bookworm priv "$(level strict)"
	start
	frozen=$(ct_cgroup_find -path "*/lxc.payload.$ct/cgroup.freeze" || true)
	[ -n "$frozen" ] || skip 'kernel: no v2 for guests'
	echo 1 >"$frozen"
	t0=$SECONDS
	run -1 --separate-stderr timeout 60 "$cmd" learn -q -P "$(ct_lxcpath)" -n "$ct" -- true </dev/null 3>&- 4>&-
	echo "$stderr"
	[ $((SECONDS - t0)) -le 15 ]
	[[ $stderr == *'it is frozen'* ]]
	echo 0 >"$frozen"
	frozen=${frozen%/*}/init.scope/cgroup.freeze
	"$cmd" learn -q -P "$(ct_lxcpath)" -n "$ct" -- sh -c 'echo 1 >/sys/fs/cgroup/init.scope/cgroup.freeze; sleep 9' </dev/null >/dev/null 2>&1 3>&- 4>&- &
	job=$!
	wait_for 20 grep -qx 'frozen 1' "${frozen%/*}/cgroup.events"
	kill "$job"
	t0=$SECONDS
	wait "$job" || true
	job=
	[ $((SECONDS - t0)) -le 10 ]
	wait_for 3 no_rest
	gone
}
