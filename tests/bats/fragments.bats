#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# base.conf and keep.conf as an administrator includes them, the audit on: what root
# inside still tries, and what removing the line leaves.

load ../lib/lxc.bash
load ../lib/skip.bash

setup_file() {
	CT_TMP=$(ct_tmp_new)
	export CT_TMP
}

setup() {
	data=${LXC_HARDEN_DATADIR:?}
	need_guest bookworm
}

teardown() { ct_destroy frag || true; }

teardown_file() { rm -rf --one-file-system "$CT_TMP"; }

# boots LEVEL MODE [config line...]: the include comes last, as the README says.
boots() {
	local level=$1 mode=$2
	shift 2
	ct_new frag bookworm "$mode" "$@" "lxc.include = $data/$level.conf"
	ct_start frag || { ct_hook_output frag; return 1; }
	ct_wait_ready frag
}

# A second proc, in a user namespace of its own: the way to the host's core_pattern.
second_proc() {
	ct_exec frag unshare --user --map-root-user --mount --pid --fork \
		sh -c 'mount -t proc proc /mnt && test -w /mnt/sys/kernel/core_pattern'
}

@test "stock without CAP_SYS_ADMIN but with allow_nesting: core_pattern is reached" {
	ct_new frag bookworm priv 'lxc.apparmor.allow_nesting = 1' 'lxc.cap.drop = sys_admin' \
		'lxc.mount.entry = tmpfs run tmpfs rw 0 0' 'lxc.mount.entry = tmpfs dev/shm tmpfs rw,create=dir 0 0' \
		'lxc.mount.entry = tmpfs run/lock tmpfs rw,create=dir 0 0' 'lxc.mount.auto = cgroup:mixed'
	ct_start frag
	ct_wait_ready frag
	second_proc
}

@test "base.conf with allow_nesting: boots, and no second proc can be mounted" {
	boots base priv 'lxc.apparmor.allow_nesting = 1'
	run second_proc
	[ "$status" -ne 0 ]
	! grep -q ' /dev/\.lxc/' "/proc/$(ct_pid frag)/mountinfo"
}

@test "base.conf less mount-cgroup: the audit on the host refuses what allow_nesting adds" {
	mkdir -p "$CT_TMP/less"
	sed 's|^lxc.hook.mount = .*|lxc.mount.auto = cgroup:mixed|' "$data/level-common.conf" >"$CT_TMP/less/level-common.conf"
	sed "s|$data/level-common|$CT_TMP/less/level-common|" "$data/base.conf" >"$CT_TMP/less/base.conf"
	ct_new frag bookworm priv 'lxc.apparmor.allow_nesting = 1' "lxc.include = $CT_TMP/less/base.conf"
	run ct_start frag
	[ "$status" -ne 0 ]
	ct_hook_output frag | grep -F "'/dev/.lxc/proc/sys' is writable"
	grep -F '"verdict": "refused"' "$(ct_dir frag)/harden/audit.json"
}

@test "entries of one's own within what mount-cgroup mounts: systemd boots, and they are there" {
	mkdir -p "$CT_TMP/own"
	ct_new frag bookworm priv "lxc.include = $data/base.conf" "lxc.mount.entry = $CT_TMP/own dev/shm/own none bind,ro,create=dir 0 0" \
		"lxc.mount.entry = $CT_TMP/own run/lock/own none bind,ro,create=dir 0 0" \
		'lxc.mount.entry = /none dev/mqueue/none none bind,optional,create=file 0 0'
	ct_start frag
	[ "$(ct_wait_ready frag)" = running ]
	ct_exec frag mountpoint -q /dev/shm/own
	ct_exec frag mountpoint -q /run/lock/own
	[ "$(ct_exec frag stat -c %a /dev/shm /run/lock | tr '\n' ' ')" = '1777 1777 ' ]
	ct_exec frag sh -c 'touch /dev/shm/x /run/lock/x && ! touch /dev/shm/own/x 2>/dev/null && grep " /dev/mqueue mqueue " /proc/mounts'
	ct_exec frag grep ' /run/lock tmpfs .*size=5120k' /proc/mounts
}

