#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A user who holds up the processes by which root reads his containers: check and list end
# within their limits, say so, and look at everybody else's.  Reports are no more open than what
# they show.
#
# shellcheck disable=SC2154  # run sets them

load ../lib/skip.bash

user=54321

setup() {
	need root lxc-start setpriv
	cmd=${LXC_HARDEN_BINDIR:-}/lxc-harden
	[ -x "$cmd" ] || cannot 'LXC_HARDEN_BINDIR has no lxc-harden'
	tmp=$BATS_TEST_TMPDIR
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$tmp" 2>/dev/null || true
	mkdir -p "$tmp/good/fine" "$tmp/user"
	chmod 755 "$tmp/good" "$tmp/good/fine"
	config "$tmp/good/fine"
	freezer='' helper=''
	# liblxc makes its locks there: a user without a home has no other place.
	mkdir -p /run/user && install -d -o $user -m 700 /run/user/$user
}

teardown() {
	[ -z "$helper" ] || kill -KILL "$helper" 2>/dev/null || true
	rm -rf "/run/user/${user:?}"
	[ -z "$freezer" ] || thaw
}

config() { printf 'lxc.uts.name = c\nlxc.rootfs.path = dir:%s\n' "${2:-/nowhere}" >"$1/config"; }

# The group that a user without a line in passwd(5) is given.
as_user=(setpriv --reuid "$user" --regid 65534 --clear-groups)

# took MAX COMMAND...: its output and status by run, and the seconds.
took() {
	local begin=$SECONDS max=$1
	shift
	run timeout -s KILL 150 "$@"
	echo "$((SECONDS - begin)) s, status $status: ${output:0:2000}"
	[ $((SECONDS - begin)) -le "$max" ]
}

no_process_left() {
	local i
	for i in {1..20}; do
		[ -n "$(pgrep -u $user -x lxc-harden)" ] || return 0
		sleep 0.1
	done
	ps -o pid,stat,wchan,args -u $user
	return 1
}

# --- A freezer of his own ---------------------------------------------------------------

thaw() {
	local i
	echo THAWED >"$freezer/freezer.state"
	for i in {1..30}; do
		rmdir "$freezer" 2>/dev/null && return
		sleep 0.1
	done
	echo "cannot remove $freezer"
	return 1
}

freeze_all_of_user() {
	local i
	freezer=$(awk '$3 == "cgroup" && $4 ~ /(^|,)freezer(,|$)/ { print $2; exit }' /proc/self/mounts)
	[ -n "$freezer" ] || skip 'kernel: no v1 freezer is mounted'
	freezer+=/lxc-harden-held.$$
	mkdir "$freezer" && chown -R $user "$freezer" && echo FROZEN >"$freezer/freezer.state"
	cc -O2 -o "$tmp/freeze-all" "$BATS_TEST_DIRNAME/../lib/freeze-all.c"
	"${as_user[@]}" "$tmp/freeze-all" "$freezer/cgroup.procs" >"$tmp/frozen" 3>&- 4>&- &
	helper=$!
	# Long enough to be met: thousands of lines each.
	for i in {1..40}; do
		mkdir "$tmp/user/c$i" && config "$tmp/user/c$i"
		yes 'lxc.environment = A=B' | head -n 4000 >>"$tmp/user/c$i/config"
	done
	chown -R $user "$tmp/user"
}

@test "processes that their user freezes: list goes on, and leaves none" {
	freeze_all_of_user
	took 45 "$cmd" list -P "$tmp/user" -P "$tmp/good" --noheadings -o name,state
	[ "$status" = 1 ]
	[ -s "$tmp/frozen" ]
	grep -E '^fine +stopped' <<<"$output"
	grep -F 'did not come to an end in time' <<<"$output"
	[[ $output != *'do not end although they were killed'* ]]
	no_process_left
	[ -z "$(cat "$freezer/cgroup.procs")" ]
}

@test "processes that their user freezes: SIGTERM ends check at once" {
	local pid i
	freeze_all_of_user
	"$cmd" check --all -P "$tmp/user" >/dev/null 2>&1 3>&- 4>&- &
	pid=$!
	for i in {1..100}; do
		[ ! -s "$freezer/cgroup.procs" ] || break
		sleep 0.1
	done
	[ -s "$tmp/frozen" ]
	sleep 1
	kill -TERM $pid
	for i in {1..20}; do
		kill -0 $pid 2>/dev/null || break
		sleep 0.1
	done
	if kill -0 $pid 2>/dev/null; then return 1; fi
	# Not even in the freezer, which is frozen still.
	no_process_left
}

