#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lxc-harden prove: root file systems that are no folder, and containers that run.

# shellcheck disable=SC2154,SC2016 # run and tests/lib/prove.bash set them; for the shell inside
bats_require_minimum_version 1.5.0
load ../lib/prove.bash

# quick ARG...: what depends on the root file system alone, with few tries.
quick() { prove --no-pairs --repeat 1 --no-plain --no-stop "$@"; }

# set_root VALUE: in place of the one before.
set_root() { sed -i "s|^lxc.rootfs.path.*|lxc.rootfs.path = $1|" "$(dir)/config"; }

image() {
	truncate -s 64M "$BATS_TEST_TMPDIR/img"
	mkfs.ext4 -q -d "$(dir)/rootfs" "$BATS_TEST_TMPDIR/img"
}

kernel_has_loop() {
	modprobe -q loop || true # as mount(8) would have it loaded
	grep -qw loop /proc/devices || skip 'kernel: no loop devices'
}

need_loop() {
	kernel_has_loop
	loop=$(losetup -f --show "$BATS_TEST_TMPDIR/img")
}

@test "prove: an image, read-only, and not while it is in use" {
	local sum
	clean_begin
	ct_new "$name" busybox priv
	few
	image
	need_loop
	sum=$(cksum <"$BATS_TEST_TMPDIR/img")
	set_root "loop:$BATS_TEST_TMPDIR/img"
	quick
	[ "$status" = 2 ]
	[[ $stderr == *"loop:$BATS_TEST_TMPDIR/img' cannot be copied: it is in use" ]]
	losetup -d "$loop"
	quick
	echo "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	[ "$sum" = "$(cksum <"$BATS_TEST_TMPDIR/img")" ]
	[ -z "$(losetup -j "$BATS_TEST_TMPDIR/img")" ]
	# Neither a file system, nor one at all.
	truncate -s 1M "$BATS_TEST_TMPDIR/empty"
	set_root "loop:$BATS_TEST_TMPDIR/empty"
	quick
	[ "$status" = 2 ]
	[[ $stderr == *'no file system in it that this kernel knows' ]]
	set_root "nbd:$BATS_TEST_TMPDIR/img"
	quick
	[ "$status" = 2 ]
	[ "$(wc -l <<<"$stderr")" = 1 ]
	set_root 'zfs:tank/web'
	quick
	[ "$status" = 2 ]
	[ "$(wc -l <<<"$stderr")" = 1 ]
	clean
}

@test "prove: a block device; a journal that has to be replayed is left alone" {
	local sum
	ct_new "$name" busybox priv
	few
	image
	need_loop
	set_root "lvm:$loop"
	quick
	echo "$stderr"
	losetup -d "$loop"
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	# The flag that says so, in the superblock.
	debugfs -w -R 'feature needs_recovery' "$BATS_TEST_TMPDIR/img" 2>/dev/null
	sum=$(cksum <"$BATS_TEST_TMPDIR/img")
	set_root "loop:$BATS_TEST_TMPDIR/img"
	quick
	echo "$stderr"
	[ "$status" = 2 ]
	[[ $stderr == *'its journal has to be replayed first'* ]]
	[ "$sum" = "$(cksum <"$BATS_TEST_TMPDIR/img")" ]
}

@test "prove: layers" {
	ct_new "$name" busybox priv
	few
	mkdir -p "$BATS_TEST_TMPDIR/upper/etc"
	echo upper >"$BATS_TEST_TMPDIR/upper/etc/layer"
	set_root "overlay:$CT_CACHE/guests/busybox/rootfs:$BATS_TEST_TMPDIR/upper"
	quick --check 'grep upper /etc/layer && chown 5 /etc/layer'
	echo "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = 'chown net_bind_service' ]
	[ "$(stat -c %u "$BATS_TEST_TMPDIR/upper/etc/layer")" = 0 ]
}

@test "prove: a running container is refused, and frozen and copied with --force" {
	local frozen
	ct_new "$name" busybox priv
	few
	ct_start "$name"
	ct_wait_ready "$name"
	quick
	[ "$status" = 1 ]
	[[ $stderr == *"is running"* ]]
	quick --force
	echo "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	frozen=$(sed -n 's/^copied; it stood still for \([0-9]*\) ms$/\1/p' <<<"$stderr")
	echo "# frozen for $frozen ms" >&3
	[ "$frozen" -lt 5000 ]
	[ "$(ct_lxc info "$name" -sH)" = RUNNING ]
	[ ! -e "$(dir)/harden/prove-frozen" ]
	# Somebody else's freeze stays.
	ct_lxc freeze "$name"
	quick --force
	[ "$status" = 0 ]
	[ "$(ct_lxc info "$name" -sH)" = FROZEN ]
	ct_lxc unfreeze "$name"
	# Only one at a time.
	exec 7<"$(dir)/harden"
	flock 7
	prove --force
	exec 7<&-
	[ "$status" = 1 ]
	[[ $stderr == *"another prove"* ]]
}

