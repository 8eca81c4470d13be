#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# bats file_tags=lxc
#
# The levels' seccomp profiles, as the kernel has them after LXC and libseccomp have read
# them, and as root inside meets them.

load ../lib/skip.bash
load ../lib/lxc.bash

setup_file() { ct_in_bats; }

setup() {
	top=${abs_top_srcdir:?}
	tools=${abs_top_builddir:?}/tests/seccomp
	data=${LXC_HARDEN_DATADIR:?}
	need root lxc-start
	need_guest busybox
	ct=seccomp-$$-$BATS_TEST_NUMBER
}

teardown() { ct_destroy "$ct"; }

# filter PROFILE FILE: the program that the kernel runs for it.
filter() {
	ct_new "$ct" busybox priv "lxc.seccomp.profile = $1"
	ct_start "$ct"
	"$tools/filter-of" "$(ct_pid "$ct")" >"$2"
	ct_destroy "$ct"
}

# inside LEVEL MODE: what root inside gets.
inside() {
	ct_new "$ct" busybox "$2" "lxc.include = $data/$1.conf" \
		"lxc.mount.entry = $tools/calls dev/calls none bind,ro,create=file"
	ct_start "$ct"
	ct_wait_ready "$ct"
	ct_exec "$ct" /dev/calls >"$BATS_TEST_TMPDIR/inside"
	ct_destroy "$ct"
}

# answers WAY CALL: its error number.
answers() { awk -v way="$1" -v call="$2" '$1 == way && $2 == call { print $3 }' "$BATS_TEST_TMPDIR/inside"; }

ways() { [ "$(uname -m)" = x86_64 ] && echo native x32 i386 || echo native; }

closed_inside() {
	local way call
	for way in $(ways); do
		for call in keyctl:38 add_key:38 request_key:38 clone3:38 unshare:cgroup:1 clone:cgroup:1; do
			[ "$(answers "$way" "${call%:*}")" = "${call##*:}" ] || { echo "$way $call"; return 1; }
		done
	done
	[ "$(answers native ioctl:btrfs)" = 1 ] # EPERM
	[ "$(answers native ioctl:tiocsti)" = 1 ]
	[ "$(answers native ioctl:tioclinux)" = 1 ]
	[ "$(answers native ioctl:other)" = 9 ] # EBADF: asked for by its own merits
}

# The lists are the page's; 15 is open, and the kernel may not have it.
families_inside() {
	local family way call
	for family in 3 4 5 6 7 8 9 11 12 13 14 {18..63}; do
		for call in socket socketpair; do
			for way in native x32; do
				[ "$way" = native ] || [ "$(uname -m)" = x86_64 ] || continue
				[ "$(answers "$way" "$call:$family")" = 97 ] || { echo "$way $call $family"; return 1; }
			done
			[ "$(uname -m)" != x86_64 ] || [ "$(answers native "upper-$call:$family")" = 97 ]
		done
	done
	for family in 1 2 10 16 17; do
		[ "$(answers native "socket:$family")" = 0 ] || { echo "socket $family"; return 1; }
	done
	[ "$(answers native socketpair:1)" = 0 ]
}

@test "base and keep: keys, cgroup namespaces, btrfs and rare families, privileged and id-mapped" {
	local level mode
	for level in base keep; do
		for mode in priv id; do
			inside $level $mode
			closed_inside
			families_inside
		done
	done
}

@test "without a level the same calls are answered: the test can fail" {
	printf '2\ndenylist\n[all]\nkexec_load errno 1\n' >"$BATS_TEST_TMPDIR/open"
	ct_new "$ct" busybox priv "lxc.seccomp.profile = $BATS_TEST_TMPDIR/open" \
		"lxc.mount.entry = $tools/calls dev/calls none bind,ro,create=file"
	ct_start "$ct"
	ct_wait_ready "$ct"
	ct_exec "$ct" /dev/calls >"$BATS_TEST_TMPDIR/inside"
	[ "$(answers native keyctl)" != 38 ]
	[ "$(answers native unshare:cgroup)" != 1 ]
	[ "$(answers native clone3)" != 38 ]
	[ "$(answers native ioctl:btrfs)" != 1 ]
	[ "$(answers native ioctl:tiocsti)" != 1 ]
}

@test "what LXC's and Proxmox's profiles deny, each level denies; what base denies, strict does" {
	local profile level
	for level in base strict; do filter "$data/$level.seccomp" "$BATS_TEST_TMPDIR/$level"; done
	for profile in "$CT_SHARE/common.seccomp" "$top/tests/data/seccomp/proxmox"; do
		filter "$profile" "$BATS_TEST_TMPDIR/other"
		"$tools/compare" --denied "$BATS_TEST_TMPDIR/other" "$BATS_TEST_TMPDIR/base"
		"$tools/compare" --denied "$BATS_TEST_TMPDIR/other" "$BATS_TEST_TMPDIR/strict"
	done
	"$tools/compare" --denied "$BATS_TEST_TMPDIR/base" "$BATS_TEST_TMPDIR/strict"
	run "$tools/compare" --denied "$BATS_TEST_TMPDIR/base" "$BATS_TEST_TMPDIR/other"
	[ "$status" -eq 1 ]
}

