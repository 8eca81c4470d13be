#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# For make bench only: the kind of mount hook that articles on containers without
# CAP_SYS_ADMIN give, in as few commands as it can be done in.  It follows whatever
# symlinks the guest has put in its way; do not use it.

set -e

target="${LXC_ROOTFS_MOUNT}/sys/fs/cgroup"

mkdir -p "$target"
if mountpoint -q "$target"; then
	exit 0
fi
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$target"
else
	mount -t tmpfs -o nosuid,nodev,noexec,mode=755 tmpfs "$target"
	mkdir -p "$target/systemd"
	mount -t cgroup -o nosuid,nodev,noexec,none,name=systemd cgroup "$target/systemd"
fi
