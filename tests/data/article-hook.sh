#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# THE RIVAL.  Not part of lxc-harden, never installed: a test subject only.
#
# A reconstruction of the mount hook that blog articles give for running systemd in an
# LXC container without CAP_SYS_ADMIN: bash, paths glued together, mkdir -p and mount(8).
# The tests run it beside mount-cgroup on the same hostile root file systems and print
# what each did.  Do not use it: with a symlink for sys, sys/fs or sys/fs/cgroup it
# creates folders and mounts on the host.
set -e

cgroot=$LXC_ROOTFS_MOUNT/sys/fs/cgroup

mkdir -p "$cgroot"
if ! grep -q cgroup /proc/filesystems; then
	exit 0
fi
if grep -q '^[0-9]*:name=systemd:' /proc/self/cgroup; then
	mountpoint -q "$cgroot" || mount -t tmpfs -o rw,nosuid,nodev,noexec,mode=755 tmpfs "$cgroot"
	mkdir -p "$cgroot/systemd" "$cgroot/unified"
	mount -t cgroup -o rw,nosuid,nodev,noexec,relatime,none,name=systemd cgroup "$cgroot/systemd"
	mount -t cgroup2 -o rw,nosuid,nodev,noexec,relatime cgroup2 "$cgroot/unified"
else
	mount -t cgroup2 -o rw,nosuid,nodev,noexec,relatime cgroup2 "$cgroot"
fi