@test "base.conf: nothing of the host is writable in /proc and /sys" {
	boots base priv
	run ct_exec frag sh -c 'for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger \
		/proc/irq/default_smp_affinity /sys/kernel/uevent_seqnum /sys/fs/fuse/connections; do
		[ ! -e $f ] || [ ! -w $f ] || echo "$f"; done'
	[ "$output" = '' ]
}

# audits FILE...: how many audits a configuration of those includes starts, and it loads.
audits() {
	ct_new frag bookworm priv "${@/#/lxc.include = $data/}"
	lxc-info -P "$(ct_lxcpath)" -n frag -s 3>&- >/dev/null
	lxc-info -P "$(ct_lxcpath)" -n frag -c lxc.hook.start-host 3>&- | grep -o 'cap-audit' | wc -l
	ct_destroy frag
}

@test "each level starts one audit; included twice or after a weaker one it still loads" {
	local level
	for level in base keep strict; do [ "$(audits $level.conf)" = 1 ]; done
	[ "$(audits base.conf base.conf)" = 2 ]
	[ "$(audits keep.conf keep.conf)" = 2 ]
	[ "$(audits base.conf keep.conf)" = 2 ]
	[ "$(audits base.conf keep.conf strict.conf)" = 3 ]
}

@test "base.conf and keep.conf in one configuration: boots, with the whitelist" {
	boots keep priv "lxc.include = $data/base.conf"
	[ "$(grep -c " /sys/fs/cgroup " "/proc/$(ct_pid frag)/mountinfo")" = 1 ]
}

@test "keep.conf: the bounding set is the whitelist, whatever was dropped before" {
	boots keep priv 'lxc.cap.drop = net_raw'
	run sed -n 's/^CapBnd:\t//p' "/proc/$(ct_pid frag)/status"
	# chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service
	# net_raw sys_chroot sys_boot audit_write audit_control setfcap
	[ "$output" = 00000000e04425fb ]
}

# distribution FILE MODE: the container's config, with LXC's own file for FILE's distribution.
distribution() {
	local common=$1 userns=${1/.common./.userns.} config
	ct_new frag bookworm "$2" "lxc.include = $data/base.conf"
	config=$(ct_dir frag)/config
	[ -e "$userns" ] || userns=$CT_SHARE/userns.conf
	sed -i "s,^\(lxc.include = \).*/userns.conf$,\1$userns," "$config"
	if grep -q /common.conf "$common"; then
		sed -i "s,^\(lxc.include = \).*/common.conf$,\1$common," "$config"
	else
		sed -i "s,^\(lxc.include = \).*/common.conf$,&\n\1$common," "$config"
	fi
}

@test "after each of LXC's files for a distribution, privileged and id-mapped" {
	local common mode n=0
	# The others differ in nothing but capabilities that they drop.
	for common in "$CT_SHARE"/{alpine,debian,gentoo,openwrt,slackware,ubuntu}.common.conf; do
		for mode in priv id; do
			distribution "$common" "$mode"
			ct_start frag || { echo "$common $mode:"; ct_hook_output frag; return 1; }
			grep -qF '"verdict": "conforms"' "$(ct_dir frag)/harden/audit.json"
			case $common in */ubuntu.common.conf | */debian.common.conf)
				[ "$(ct_wait_ready frag)" = running ] ;;
			esac
			ct_destroy frag
			n=$((n + 1))
		done
	done
	[ "$n" = 12 ]
}

@test "LXC's file for Ubuntu: what it binds from the host is out of reach" {
	distribution "$CT_SHARE/ubuntu.common.conf" priv
	ct_start frag
	ct_wait_ready frag
	[ "$(grep -c " /sys/kernel/debug " "/proc/$(ct_pid frag)/mountinfo")" = 2 ] # theirs, and ours on it
	[ -z "$(ct_exec frag ls -A /sys/kernel/debug /sys/kernel/security /sys/fs/pstore | grep -v '^/\|^$')" ]
	run ct_exec frag umount /sys/kernel/debug
	[ "$status" -ne 0 ]
}