@test "strict.seccomp says in few lines what its reference says plainly, to the error number" {
	filter "$data/strict.seccomp" "$BATS_TEST_TMPDIR/strict"
	filter "$top/tests/seccomp/strict-plain.seccomp" "$BATS_TEST_TMPDIR/plain"
	"$tools/compare" "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/strict"
	# One line less is seen.
	grep -v '0x541c' "$data/strict.seccomp" >"$BATS_TEST_TMPDIR/less"
	filter "$BATS_TEST_TMPDIR/less" "$BATS_TEST_TMPDIR/other"
	run "$tools/compare" "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/other"
	[ "$status" -eq 1 ]
}

# joined PROFILE LEVEL: generate's profile stops what PROFILE and what LEVEL's does.
joined() {
	ct_new "$ct" busybox priv "lxc.seccomp.profile = $1"
	ct_start "$ct"
	"$tools/filter-of" "$(ct_pid "$ct")" >"$BATS_TEST_TMPDIR/own"
	ct_stop "$ct"
	"$LXC_HARDEN_BINDIR/lxc-harden" generate -P "$(ct_lxcpath)" --level "$2" "$ct"
	ct_start "$ct" || { tail "$(ct_dir "$ct")/log"; return 1; }
	"$tools/filter-of" "$(ct_pid "$ct")" >"$BATS_TEST_TMPDIR/after"
	ct_destroy "$ct"
	"$tools/compare" --denied "$BATS_TEST_TMPDIR/own" "$BATS_TEST_TMPDIR/after"
	"$tools/compare" --denied "$BATS_TEST_TMPDIR/level" "$BATS_TEST_TMPDIR/after"
}

@test "generate: what the container's own profile stopped stays stopped, and what the level's does" {
	local level profile
	for level in base strict; do
		filter "$data/$level.seccomp" "$BATS_TEST_TMPDIR/level"
		for profile in "$CT_SHARE/common.seccomp" "$top"/tests/data/seccomp/{proxmox,admin-denylist,admin-allowlist}; do
			echo "$profile $level"
			joined "$profile" $level
		done
	done
}

@test "generate: a profile that cannot be joined is left in force, and refused at strict" {
	local own=$top/tests/data/seccomp/incus config
	ct_new "$ct" busybox priv
	ct_config_append "$ct" "lxc.seccomp.profile = $BATS_TEST_TMPDIR/x86"
	printf '2\ndenylist\n[x86_64]\nchmod errno 1\n' >"$BATS_TEST_TMPDIR/x86"
	config=$(cat "$(ct_dir "$ct")/config")
	run "$LXC_HARDEN_BINDIR/lxc-harden" generate -P "$(ct_lxcpath)" --level strict "$ct"
	[ "$status" = 2 ]
	[[ $output = *"cannot join the seccomp profile '$BATS_TEST_TMPDIR/x86' with the level's (line 3: a section for one architecture), so that level strict"* ]]
	[ "$(cat "$(ct_dir "$ct")/config")" = "$config" ]
	run "$LXC_HARDEN_BINDIR/lxc-harden" generate -P "$(ct_lxcpath)" --level keep "$ct"
	[ "$status" = 0 ]
	[[ $output = *"warning: the level's seccomp profile is not in force: cannot join"* ]]
	! grep '^lxc.seccomp.profile' "$(ct_dir "$ct")/harden/harden.conf" || return 1
	# A supervisor's calls.
	sed -i "s,^lxc.seccomp.profile = .*,lxc.seccomp.profile = $own," "$(ct_dir "$ct")/config"
	run "$LXC_HARDEN_BINDIR/lxc-harden" generate -P "$(ct_lxcpath)" --level strict "$ct"
	[ "$status" = 2 ]
	"$LXC_HARDEN_BINDIR/lxc-harden" generate -P "$(ct_lxcpath)" --level base "$ct"
	grep -h '^mknod notify' "$(ct_dir "$ct")"/harden/*.seccomp
	# Named by its content.
	cd "$(ct_dir "$ct")/harden"
	[ "$(sha256sum ./*.seccomp | cut -c1-16)" = "$(basename ./*.seccomp .seccomp)" ]
}

@test "check: a level's profile that replaces a stricter one is told, with the calls that came back" {
	local lxc=$BATS_TEST_TMPDIR/lxc level
	mkdir -p "$lxc/x/rootfs"
	for level in base strict; do
		printf '%s\n' "lxc.rootfs.path = dir:$lxc/x/rootfs" "lxc.include = $CT_SHARE/common.conf" \
			"lxc.seccomp.profile = $top/tests/data/seccomp/admin-denylist" "lxc.include = $data/$level.conf" >"$lxc/x/config"
		run "$LXC_HARDEN_BINDIR/lxc-harden" check --json -P "$lxc" x
		[[ $output = *'"seccomp.replaced"'* ]]
		[[ $output = *" chmod fchmodat"* ]]
	done
	# LXC's and Proxmox's are within a level's.
	sed -i "s,[^ ]*/admin-denylist,$top/tests/data/seccomp/proxmox," "$lxc/x/config"
	run "$LXC_HARDEN_BINDIR/lxc-harden" check --json -P "$lxc" x
	[[ $output = *'"findings"'* || $output = *'"id"'* ]]
	[[ $output != *'"seccomp.replaced"'* ]]
}
