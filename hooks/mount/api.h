/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What belongs beneath the guest's /run and /dev, which LXC has mounted: lib/apifs.h has the
 * table.  An lxc.mount.entry can do that too, but has LXC make the mount points with
 * "create=dir", by names: a guest that swaps its "dev" for a link at that moment has a
 * directory made on the host.
 */
#ifndef HOOKS_MOUNT_API_H
#define HOOKS_MOUNT_API_H

#include "lib/emit.h"

/*
 * The directory name ("run", "dev") of the guest's root: what LXC has mounted there, or the
 * guest's own; opened once, whatever its name says later.  An owned descriptor, or -errno with
 * *why; -EXDEV if it is a shared mount.
 */
int api_open_top(int rootfd, const char *name, struct emit *why);

/* Mounts all of them, and takes away what lxc.apparmor.allow_nesting adds; 0, or -errno with *why.
 */
int api_mount(int runfd, int devfd, struct emit *why);

#endif
