#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# shellcheck disable=SC2016,SC2034,SC2154 # for inner shells; set by and for what is loaded
#
# Objects that root inside could act on although no path or capability leads there, and that
# mount-cgroup closes: device nodes, limits of the own cgroup, the unit generator's inode, and
# what lxcfs uncovers.  Each is tried on stock LXC too, else the trial would prove nothing, and
# judged from the host: by the content of a scratch loop device, by the cgroup's file.

load ../lib/lxc.bash
load ../lib/skip.bash

setup_file() {
	need root
	CT_TMP=$(ct_tmp_new)
	export CT_TMP
}

setup() {
	data=${LXC_HARDEN_DATADIR:?}
	need_guest busybox
	loop=''
	CT_COPY=''
}

teardown() {
	local name
	for name in obj other; do ct_destroy "$name" || true; done
	[ -z "$loop" ] || losetup -d "$loop"
	rm -rf --one-file-system "$CT_TMP/scratch" "$CT_TMP/own"
}

teardown_file() { rm -rf --one-file-system "$CT_TMP"; }

# --- device nodes -------------------------------------------------------------

# nodes FOLDER MODE: a block node of the scratch device and a character node, which root inside owns.
nodes() {
	local uid=0 minor
	[ "$2" = priv ] || uid=$id_base
	minor=$(stat -c %T "$loop")
	mknod -m 666 "$1/blk" b 7 "$((16#$minor))" && mknod -m 666 "$1/chr" c 1 5 && chown "$uid:$uid" "$1/blk" "$1/chr"
}

scratch_new() {
	rm -f "$CT_TMP/scratch"
	yes SCRATCH | head -c 1M >"$CT_TMP/scratch"
	loop=$(losetup --find --show "$CT_TMP/scratch")
}

# devices MODE LINE...: a container with nodes in its root and in a bind mount of its own, and a
# devices cgroup that allows all.
devices() {
	local mode=$1
	shift
	[ -n "$loop" ] || scratch_new
	rm -rf "$CT_TMP/own" && mkdir "$CT_TMP/own" && nodes "$CT_TMP/own" "$mode"
	ct_new obj busybox "$mode" 'lxc.cgroup.devices.allow = a' 'lxc.cgroup2.devices.allow = a' \
		"lxc.mount.entry = $CT_TMP/own mnt none bind,ro 0 0" "$@"
	[ -n "${nodes_of:-}" ] || nodes "$(ct_dir obj)/rootfs" "$mode"
	ct_start obj || { ct_hook_output obj; return 1; }
}

# opened: which of the nodes root inside can read, and whether it wrote the scratch device.
opened() {
	local node
	for node in /blk /chr /mnt/blk /mnt/chr; do
		! ct_exec obj dd "if=$node" of=/dev/null bs=512 count=1 2>/dev/null || echo "$node"
	done
	for node in /blk /mnt/blk; do
		ct_exec obj sh -c "printf WRITTEN | dd of=$node bs=512 seek=2 conv=notrunc,fsync" 2>/dev/null || true
	done
	! grep -aq WRITTEN "$loop" || echo written
}

closed() {
	run opened
	[ "$output" = '' ] || { echo "open: $output"; grep -E ' / | /mnt ' "/proc/$(ct_pid obj)/mountinfo"; return 1; }
	# And what belongs to a system works, as before.
	ct_exec obj sh -c 'echo x >/dev/null && head -c 4 /dev/zero >/dev/null && head -c 4 /dev/urandom >/dev/null && echo x >/dev/console && : </dev/tty1'
	ct_exec obj sh -c 'exec 3<>/dev/ptmx && ls /dev/pts >/dev/null'
}

@test "stock: device nodes of the root file system and of a bind mount open, and write the disk" {
	devices priv
	run opened
	[ "$output" = $'/blk\n/chr\n/mnt/blk\n/mnt/chr\nwritten' ]
}

@test "device nodes at base, keep and strict, privileged and id-mapped, do not open" {
	local level mode
	for level in base keep strict; do
		for mode in priv id; do
			devices "$mode" "lxc.include = $data/$level.conf"
			closed || { echo "$level $mode"; return 1; }
			ct_destroy obj
		done
	done
}

@test "device nodes in a plain directory, with rootfs.options of one's own, which stay" {
	CT_COPY=1 devices priv "lxc.include = $data/base.conf" 'lxc.rootfs.options = noatime'
	closed
	awk '$5 == "/" { print $6 }' "/proc/$(ct_pid obj)/mountinfo" | grep -x 'rw,nodev,noatime'
}

