#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# LXC's traps, with real containers: each must start with base.conf's cgroup part, or be
# refused with a line that says why.

load ../lib/hook.bash
load ../lib/lxc.bash

setup() {
	hook_setup
	need lxc-start
	need_guest busybox
	CT_TMP=$(ct_tmp_new)
	DATA=${LXC_HARDEN_DATADIR:-$build/conf.d}
	# The audits have tests of their own.
	sed -e "s|^lxc.hook.mount = .*/mount-cgroup|lxc.hook.mount = $HOOK|" "$DATA/level-common.conf" >"$CT_TMP/level-common.conf"
	sed -e '/cap-audit/d' -e "s|^lxc.include = .*|lxc.include = $CT_TMP/level-common.conf|" \
		-e "s|^lxc.seccomp.profile = .*|lxc.seccomp.profile = $DATA/base.seccomp|" "$DATA/base.conf" >"$CT_TMP/base.conf"
	[ -r "$DATA/base.seccomp" ] || sed -i '/seccomp/d' "$CT_TMP/base.conf"
	base="lxc.include = $CT_TMP/base.conf"
}

teardown() {
	ct_destroy t || true
	[ -z "${CT_TMP:-}" ] || rm -rf --one-file-system "$CT_TMP"
}

# Without the files of its own cgroup that are covered by themselves, read-only.
cgroup_mounts() { awk '$5 ~ /^\/sys\/fs\/cgroup\// && $6 ~ /^ro,/ && / - cgroup2 / { next } $5 ~ /^\/sys\/fs\/cgroup/ { sub(/.* - /, ""); print $1 }' "/proc/$(ct_pid t)/mountinfo" | sort | tr '\n' ' '; }

# starts [CONFIG LINE]...: and has the unified hierarchy alone.
starts() {
	ct_new t "${guest:-busybox}" "${mode:-priv}" "$@"
	ct_start t || { tail -n 5 "$(ct_dir t)/log"; return 1; }
	mounts=$(cgroup_mounts)
	[ "$mounts" = "${want-cgroup2 }" ] || { echo "mounted: $mounts"; return 1; }
	ct_destroy t || true
}

# refused REGEX [CONFIG LINE]...: LXC does not start it, and the log has our line.
refused() {
	local regex=$1
	shift
	ct_new t busybox "${mode:-priv}" "$@"
	if ct_start t; then echo 'it started'; return 1; fi
	[[ $(ct_hook_output t) =~ ^mount-cgroup:\ t:\ .*$regex ]] || { ct_hook_output t; tail -n 5 "$(ct_dir t)/log"; return 1; }
	ct_destroy t || true
}

@test "as it is, hook version 0 and 1, privileged and id-mapped" {
	for mode in priv id; do
		starts "$base"
		starts "$base" 'lxc.hook.version = 1'
	done
}

@test "LXC's own cgroup mounts put back after the include" {
	for auto in cgroup:mixed cgroup:rw cgroup:ro cgroup-full:rw cgroup:mixed:force; do
		starts "$base" "lxc.mount.auto = $auto" || { echo "$auto"; return 1; }
	done
}

@test "lxc.mount.auto emptied: the guest's own sys is used if it has the folder, else refused" {
	refused "'/sys/fs' of the guest" "$base" 'lxc.mount.auto =' 'lxc.mount.auto = proc:mixed'
}

@test "autodev off, a read-only root, LXC's overlay, userns.conf after us" {
	want=$'cgroup2 ' starts "$base" 'lxc.autodev = 0'
	starts "$base" 'lxc.rootfs.options = ro'
	lower=$(ct_guest_root busybox priv)
	mkdir "$CT_TMP/delta"
	starts "$base" "lxc.rootfs.path = overlay:$lower:$CT_TMP/delta"
	mode=id starts "$base" 'lxc.include = /usr/share/lxc/config/userns.conf'
}

# Not kept, a user namespace is made, and without an id map LXC fails before any hook.
@test "no cgroup or pid namespace of its own" {
	refused 'no cgroup namespace of its own' "$base" 'lxc.namespace.keep = user cgroup'
	ct_new t busybox priv "$base" 'lxc.namespace.keep = user pid'
	run ct_start t
	# An init without systemd starts with nothing mounted; systemd would be refused.
	[ "$status" != 0 ] || [ -z "$(cgroup_mounts)" ]
}

@test "on the wrong line of the configuration" {
	refused 'is for lxc.hook.mount, not for lxc.hook.autodev' "$base" "lxc.hook.autodev = $HOOK"
}

@test "another hook that prints a lot, an empty PATH" {
	printf '#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $i; sleep 0.02; done\n' >"$CT_TMP/loud"
	chmod 755 "$CT_TMP/loud"
	starts "$base" "lxc.hook.mount = $CT_TMP/loud"
	# lxcfs has a mount hook in common.conf.d that needs PATH.
	ct_new t busybox priv 'lxc.hook.mount =' "$base"
	PATH='' /usr/bin/timeout 30 /usr/bin/lxc-start -P "$(ct_lxcpath)" -n t -d 3>&- 4>&-
	[ "$(cgroup_mounts)" = 'cgroup2 ' ]
}

@test "keep after drop does not load" {
	ct_new t busybox priv "$base" 'lxc.cap.keep = chown'
	run ct_start t
	[ "$status" != 0 ]
}

@test "a guest whose sys/fs/cgroup is a link to the host: LXC's sysfs covers it, ours never follows" {
	ct_new t busybox priv "$base"
	mkdir "$CT_TMP/canary"
	rm -rf "$(ct_dir t)/rootfs/sys"
	ln -s "$CT_TMP/canary" "$(ct_dir t)/rootfs/sys"
	run ct_start t
	[ "$status" != 0 ]
	[ -z "$(ls -A "$CT_TMP/canary")" ]
	! grep -q "$CT_TMP/canary" /proc/self/mountinfo
}
