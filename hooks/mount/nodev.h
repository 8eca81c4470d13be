/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * No device node of the container's root file system, or of what its configuration mounts in it,
 * opens: their mounts are nodev.  Somebody else may have made such a node: in the image, on the
 * host, or, in an id-mapped container, with an owner that is root inside.  It opens wherever the
 * devices cgroup lets it.
 *
 * Devices stay on LXC's own /dev, which is a new tmpfs that LXC fills later, on devpts, and
 * where a single node of the host's is bound in.
 */
#ifndef HOOKS_MOUNT_NODEV_H
#define HOOKS_MOUNT_NODEV_H

#include "hooks/mount/table.h"
#include "lib/emit.h"

/*
 * The last step of the hook, for all that is mounted at and beneath rootfd, as the table has it;
 * 0, or -errno with *why.
 */
int nodev_set(int rootfd, const struct table *t, struct emit *why);

#endif