@test "device nodes in an unshifted tree, idmap=container" {
	scratch_new
	CT_COPY=1 ct_new obj busybox priv "lxc.include = $CT_SHARE/userns.conf" "lxc.idmap = u 0 $id_base $id_count" \
		"lxc.idmap = g 0 $id_base $id_count" 'lxc.rootfs.options = idmap=container' 'lxc.cgroup.devices.allow = a' \
		'lxc.cgroup2.devices.allow = a' "lxc.include = $data/base.conf"
	nodes "$(ct_dir obj)/rootfs" priv
	ct_start obj || { ct_hook_output obj; return 1; }
	closed
}

@test "flags that a mount had stay, and a device that is bound in works" {
	local pid mode options
	mkdir -p "$CT_TMP/own"
	[ -c /dev/fuse ] || cannot 'no /dev/fuse'
	for mode in priv id; do
		options=ro,nosuid,noexec,noatime
		[ "$mode" = priv ] || options=ro,nosuid,noexec,relatime # that one is locked there
		ct_new obj busybox "$mode" "lxc.mount.entry = $CT_TMP/own mnt none bind,$options 0 0" \
			'lxc.cgroup.devices.allow = c 10:* rwm' 'lxc.cgroup2.devices.allow = c 10:* rwm' \
			'lxc.mount.entry = /dev/fuse dev/fuse none bind,create=file 0 0' "lxc.include = $data/base.conf" 'lxc.hook.start-host ='
		ct_start obj || { ct_hook_output obj; return 1; }
		pid=$(ct_pid obj)
		run awk '$5 == "/mnt" { print $6 }' "/proc/$pid/mountinfo"
		[ "$output" = "${options/nosuid,/nosuid,nodev,}" ]
		ct_exec obj sh -c 'exec 3<>/dev/fuse'
		ct_destroy obj
	done
}

@test "a node of the guest's own root that an entry binds does not open" {
	scratch_new
	CT_COPY=1 ct_new obj busybox priv 'lxc.cgroup.devices.allow = a' 'lxc.cgroup2.devices.allow = a' \
		"lxc.mount.entry = $CT_TMP/lxc/obj/rootfs/blk dev/blk none bind,create=file 0 0" "lxc.include = $data/base.conf" 'lxc.hook.start-host ='
	nodes "$(ct_dir obj)/rootfs" priv
	ct_start obj || { ct_hook_output obj; return 1; }
	grep ' /dev/blk ' "/proc/$(ct_pid obj)/mountinfo"
	run ct_exec obj dd if=/dev/blk of=/dev/null bs=512 count=1
	[ "$status" -ne 0 ]
}

# --- the unit generator -------------------------------------------------------

generator=run/systemd/system-generators/lxc-harden

@test "the unit generator is a copy for each guest: a write lease on one stalls no other" {
	local a b
	need_guest bookworm
	ct_new obj bookworm priv "lxc.include = $data/base.conf"
	ct_new other bookworm priv "lxc.include = $data/base.conf"
	ct_start obj
	ct_wait_ready obj
	a=/proc/$(ct_pid obj)/root/$generator
	cmp "$a" "$LXC_HARDEN_LIBEXECDIR/unit-generator"
	perl -e 'open my $f, "<", $ARGV[0] or die; fcntl($f, 1024, 1) or die "no lease: $!"; $SIG{IO} = "IGNORE"; $| = 1; print "leased\n"; sleep 60' \
		"$a" >"$CT_TMP/leased" 3>&- &
	lease=$!
	wait_for 5 grep -q leased "$CT_TMP/leased"
	# The lease is one: who opens that very file waits.
	run timeout 1 head -c 1 "$a"
	[ "$status" = 124 ]
	SECONDS=0
	ct_start other
	[ "$(ct_wait_ready other)" = running ]
	kill "$lease"
	[ "$SECONDS" -lt 20 ]
	b=/proc/$(ct_pid other)/root/$generator
	[ "$(stat -Lc %d:%i "$a")" != "$(stat -Lc %d:%i "$LXC_HARDEN_LIBEXECDIR/unit-generator")" ]
	[ "$(stat -Lc %d "$a")" != "$(stat -Lc %d "$b")" ]
	# Root inside does not change it.
	run ct_exec obj sh -c "echo x >>/$generator; rm -f /$generator; mv /bin/true /$generator"
	cmp "$a" "$LXC_HARDEN_LIBEXECDIR/unit-generator"
	[ "$(ct_exec obj ls /run/systemd/system-generators)" = lxc-harden ]
}

# --- limits of its own cgroup ---------------------------------------------------

limits='memory.max pids.max hugetlb.2MB.max cgroup.max.descendants cgroup.max.depth'

