/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * strict.conf covers files and directories of /proc and /sys that show the host.  The mount hook
 * of lxcfs, which distributions bring in for all containers, runs after all entries and mounts
 * its own on some of them, or on a directory around them; where it has no figures of the
 * container's it shows the host's.
 */
#ifndef HOOKS_MOUNT_COVERS_H
#define HOOKS_MOUNT_COVERS_H

#include "hooks/mount/table.h"
#include "lib/emit.h"

/*
 * Takes away each mount of lxcfs that hides a cover, from the table too; others stay.  0, or
 * -errno with *why.
 */
int covers_restore(int rootfd, struct table *t, struct emit *why);

#endif
