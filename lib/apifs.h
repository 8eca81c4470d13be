/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What belongs beneath a guest's /run and /dev, which LXC has mounted, and what its init
 * cannot mount without CAP_SYS_ADMIN: mount-cgroup(8) does it.  A table.
 */
#ifndef LIB_APIFS_H
#define LIB_APIFS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/mnt.h"

/* Without their '/'. */
struct apifs {
	const char *folder, *name, *path; /* "run", "lock", "run/lock" */
	const struct mnt_fs *fs;
	bool optional; /* not in every kernel, or not in a container without the namespace for it */
};

extern const struct apifs apifs[];
extern const size_t apifs_n;

/* True if path is the path of one. */
bool apifs_is(const char *path);

#endif