# lifted: which of the limits that the host set root inside changes, by the host's file.
lifted() {
	local file at i
	at=$(awk '$9 == "cgroup2" || $8 == "cgroup2" { print $5; exit }' /proc/self/mountinfo)$(sed -n 's/^0:://p' "/proc/$(ct_pid obj)/cgroup")
	at=${at%/init.scope}
	for file in $limits; do
		[ -e "$at/$file" ] || continue
		echo 4194304 >"$at/$file"
		ct_exec obj sh -c "echo max >/sys/fs/cgroup/$file" 2>/dev/null || true
		[ "$(cat "$at/$file")" = 4194304 ] || echo "$file"
		echo max >"$at/$file"
	done
	ct_exec obj sh -c "echo 1 >/sys/fs/cgroup/cgroup.freeze" 2>/dev/null 3>&- &
	for ((i = 0; i < 20; i++)); do
		! grep -q 'frozen 1' "$at/cgroup.events" || { echo cgroup.freeze; break; }
		sleep 0.05
	done
	echo 0 >"$at/cgroup.freeze"
	wait
}

no_nsdelegate() {
	! grep -q ' - cgroup2 .*nsdelegate' /proc/self/mountinfo || cannot 'the host mounts cgroup2 with nsdelegate'
	grep -q ' - cgroup2 ' /proc/self/mountinfo || cannot 'no cgroup2'
}

@test "stock: root inside lifts the limits of its own cgroup, and freezes it" {
	no_nsdelegate
	ct_new obj busybox priv
	ct_start obj
	ct_exec obj sh -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup || mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup' 2>/dev/null || true
	run lifted
	[[ $output = *cgroup.max.descendants* ]]
	[[ $output = *cgroup.freeze* ]]
}

@test "limits of its own cgroup are out of reach at base and strict, and systemd boots" {
	local level
	no_nsdelegate
	need_guest trixie
	for level in base strict; do
		ct_new obj trixie priv "lxc.include = $data/$level.conf"
		ct_start obj || { ct_hook_output obj; return 1; }
		[ "$(ct_wait_ready obj)" = running ]
		run lifted
		[ "$output" = '' ] || { echo "$level: $output"; return 1; }
		# What is delegated is the guest's.
		ct_exec obj sh -c 'mkdir /sys/fs/cgroup/mine && echo $$ >/sys/fs/cgroup/mine/cgroup.procs && echo 5 >/sys/fs/cgroup/mine/cgroup.max.depth'
		ct_destroy obj
	done
}

@test "limits with an inner cgroup, and where LXC mounted the hierarchy itself" {
	no_nsdelegate
	ct_new obj busybox priv 'lxc.cgroup.dir.container = obj' 'lxc.cgroup.dir.container.inner = inner' 'lxc.cgroup.dir.monitor = obj.monitor' "lxc.include = $data/base.conf"
	ct_start obj || { ct_hook_output obj; return 1; }
	run lifted
	[ "$output" = '' ]
	ct_destroy obj
}

# --- lxcfs ----------------------------------------------------------------------

# beside_lxcfs LEVEL: what lxcfs has mounted in the container, and what of it hides a cover.
# In a mount namespace of its own: lxcfs on a host is everybody's.
beside_lxcfs() {
	unshare --mount --propagation private bash -c '. "$1/lxc.bash"
		lxcfs /var/lib/lxcfs >/dev/null 2>&1 3>&- &
		wait_for 5 mountpoint -q /var/lib/lxcfs || exit 1
		ct_start obj || { ct_hook_output obj; exit 1; }
		pid=$(ct_pid obj)
		grep -o " /[a-z/]* [^ ]* .* - fuse.lxcfs" "/proc/$pid/mountinfo" | cut -d" " -f2 | sort | tr "\n" " "; echo
		for f in diskstats swaps slabinfo uptime; do echo "$f $(wc -c <"/proc/$pid/root/proc/$f")"; done
		ls "/proc/$pid/root/sys/devices/system/cpu/vulnerabilities" | wc -l
		ct_destroy obj
		umount /var/lib/lxcfs' bash "$abs_top_srcdir/tests/lib" 2>&1
}

@test "lxcfs beside us: it works at base, and uncovers nothing at strict" {
	command -v lxcfs >/dev/null || cannot 'no lxcfs'
	[ -c /dev/fuse ] || cannot 'no /dev/fuse'
	ct_new obj busybox priv 'lxc.hook.mount = /usr/share/lxcfs/lxc.mount.hook' "lxc.include = $data/base.conf"
	run beside_lxcfs
	[[ $output = *' /proc/uptime '* ]]
	[[ $output != *'diskstats 0'* ]]
	ct_new obj busybox priv 'lxc.hook.mount = /usr/share/lxcfs/lxc.mount.hook' "lxc.include = $data/strict.conf"
	run beside_lxcfs
	[[ $output = *' /proc/uptime '* ]] || { echo "$output"; return 1; }
	[[ $output != */proc/slabinfo* ]]
	[ "$(grep -cE '^(diskstats|swaps|slabinfo) 0$' <<<"$output")" = 3 ]
	[ "${lines[-1]}" = 0 ]
}
