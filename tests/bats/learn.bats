#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
#
# lxc-harden learn and trace with real containers: what the kernel checked, counted by a
# program that knows how often it made it check (tests/lib/checker.c).

load ../lib/lxc.bash
load ../lib/learn.bash

setup_file() { ct_in_bats; }

setup() {
	learn_setup learn
	two=learn2-$$-$BATS_TEST_NUMBER
}

teardown() {
	learn_teardown
	ct_destroy "$two"
}

misuse() {
	local want=$1 status=0
	shift
	"$cmd" "$@" >"$BATS_TEST_TMPDIR/out" 2>"$err" </dev/null || status=$?
	cat "$err"
	[ "$status" = 2 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	[ "$(wc -l <"$err")" = 1 ]
	[[ $(cat "$err") == "$want"* ]]
}

@test "misuse is one line and status 2" {
	misuse "lxc-harden: learn: which container?" learn
	misuse "lxc-harden: learn: no container 'nobody' in '/var/empty'" learn -P /var/empty nobody
	misuse "lxc-harden: learn: --time: 'x' is no number" learn --time=x c
	misuse "lxc-harden: learn: --entries: '0' is no number" learn --entries=0 c
	misuse "lxc-harden: learn: --attach: 'x\\x0a' is none of" learn --attach=$'x\n' c
	misuse "lxc-harden: learn: --host: which command?" learn --host c
	misuse "lxc-harden: trace: --cap: no capability 'bogus'" trace --cap=chown,bogus c
	misuse "lxc-harden: trace: takes no command" trace c -- true
	# On which liblxc itself crashes.
	local dir=$BATS_TEST_TMPDIR/cycle
	mkdir -p "$dir/c"
	echo "lxc.include = $dir/c/config" >"$dir/c/config"
	misuse "lxc-harden: learn: $dir/c/config:1: include cycle" learn -P "$dir" c
	misuse "lxc-harden: trace: $dir/c/config:1: include cycle" trace -P "$dir" c
	misuse "lxc-harden: prove: $dir/c/config:1: include cycle" prove -P "$dir" c
}

@test "what is denied after generate is drift, until another fragment gives it" {
	need_recorder
	ct_new "$ct" busybox priv
	"$cmd" generate -q --level keep --without chown -P "$(ct_lxcpath)" "$ct"
	sleep 1 # what is of the same second counts as before
	run "$cmd" learn -q -P "$(ct_lxcpath)" "$ct" -- chown 5 /etc/hostname
	[[ $output == *'Operation not permitted'* ]]
	[[ $("$cmd" list --noheadings -o drift -P "$(ct_lxcpath)" "$ct") == *'denied chown'* ]]
	"$cmd" generate -q --level keep -P "$(ct_lxcpath)" "$ct"
	[[ $("$cmd" list --noheadings -o drift -P "$(ct_lxcpath)" "$ct") != *denied* ]]
	"$cmd" learn -q -P "$(ct_lxcpath)" "$ct" -- chown 5 /etc/hostname
}

@test "every check of every process is counted, exactly; a second run adds up" {
	need_recorder
	new "$ct" bookworm priv
	cp "$(ct_dir "$ct")/config" "$BATS_TEST_TMPDIR/config"
	work "$ct" <<-'SCRIPT'
		#!/bin/sh
		systemd-run -q --wait --unit=many checker 400 6 &
		systemd-run -q --wait --unit=denied checker 300 2 denied &
		systemd-run -q --wait --unit=below checker 300 2 below &
		systemd-run -q --wait --unit=nested checker 300 2 pidns &
		systemd-run -q --wait --unit=brief --slice=own.slice checker 200 2 short &
		checker 300 1
		wait
	SCRIPT
	learn "$ct" --json -- work >"$BATS_TEST_TMPDIR/json"
	jq -e '.missed == 0 and .unassigned == 0 and .boots == 1' "$BATS_TEST_TMPDIR/json"
	[ "$(ct_lxc info "$ct" -sH)" = STOPPED ]
	same "$(counts "$ct" '.unit == "many.service"')" "$(expect "$ct" 2400)"
	same "$(counts "$ct" '.unit == "denied.service"')" "$(expect "$ct" 600 denied)"
	same "$(counts "$ct" '.unit == "below.service"')" "$(expect "$ct" 600 below)"
	same "$(counts "$ct" '.unit == "nested.service"')" "$(expect "$ct" 600 pidns)"
	same "$(counts "$ct" '.unit == "brief.service"')" "$(expect "$ct" 400 short)"
	same "$(counts "$ct" '.origin == "workload" and .unit == null')" "$(expect "$ct" 300)"
	# The calls are named, too.
	jq -e '[.checks[] | select(.comm == "checker" and .capability == "lease") | .syscall] | unique == ["fcntl"]' "$(record "$ct")"
	# From the first instruction of init on, and to its last.
	jq -e '.checks | any(.unit == "init.scope" and .syscall == "reboot" and .origin == "guest")' "$(record "$ct")"
	jq -e '[.checks[] | select(.program == "/usr/lib/systemd/systemd" and .unit == null)] | length > 3' "$(record "$ct")"
	jq -e '.checks | any(.origin == "lxc" and .syscall == "execve")' "$(record "$ct")"
	jq -e '.runs[0].boot and (.runs[0].held | index("sys_admin")) and .runs[0].checks > 60000' "$(record "$ct")"
	# Questions of our own are not in it.
	jq -e '.checks | all(.program != "/usr/bin/systemctl" or .origin == "guest")' "$(record "$ct")"
	# Nothing of it is in a file of the container's.
	cmp "$(ct_dir "$ct")/config" "$BATS_TEST_TMPDIR/config"
	[ "$(ls "$(ct_dir "$ct")/harden")" = record.json ]

	learn "$ct" -- checker 100 1
	same "$(counts "$ct" '.origin == "workload" and .unit == null')" "$(expect "$ct" 400)"
	jq -e '.runs_total == 2 and .boots == 2' "$(record "$ct")"
	grep -q 'ready' "$err"
	learn "$ct" -q --fresh -- checker 7 1
	same "$(counts "$ct" '.origin == "workload"')" "$(expect "$ct" 7)"
	jq -e '.runs_total == 1' "$(record "$ct")"
}

@test "two at once, one id-mapped: each has its own; and who attached is marked" {
	need_recorder
	new "$ct" bookworm priv
	new "$two" bookworm id
	ct_start "$ct"
	# In there before the recorder is, and after.
	ct_exec "$ct" sh -c 'touch /run/in; while [ ! -e /run/go ]; do sleep 0.05; done; checker 20 2' >/dev/null 2>&1 &
	job=$!
	ct_wait_ready "$ct"
	wait_for 10 test -e "/proc/$(ct_pid "$ct")/root/run/in"
	learn "$two" -q -- sh -c 'systemd-run -q --wait --unit=u checker 50 2' &
	other=$!
	PATH=$PATH learn "$ct" -q --host -- sh -c "
		touch /proc/$(ct_pid "$ct")/root/run/go
		lxc-attach -P '$(ct_lxcpath)' -n $ct -- systemd-run -q --wait --unit=u checker 30 1
		while kill -0 $job 2>/dev/null; do sleep 0.05; done"
	wait "$other"
	ct_is_running "$ct"
	same "$(counts "$ct" '.origin == "attach" and .unit == null')" "$(expect "$ct" 40)"
	same "$(counts "$ct" '.origin == "guest"')" "$(expect "$ct" 30)"
	jq -e '.boots == 0 and .runs_total == 1 and (.runs[0].boot | not)' "$(record "$ct")"
	# An id-mapped root never passes what the host's user namespace is asked for.
	same "$(counts "$two" '.unit == "u.service" and .origin == "guest"')" "$(expect "$two" 100 '' id)"
	[ "$(expect "$two" 100 '' id | grep -c ' other 0 100$')" -gt 10 ]
}

@test "too many different checks: the capability's count is exact, and the loss is said" {
	need_recorder
	new "$ct" bookworm priv
	learn "$ct" --entries=16 --json -- checker 500 2 >"$BATS_TEST_TMPDIR/json"
	jq -e '.unassigned > 15000' "$BATS_TEST_TMPDIR/json"
	jq -e '.capabilities[] | select(.name == "syslog") | .granted == 1000' "$BATS_TEST_TMPDIR/json"
	jq -e '.capabilities[] | select(.name == "ipc_owner") | .granted == 1000' "$BATS_TEST_TMPDIR/json"
	jq -e '(.checks | length <= 16) and (.losses | map(select(.capability == "lease"))[0].count == 1000)' "$(record "$ct")"
	learn "$ct" -q --entries=16 -- true
	[ "$(learn "$ct" -- true | grep -c 'only the capability is known')" = 1 ]
}

@test "a damaged record is told with its place, and nothing is started or changed" {
	need_recorder
	new "$ct" busybox priv
	mkdir "$(ct_dir "$ct")/harden"
	printf '{\n "schema": "lxc-harden-record",\n nonsense' >"$(record "$ct")"
	sum=$(cksum <"$(record "$ct")")
	misuse "lxc-harden: learn: $(record "$ct"): 3:" learn -P "$(ct_lxcpath)" "$ct"
	grep -q -- '--fresh' "$err"
	[ "$(cksum <"$(record "$ct")")" = "$sum" ]
	[ "$(ct_lxc info "$ct" -sH)" = STOPPED ]
	# A symlink put there by whoever owns the folder is not followed.
	rm -r "$(ct_dir "$ct")/harden"
	mkdir "$BATS_TEST_TMPDIR/else"
	ln -s "$BATS_TEST_TMPDIR/else" "$(ct_dir "$ct")/harden"
	run learn "$ct" -q --time=1
	[ "$status" = 1 ]
	[ -z "$(ls "$BATS_TEST_TMPDIR/else")" ]
}

@test "an init that is not systemd; a reboot is another boot; SIGTERM ends and records" {
	need_recorder
	new "$ct" busybox priv
	"$cmd" learn -P "$(ct_lxcpath)" "$ct" 2>"$err" >"$BATS_TEST_TMPDIR/out" </dev/null 3>&- 4>&- &
	job=$!
	wait_for 20 grep -q ': ready' "$err"
	init=$(ct_pid "$ct")
	ct_exec "$ct" reboot
	# shellcheck disable=SC2317 # for wait_for
	rebooted() { local now; now=$(ct_pid "$ct") && [ "$now" != "$init" ]; }
	wait_for 20 rebooted
	wait_for 20 bash -c "[ \$(grep -c ': booting' '$err') = 2 ]"
	wait_for 20 bash -c "[ \$(grep -c ': ready' '$err') = 2 ]"
	ct_exec "$ct" checker 10 1
	kill -TERM "$job"
	wait "$job"
	job=
	cat "$err"
	[ "$(ct_lxc info "$ct" -sH)" = STOPPED ]
	jq -e '.boots == 2 and .runs_total == 2' "$(record "$ct")"
	same "$(counts "$ct" '.origin == "attach"')" "$(expect "$ct" 10)"
	grep -q '^CAPABILITY' "$BATS_TEST_TMPDIR/out"
}

@test "killed half-way it leaves nothing, and the container starts as ever" {
	need_recorder
	new "$ct" busybox priv
	cp "$(ct_dir "$ct")/config" "$BATS_TEST_TMPDIR/config"
	pins=$(find /sys/fs/bpf 2>/dev/null | sort)
	for phase in starting booting ready; do
		"$cmd" learn -P "$(ct_lxcpath)" "$ct" 2>"$err" >/dev/null </dev/null 3>&- 4>&- &
		job=$!
		wait_for 20 grep -q ": $phase" "$err"
		kill -KILL "$job"
		wait "$job" || true
		job=
		ct_lxc stop "$ct" -k || true
		wait_for 10 test "$(ct_lxc info "$ct" -sH)" = STOPPED
	done
	[ ! -e "$(ct_dir "$ct")/harden" ]
	[ "$(find /sys/fs/bpf 2>/dev/null | sort)" = "$pins" ]
	cmp "$(ct_dir "$ct")/config" "$BATS_TEST_TMPDIR/config"
	ct_start "$ct"
	ct_wait_ready "$ct"
	# Left running by a recorder that has gone, it can still reboot.
	ct_lxc stop "$ct" -k
	learn "$ct" -q --leave-running --time=1
	ct_is_running "$ct"
	init=$(ct_pid "$ct")
	ct_exec "$ct" reboot
	# shellcheck disable=SC2317 # for wait_for
	rebooted() { local now; now=$(ct_pid "$ct") && [ "$now" != "$init" ]; }
	wait_for 20 rebooted
}

@test "what cannot be recorded is one line and status 1" {
	need_recorder
	new "$two" busybox priv
	ct_start "$two"
	new "$ct" busybox priv "lxc.namespace.share.pid = $(ct_pid "$two")"
	run learn "$ct" -q
	[ "$status" = 1 ]
	[ "$(grep -c 'it has no pid namespace of its own' "$err")" = 1 ]
	[ "$(ct_lxc info "$ct" -sH)" = STOPPED ]
	ct_destroy "$ct" || true # as in teardown: an aborted start leaves a cgroup now and then
	new "$ct" busybox priv
	status=0
	"$build/tests/unit/deny-syscall" bpf "$cmd" learn -P "$(ct_lxcpath)" "$ct" 2>"$err" || status=$?
	cat "$err"
	[ "$status" = 1 ]
	[ "$(wc -l <"$err")" = 1 ]
	grep -q '^lxc-harden: learn: cannot record: the kernel takes no BPF program' "$err"
	[ "$(ct_lxc info "$ct" -sH)" = STOPPED ]
	# The workload's failure is told, and what it met is kept.
	run learn "$ct" -q -- sh -c 'checker 3 1; exit 7'
	[ "$status" = 1 ]
	grep -q 'the workload failed with status 7' "$err"
	same "$(counts "$ct" '.origin == "workload"')" "$(expect "$ct" 3)"
}

# The name of the gate that process $1 keeps.
gate_of() {
	local fd target
	for fd in "/proc/$1/fd"/*; do
		target=$(readlink "$fd") || continue
		[[ $target = socket:* ]] || continue
		awk -v inode="${target//[!0-9]/}" '$7 == inode && $8 ~ /^@/ { print substr($8, 2) }' /proc/net/unix
	done
}

# As learn-gate, but from the pid namespace of process $1: tells of process $2.
knock() {
	timeout 10 nsenter --pid="/proc/$1/ns/pid" -- timeout 5 \
		socat -t 2 - "ABSTRACT-CONNECT:$gate,socktype=5" < <(printf %s "$2") 3>&- 4>&- || true
}

@test "root of a container without user and network namespace is not let in at the gate" {
	need_recorder
	need socat
	new "$ct" busybox priv
	new "$two" busybox priv
	ct_start "$two"
	"$cmd" learn -P "$(ct_lxcpath)" "$ct" 2>"$err" >/dev/null </dev/null 3>&- 4>&- &
	job=$!
	wait_for 20 grep -q ': ready' "$err"
	gate=$(gate_of "$job")
	[ -n "$gate" ]
	inner=$(ct_pid "$two")
	[ "$(knock "$inner" "$inner")" = "" ]
	kill -0 "$job"
	[ "$(grep -c ': booting' "$err")" = 1 ]
	# But from where LXC's hooks are.
	[ "$(knock self "$inner")" = go ]
	wait_for 20 bash -c "[ \$(grep -c ': booting' '$err') = 2 ]"
	# Which it now takes for its own container, and would wait for.
	kill -KILL "$job"
	wait "$job" || true
	job=
}

@test "the gate started with closed descriptors: its peer gets the number and nothing else" {
	local gate=${LXC_HARDEN_LIBEXECDIR:-$build/hooks}/learn-gate dir=$BATS_TEST_TMPDIR name=closed.$$ how status pid
	command -v socat >/dev/null || cannot "no socat"
	# A recorder that refuses, after a look at who asks: it says its own number.
	cat >"$dir/recorder" <<-'EOT'
		cd "${0%/*}" || exit 1
		pid=$(dd bs=64 count=1 2>/dev/null)
		readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" "/proc/$pid/fd/2" >fds
		printf no
		{ printf '%s:' "$pid"; cat; } >told.new
		mv told.new told
	EOT
	socat "ABSTRACT-LISTEN:$name,type=5,fork" "EXEC:bash $dir/recorder" 3>&- 4>&- &
	job=$!
	wait_for 10 grep -q "@$name" /proc/net/unix
	for how in '<&- >&- 2>&-' '>&-' '<&-' '2>&-'; do
		rm -f "$dir/told" "$dir/fds"
		status=0
		# shellcheck disable=SC2016 # for the inner shell
		bash -c 'echo $$ >"$1/pid"; export LXC_PID=$$; exec "$2" "$3" c lxc start-host '"$how" bash \
			"$dir" "$gate" "$name" </dev/null >/dev/null 2>/dev/null 3>&- 4>&- || status=$?
		[ "$status" = 1 ]
		wait_for 10 [ -e "$dir/told" ]
		[ "$(cat "$dir/told")" = "$(cat "$dir/pid"):" ]
		[ "$(sort -u "$dir/fds")" = /dev/null ]
		[ "$(wc -l <"$dir/fds")" = 3 ]
	done
}

@test "trace: a line for each check, filters, JSON, totals, and an end" {
	need_recorder
	# Not audited: new() takes the filter away, which would be refused.
	new "$ct" bookworm priv "lxc.include = $LXC_HARDEN_DATADIR/base.conf" 'lxc.hook.start-host ='
	ct_start "$ct"
	ct_wait_ready "$ct"
	out=$BATS_TEST_TMPDIR/out
	"$cmd" trace --json --unit=u --cap=setuid,kill -P "$(ct_lxcpath)" "$ct" >"$out" 2>"$err" </dev/null 3>&- 4>&- &
	job=$!
	# The first line says that it is there; how often it was asked until then is not known.
	# shellcheck disable=SC2317 # for wait_for
	seen() { ct_exec "$ct" systemd-run -q --wait --unit=u checker 1 1 && [ -s "$out" ]; }
	wait_for 20 seen
	before=$(grep -c '"comm":"checker"' "$out" || true)
	ct_exec "$ct" systemd-run -q --wait --unit=u checker 40 2
	ct_exec "$ct" systemd-run -q --wait --unit=v checker 40 2
	kill -INT "$job"
	wait "$job"
	job=
	cat "$err"
	jq -es 'all(.[]; type == "object")' "$out"
	after=$(jq -s '[.[] | select(.comm == "checker")] | length' "$out")
	[ $((after - before)) = 160 ]
	jq -es '.[:-1] | all(.unit == "u.service" and (.capability == "setuid" or .capability == "kill"))' "$out"
	jq -es '.[-1].totals | .lines_lost == 0 and any(.capabilities[]; .name == "chown")' "$out"
	ct_is_running "$ct"

	"$cmd" trace --denied -P "$(ct_lxcpath)" "$ct" >"$out" 2>"$err" </dev/null 3>&- 4>&- &
	job=$!
	# shellcheck disable=SC2317 # for wait_for
	seen() { ct_exec "$ct" checker 1 1 denied && grep -q ' denied ' "$out"; }
	wait_for 20 seen
	kill -TERM "$job"
	wait "$job"
	job=
	sed '/^$/,$d' "$out" | grep -v ' denied ' && false
	grep -Eq '^[0-9:.]+ sys_admin +denied +checker\[[0-9]+\] sethostname by /usr/bin/checker in no unit attached$' "$out"
	grep -q '^CAPABILITY' "$out"
	# Nobody reads: the end, and no noise.
	run timeout 30 bash -c "'$cmd' trace -P '$(ct_lxcpath)' $ct 2>'$err' | head -n 1 >/dev/null" 3>&- 4>&- &
	job=$!
	for ((i = 0; i < 40; i++)); do
		kill -0 "$job" 2>/dev/null || break
		ct_exec "$ct" checker 5 1 || true
		sleep 0.1
	done
	wait "$job"
	job=
}
