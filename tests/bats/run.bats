#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/run: alone
#
# shellcheck disable=SC2016,SC2154 # text for inner shells, bats' own variables
#
# tests/run itself, with a file of tests made up here: ended early it ends whatever it
# has started and leaves nothing, and at its regular end it tells what tests left.

bats_require_minimum_version 1.5.0
load ../lib/lxc.bash
load ../lib/skip.bash

setup() {
	top=${abs_top_srcdir:-$BATS_TEST_DIRNAME/../..}
	W=$BATS_TEST_TMPDIR
	chmod 755 "$BATS_RUN_TMPDIR" "$W"
	mkdir "$W/tmp"
	# Without the build, which has nothing to do with it.
	inner='. "$1/tests/run"; build() { :; }; start_guests() { :; }; main bats "$2"'
}

# In the background bash leaves SIGINT ignored, and what is ignored cannot be trapped.
start_run() {
	# Nor may it take this bats' variables for those of the one that it runs.
	# shellcheck disable=SC2046 # words
	env --default-signal=INT $(compgen -v BATS_ | sed 's/^/-u /') TMPDIR="$W/tmp" W="$W" bash -c "$inner" run "$top" "$W/inner.bats" >"$W/said" 2>&1 3>&- &
	run_pid=$!
}

# nothing_left: of processes that bear the mark of a run in $W, containers, mounts, files.
nothing_left() {
	local left
	left=$(
		env -u LXC_HARDEN_TESTS grep -lzs "^LXC_HARDEN_TESTS=$W/" /proc/[0-9]*/environ
		grep -las "^\[lxc monitor\] $W/" /proc/[0-9]*/cmdline
		grep -F " $W/tmp" /proc/self/mountinfo
		find "$W/tmp" -mindepth 1
		! [ -e "$W/pid" ] || [ ! -e "/proc/$(cat "$W/pid")" ] || echo "container's init $(cat "$W/pid")"
	)
	[ -z "$left" ] || { echo "left: $left"; return 1; }
}

# In two halves, as bats would take the line for one of this file.
at=@

# A container; a process in a group and one in a session of their own that wait for long.
write_inner() {
	cat >"$W/inner.bats" <<-INNER
		load $top/tests/lib/lxc.bash
		${at}test "waits" {
			ct_new run$$ busybox priv
			ct_start run$$
			ct_pid run$$ >"\$W/pid"
			setsid sleep 997 3>&- &
			trap '' TERM
			: >"\$W/there"
			timeout 996 sleep 995
		}
	INNER
}

# ends_early SIGNAL
ends_early() {
	local status=0 t0=$SECONDS
	start_run
	wait_for 30 test -e "$W/there" || { cat "$W/said"; return 1; }
	[ -e "/proc/$(cat "$W/pid")" ]
	kill "-$1" "$run_pid"
	wait "$run_pid" || status=$?
	[ "$status" = 130 ]
	[ $((SECONDS - t0)) -lt 60 ]
	nothing_left
}

prepare() {
	need root
	need_guest busybox
	write_inner
}

@test "SIGTERM to it alone: nothing is left, though a test's shell ignores the signal" {
	prepare
	ends_early TERM
}

@test "SIGINT" {
	prepare
	ends_early INT
}

@test "what a test leaves behind is a failure, and goes too" {
	printf '%s\n' "${at}test 'leaves' {" 'setsid sleep 994 3>&- &' '}' >"$W/inner.bats"
	start_run
	local status=0
	wait "$run_pid" || status=$?
	[ "$status" = 1 ]
	grep -qx 'not ok - left behind: sleep 994 ' "$W/said"
	[ "$(tail -n 1 "$W/said")" = '1 passed, 1 failed' ]
	nothing_left
}
