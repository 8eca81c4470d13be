/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What LXC mounts in the guest's /dev/.lxc with lxc.apparmor.allow_nesting: taken away. */
#ifndef HOOKS_MOUNT_NESTING_H
#define HOOKS_MOUNT_NESTING_H

#include "lib/emit.h"

/*
 * Unmounts each proc and sysfs in the folder ".lxc" of devfd, and covers it, so that nothing
 * comes there later.  0, or -errno and the reason in *why.
 */
int nesting_close(int devfd, struct emit *why);

#endif