@test "one line and its undoing: the guest's files are as they were" {
	CT_COPY=1 boots base priv
	ct_stop frag
	[ ! -e "$(ct_dir frag)/rootfs/dev/.lxc-harden" ]
	sed -i "\|$data/base.conf|d" "$(ct_dir frag)/config"
	ct_start frag
	ct_wait_ready frag
	run sed -n 's/^CapBnd:\t//p' "/proc/$(ct_pid frag)/status"
	[ $((0x$output >> 21 & 1)) -eq 1 ]
}

# unit NAME LINE...: a service in the guest that starts at boot, as the plain user.
unit() {
	local name=$1 root
	root=$(ct_dir frag)/rootfs/etc/systemd/system
	shift
	printf '%s\n' '[Service]' Type=oneshot RemainAfterExit=yes "$@" >"$root/$name.service"
	mkdir -p "$root/multi-user.target.wants"
	ln -s "../$name.service" "$root/multi-user.target.wants/$name.service"
}

@test "systemd 257: services with a user and a system call filter start, as under stock" {
	need_guest trixie
	ct_new frag trixie priv "lxc.include = $data/base.conf"
	unit allow-list User=tester SystemCallFilter=@system-service 'ExecStart=/bin/grep NoNewPrivs:.1 /proc/self/status'
	unit deny-list User=tester SystemCallFilter=~@mount 'ExecStart=/bin/grep NoNewPrivs:.1 /proc/self/status'
	unit other-filter User=tester LockPersonality=yes 'ExecStart=/bin/grep NoNewPrivs:.1 /proc/self/status'
	# No filter, and no user: nothing is added, and sudo would go on working.
	unit no-filter User=tester 'ExecStart=/bin/grep NoNewPrivs:.0 /proc/self/status'
	unit no-user 'ExecStart=/bin/grep NoNewPrivs:.0 /proc/self/status'
	ct_start frag
	ct_wait_ready frag
	[ "$(ct_failed_units frag)" = '' ]
	run ct_exec frag sh -c 'cd /run/systemd/generator; ls -d *.service.d/50-lxc-harden.conf' 
	for name in allow-list deny-list other-filter; do [[ $output = *$name.service.d* ]]; done
	[[ $output != *no-* ]]
}

@test "without the generator those services fail with 217/USER" {
	need_guest trixie
	mkdir -p "$CT_TMP/less"
	sed 's/ --unit-generator .*//' "$data/level-common.conf" >"$CT_TMP/less/level-common.conf"
	sed "s|$data/level-common|$CT_TMP/less/level-common|" "$data/base.conf" >"$CT_TMP/less/base.conf"
	ct_new frag trixie priv "lxc.include = $CT_TMP/less/base.conf"
	unit allow-list User=tester SystemCallFilter=@system-service ExecStart=/bin/true
	ct_start frag
	ct_wait_ready frag || true
	[ "$(ct_failed_units frag)" = allow-list.service ]
}

@test "a hostile /bin/sh in the guest never runs before the verdict" {
	CT_COPY=1 ct_new frag bookworm priv "lxc.include = $data/base.conf"
	local root
	root=$(ct_dir frag)/rootfs
	rm "$root/bin/sh"
	printf '#!/bin/bash\n: >/ran-%s\nexec /bin/bash "$@"\n' '$PPID' >"$root/bin/sh"
	chmod 755 "$root/bin/sh"
	ct_config_append frag 'lxc.cap.drop =' # wipes the list: refused
	run ct_start frag
	[ "$status" -ne 0 ]
	[ -z "$(compgen -G "$root/ran-*")" ]
	grep -F '"verdict": "refused"' "$(ct_dir frag)/harden/audit.json"
}
