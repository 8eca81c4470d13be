# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # tmp, bench, builddir: those of tests/bench/run
#
# What being recorded costs: the same work in one container, by turns with and without
# "lxc-harden learn" watching it.  The loop is the worst that can be: system calls that do
# nothing but be checked.

learn_checks=100000 # of each of six system calls
learn_processes=400
learn_requests=3000

learn_start() {
	: >"$tmp/learn.err" # or the last one's would be read
	"$builddir/tools/lxc-harden" learn -P "$(ct_lxcpath)" learned 2>"$tmp/learn.err" >/dev/null </dev/null &
	learn_job=$!
	until grep -q ': ready' "$tmp/learn.err"; do
		kill -0 "$learn_job" 2>/dev/null || return 1
		sleep 0.05
	done
}

learn_stop() {
	kill -TERM "$learn_job"
	wait "$learn_job" # its status is that of the record
}

# learn_time COMMAND: in ns.  A shell's, as "--" means something else to spawn.
learn_time() { "$bench/spawn" plain 1 -- /bin/sh -c "exec $1" </dev/null; }

# learn_times FILE: a line with the times of the three.
learn_times() {
	local attach
	attach="lxc-attach -P $(ct_lxcpath) -n learned --"
	{
		learn_time "$attach /usr/bin/checker $learn_checks 1 fast"
		learn_time "$attach /bin/sh -c 'i=0; while [ \$i -lt $learn_processes ]; do /bin/true; i=\$((i + 1)); done'"
		learn_time "nsenter --net --target $(ct_pid learned) -- $bench/http 80 $learn_requests"
	} | paste -s >"$1"
	[ "$(wc -w <"$1")" = 3 ]
}

learn_recorded() {
	learn_start || return 1
	learn_times "$tmp/on"
	learn_stop
}

learn_round() {
	if [ $(($1 % 2)) = 0 ]; then
		learn_times "$tmp/off" && learn_recorded
	else
		learn_recorded && learn_times "$tmp/off"
	fi
}

# Is every check of the loop in the record, over all rounds?
learn_count() {
	jq --argjson want $((learn_checks * $1)) '[.checks[] | select(.comm == "checker" and .program == "/usr/bin/checker") |
		select(.syscall == ("kill", "setgid", "setuid", "prctl", "reboot", "syslog"))] | group_by(.syscall) |
		map(map(.count) | add) | "checks in the record: \(add) of \($want * 6)\(if all(.[]; . == $want) then "" else "  NOT EXACT" end)"' -r \
		"$(ct_dir learned)/harden/record.json"
}

# Why a tool does not run, of what it said on either way: one line.
learn_reason() {
	cat "$tmp/lines" "$tmp/err" | grep -m 1 -iE 'unable|failed|cannot|error' || tail -n 1 "$tmp/err"
}

# learn_other TOOL PACKAGE: another that traces cap_capable, where it runs: by kprobe, a line
# for each check.
learn_other() {
	local status=0
	if ! command -v "$1" >/dev/null; then
		echo "  $1: not installed (Debian: $2)"
		return
	fi
	timeout -s INT 120 "$1" >"$tmp/lines" 2>"$tmp/err" </dev/null &
	learn_job=$!
	sleep 6
	if kill -0 "$learn_job" 2>/dev/null; then
		learn_times "$tmp/other" && paste "$tmp/off" "$tmp/other" | awk -v tool="$1" '{
			printf "  -> %-39s %8.2f\n", "loop, traced by " tool " to not recorded", $4 / $1
			printf "  -> %-39s %8.2f\n", "processes, the same", $5 / $2
			printf "  -> %-39s %8.2f\n", "web requests, the same", $6 / $3 }'
		kill -INT "$learn_job" 2>/dev/null
		wait "$learn_job" 2>/dev/null
		echo "     lines of the loop: $(grep -c checker "$tmp/lines") of $((learn_checks * 6))"
	else
		wait "$learn_job" || status=$?
		echo "  $1: does not run on this kernel (status $status): $(learn_reason)"
	fi
	learn_job=''
}

bench_learn() {
	local i rounds=$1 done=0
	if ! ct_new learned bookworm priv; then
		echo 'learn: no guest, not measured'
		return
	fi
	install -m755 "$builddir/tests/lib/checker" "$(ct_dir learned)/rootfs/usr/bin/checker"
	if ! ct_start learned || ! ct_wait_ready learned >/dev/null; then
		die "container 'learned' does not start"
	fi
	learn_times "$tmp/off" || die "the work to be recorded fails"
	: >"$tmp/learn"
	for ((i = 0; i < rounds; i++)); do
		learn_round "$i" || { echo "learn: not measured: $(tail -n 1 "$tmp/learn.err")"; break; }
		done=$((done + 1))
		paste "$tmp/off" "$tmp/on" >>"$tmp/learn"
	done
	if [ "$done" -gt 0 ]; then
		learn_section 'checks in a loop' 1 ''
		learn_section 'processes' 2 ''
		learn_section 'web requests' 3 1.05
		learn_count "$done"
		learn_other capable-bpfcc bpfcc-tools
		learn_other capable libbpf-tools
	fi
	ct_destroy learned
}

# learn_section TITLE COLUMN TARGET
learn_section() {
	awk -v c="$2" '{ print $c "\t" $(c + 3) }' "$tmp/learn" >"$tmp/rounds"
	section "$1" 'not recorded|recorded' "$tmp/rounds"
	# shellcheck disable=SC2086 # no target: no words
	ratio "$1, recorded to not" 2 1 ${3:+max $3}
}
