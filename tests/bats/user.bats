#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Containers that a plain user starts: her own path, her own ids, no root anywhere.
# tests/lib/user-case makes user and container.  On whole hosts with systemd and AppArmor:
# tests/vm/run user.

load ../lib/hook.bash

setup() {
	need root lxc-start
	[ -r "${LXC_HARDEN_DATADIR:-}/base.conf" ] || cannot 'LXC_HARDEN_DATADIR is not set'
	lib=$BATS_TEST_DIRNAME/../lib
}

# case_of ARG...: user-case's lines in $output.
case_of() {
	run "$lib/cgroup-view" unified "$lib/user-case" "$@"
	[ "$status" != 77 ] || skip "kernel: ${lines[-1]}"
	echo "$output"
	[[ $output != *"left: "* ]]
}

has() { grep -Eqx -e "$1" <<<"$output" || { echo "no line '$1'"; return 1; }; }

boots() {
	case_of "$1"
	has 'start: 0 .*'
	has 'state: running'
	has 'failed: '
	has "init-uid: 100000"
	has 'cgroup: 0::/.*lxc.payload.user.*/init.scope'
	# By the audit of the host, which is hers here, in her own folder.
	has 'audit: 54321 \{.*"verdict":"conforms".*'
	has 'stopped: yes'
	(((0x$(sed -n 's/^bounding: //p' <<<"$output") >> 21 & 1) == 0))
}

@test "base.conf" { boots base; }
@test "keep.conf" { boots keep; }
@test "strict.conf" { boots strict; }

@test "without a cgroup of hers: refused in one line, where stock dies without a word" {
	case_of base no-cgroup
	has 'start: 1 .*'
	has 'said: mount-cgroup: user\.[0-9]*: no cgroup hierarchy for the guest .*LXC made the container no cgroup of its own there.*'
}