# --- A file system of his that never answers ---------------------------------------------

mount_mute() {
	local i
	mkdir "$tmp/fuse" "$tmp/user/hangs"
	cc -o "$tmp/mute-fuse" "$BATS_TEST_DIRNAME/../lib/mute-fuse.c"
	"${as_user[@]}" "$tmp/mute-fuse" "$tmp/fuse" >"$tmp/pid" 2>"$tmp/error" 3>&- 4>&- &
	helper=$!
	for i in {1..50}; do
		[ ! -s "$tmp/pid" ] || break
		kill -0 $helper 2>/dev/null || skip "kernel: no FUSE in a user namespace: $(cat "$tmp/error")"
		sleep 0.1
	done
	config "$tmp/user/hangs" "/proc/$(cat "$tmp/pid")/root$tmp/fuse/root"
	mkdir "$tmp/user/zlast" && config "$tmp/user/zlast"
	chown -R $user "$tmp/user"
}

ends_after_mute() {
	kill -KILL $helper
	helper=''
	no_process_left
}

@test "a root file system that never answers: list names the container, and shows the others" {
	mount_mute
	took 25 "$cmd" list -P "$tmp/user" -P "$tmp/good" --noheadings -o name,state
	[ "$status" = 1 ]
	grep -E '^fine +stopped' <<<"$output"
	grep -E '^zlast +stopped' <<<"$output"
	grep -E 'hangs: reading it did not come to an end in time' <<<"$output"
	# The kernel does not let that one end, and that is said.
	grep -E '1 process.* of ours, one of them [0-9]+, do not end although they were killed' <<<"$output"
	ends_after_mute
}

@test "a root file system that never answers: check reports it as not looked at" {
	mount_mute
	took 50 "$cmd" check --all --json -P "$tmp/user" -P "$tmp/good"
	[ "$status" = 1 ]
	sed -n '/^{/,/^}/p' <<<"$output" | jq -e '
		[.containers[] | {(.name): .state}] | add ==
		{"hangs": "failed", "zlast": "stopped", "fine": "stopped"}'
	ends_after_mute
}

# --- Reports -----------------------------------------------------------------------------

# modes UMASK [OPTION...]: of the three files.
modes() {
	local mask=$1 f
	shift
	(umask "$mask" && "$cmd" check --all --quiet -P "$tmp/good" --html="$tmp/r.html" \
		--sarif="$tmp/r.sarif" --prometheus="$tmp/r.prom" "$@") || return
	for f in html sarif prom; do stat -c %a "$tmp/r.$f"; done | paste -sd ' '
}

@test "reports: the umask counts" {
	[ "$(modes 077)" = '600 600 600' ]
	rm "$tmp"/r.*
	[ "$(modes 027)" = '640 640 640' ]
	rm "$tmp"/r.*
	[ "$(modes 022)" = '644 644 644' ]
}

@test "reports: what directories hide stays hidden, and a file is not opened wider" {
	chmod 700 "$tmp/good"
	[ "$(modes 022)" = '600 600 600' ]
	chmod 755 "$tmp/good"
	[ "$(modes 022)" = '600 600 600' ]
	rm "$tmp"/r.*
	chmod 750 "$tmp/good/fine"
	[ "$(modes 022)" = '640 640 640' ]
	rm "$tmp"/r.*
	chmod 755 "$tmp/good/fine"
	[ "$(modes 022)" = '644 644 644' ]
}

@test "reports: metrics for everybody where that is asked" {
	chmod 700 "$tmp/good"
	[ "$(modes 077 --prometheus-mode=0644)" = '600 600 644' ]
	[ "$(modes 022 --prometheus-mode=640)" = '600 600 640' ]
	run "$cmd" check --all -P "$tmp/good" --prometheus-mode=rw
	[ "$status" = 2 ]
	[[ $output == *"--prometheus-mode: 'rw' is not a mode such as 0644" ]]
	run "$cmd" check --all -P "$tmp/good" --prometheus-mode=0755
	[ "$status" = 2 ]
}
