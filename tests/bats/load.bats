#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A short form of tests/load/run: containers of all levels started, stopped and started again
# while the tools run, and a guest that rewrites its own root file system.  The long one has
# 200 containers and takes twelve minutes.

load ../lib/skip.bash
load ../lib/lxc.bash

setup() {
	top=${abs_top_srcdir:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
	need root lxc-start jq
	for guest in busybox trixie bookworm; do need_guest $guest; done
	[ -n "${LXC_HARDEN_BINDIR:-}" ] || cannot 'LXC_HARDEN_BINDIR is not set to an installed copy'
}

# load_run OPTION...: what it says is shown; the folder has to be one that mapped ids can enter.
load_run() {
	local status=0
	"$top/tests/load/run" "$@" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- || status=$?
	sed 's/^#*/#/' "$BATS_TEST_TMPDIR/said" >&3
	grep -E '^not ok|^# ' "$BATS_TEST_TMPDIR/said" || true
	return "$status"
}

@test "20 containers started, stopped and started while the tools run; a guest that rewrites itself" {
	load_run --containers 20 --systemd 2 --seconds 5 --batch 5 --guest 5
}

@test "a wrong verdict, and what is left behind, are seen" {
	# In place of the installed fragments: no audit, but a hook that leaves a file.
	fake=$BATS_TEST_TMPDIR/fake
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
	cp -r "$LXC_HARDEN_DATADIR" "$fake"
	# shellcheck disable=SC2016 # for the hook
	printf '%s\n' '#!/bin/sh' 'touch "${LXC_CONFIG_FILE%/*}/.policy.new"' >"$fake/hook"
	chmod 755 "$fake/hook"
	sed -i "s|^lxc.hook.start-host = .*|lxc.hook.start-host = $fake/hook|; s|$LXC_HARDEN_DATADIR|$fake|" "$fake"/*.conf
	run env LXC_HARDEN_DATADIR="$fake" "$top/tests/load/run" --containers 15 --systemd 0 --seconds 0 --guest 0
	[ "$status" = 1 ]
	[[ $output = *"not ok 2 - "*"should be refused): lxc-start: status 0"* ]] || { echo "$output"; return 1; }
	[[ $output = *"left behind, or gone: > file load-"*"/.policy.new"* ]] || { echo "$output"; return 1; }
}