@test "prove: killed while the container is frozen: it is let go" {
	local guard
	ct_new "$name" busybox priv
	few
	ct_start "$name"
	ct_wait_ready "$name"
	# A copy that takes its time.
	mkdir "$(dir)/rootfs/many"
	(cd "$(dir)/rootfs/many" && seq 40000 | xargs touch)
	for killed in alone with-guard; do
		"$cmd" prove "$name" -P "$(ct_lxcpath)" --force >/dev/null 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- 9>&- &
		running=$!
		for _ in {1..1000}; do
			[ "$(ct_lxc info "$name" -sH)" != FROZEN ] || break
			kill -0 "$running"
		done
		[ "$(ct_lxc info "$name" -sH)" = FROZEN ]
		# The one in a session of its own.
		guard=$(for pid in $(pgrep -P "$running"); do [ "$(ps -o sid= -p "$pid" | tr -d ' ')" != "$pid" ] || echo "$pid"; done)
		[ -n "$guard" ]
		[ "$killed" = alone ] || kill -KILL "$guard"
		kill -KILL "$running"
		wait "$running" && false
		running=
		for _ in {1..100}; do
			[ "$killed" = alone ] && [ "$(ct_lxc info "$name" -sH)" = FROZEN ] || break
			sleep 0.1
		done
		if [ "$killed" = alone ]; then
			[ "$(ct_lxc info "$name" -sH)" = RUNNING ]
			[ ! -e "$(dir)/harden/prove-frozen" ]
		else
			[ "$(ct_lxc info "$name" -sH)" = FROZEN ]
			quick
			echo "$stderr"
			[[ $stderr == *"note: a run that was killed had left $name frozen; it goes on"* ]]
			[ "$(ct_lxc info "$name" -sH)" = RUNNING ]
		fi
	done
}

# btrfs_folder: $CT_TMP/lxc on a btrfs of its own, until teardown.
btrfs_folder() {
	modprobe -q btrfs || true
	grep -qw btrfs /proc/filesystems || skip "kernel: no btrfs"
	kernel_has_loop
	need_packages btrfs-progs
	btrfs=$BATS_TEST_TMPDIR/btrfs
	mkdir "$btrfs"
	truncate -s 256M "$btrfs.img"
	mkfs.btrfs -q "$btrfs.img"
	mount -o loop "$btrfs.img" "$btrfs"
}

@test "prove: a running container on a subvolume of btrfs, by a snapshot" {
	btrfs_folder
	ct_new "$name" busybox priv
	few
	local real=$btrfs/$name root
	# As lxc-create -B btrfs has it: the container's folder, and in it the subvolume.
	mkdir "$real"
	btrfs subvolume create "$real/rootfs"
	cp -a "$(dir)/rootfs/." "$real/rootfs/"
	cp "$(dir)/config" "$real/config"
	sed -i "s|^lxc.rootfs.path.*|lxc.rootfs.path = btrfs:$real/rootfs|" "$real/config"
	lxc-start -P "$btrfs" -n "$name" -d 3>&- 4>&- 9>&-
	for _ in {1..50}; do
		lxc-info -P "$btrfs" -n "$name" -sH | grep -q RUNNING && break
		sleep 0.1
	done
	run --separate-stderr "$cmd" prove "$name" -P "$btrfs" --no-pairs --repeat 1 --no-plain --no-stop
	echo "$stderr"
	[ "$status" = 0 ]
	[ "$(keep)" = net_bind_service ]
	grep -x 'a snapshot of the running container' <<<"$stderr"
	[ "$(btrfs subvolume list "$btrfs" | wc -l)" = 1 ]
	# Killed, it leaves the snapshot; the next run takes it away, and makes one.
	"$cmd" prove "$name" -P "$btrfs" >/dev/null 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- 9>&- &
	running=$!
	for _ in {1..200}; do
		! grep -q '^boot 2' "$BATS_TEST_TMPDIR/err" || break
		sleep 0.05
	done
	kill -KILL "$running"
	wait "$running" && false
	running=
	# What it had started goes with it, but not in the same moment, and has its lock until then.
	wait_for 10 flock -n "$real/harden" true
	[ -e "$real/harden/prove-snapshot/sbin/init" ] || [ -L "$real/harden/prove-snapshot/sbin/init" ]
	run --separate-stderr "$cmd" prove "$name" -P "$btrfs" --no-pairs --repeat 1 --no-plain --no-stop
	echo "$stderr"
	[ "$status" = 0 ]
	[ "$(btrfs subvolume list "$btrfs" | wc -l)" = 1 ]
	[ "$(ls "$real/harden")" = proof.json ]
	# A folder that is no subvolume cannot be snapshot.
	lxc-stop -k -P "$btrfs" -n "$name"
	mv "$real/rootfs" "$real/old"
	cp -a "$real/old" "$real/rootfs"
	lxc-start -P "$btrfs" -n "$name" -d 3>&- 4>&- 9>&-
	run --separate-stderr "$cmd" prove "$name" -P "$btrfs"
	[ "$status" = 1 ]
	[[ $stderr == *'is running, and cannot be snapshot'* ]]
}
