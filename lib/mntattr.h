/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The flag nodev of mounts that are there, by a descriptor of their root.  System floor. */
#ifndef LIB_MNTATTR_H
#define LIB_MNTATTR_H

#include "lib/span.h"

/*
 * Sets it on the mount whose root rootfd is and on all beneath it, also those that are covered,
 * and changes no other flag.  0, or -errno: -ENOSYS before Linux 5.12, -EINVAL if rootfd is not
 * the root of a mount.
 */
int mntattr_set_nodev_all(int rootfd);

/* Takes it from that mount alone; -EPERM if it is locked (mount_namespaces(7)). */
int mntattr_clear_nodev(int rootfd);

/*
 * Sets it on that mount alone, before Linux 5.12: a remount sets all flags anew, so the others
 * are given as they are.  options: its own in mountinfo ("rw,nosuid,relatime").
 */
int mntattr_remount_nodev(int rootfd, struct span options);

#endif
