/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cgroup hierarchy that a guest gets: which one it can have, and mounting it on
 * /sys/fs/cgroup of its root file system.  Runs with the host's root powers in the
 * container's namespaces; the root file system is hostile, the host's /proc is not.
 */
#ifndef HOOKS_HIERARCHY_H
#define HOOKS_HIERARCHY_H

#include <stdbool.h>

#include "lib/cgroup.h"
#include "lib/emit.h"
#include "lib/initver.h"

struct hierarchy {
	enum cgroup_hierarchy which;
	int mntfd; /* detached and judged, or -EBADF: to be mounted first and judged then */
};

/* "unified", "name=systemd" */
const char *hierarchy_name(enum cgroup_hierarchy h);

/*
 * Decides for the guest.  1 and *ret (whose mntfd is the caller's), or 0 if there is no
 * hierarchy that is the container's own and that its init knows; why is then in *why.
 * -EPERM if the container has no cgroup namespace of its own, -errno when something could
 * not be found out, with *why saying what.
 */
int hierarchy_choose(const struct initver *init, struct hierarchy *ret, struct emit *why);

enum hierarchy_state {
	HIERARCHY_ABSENT,  /* nothing is mounted on /sys/fs/cgroup */
	HIERARCHY_RIGHT,   /* what was chosen, and nothing else */
	HIERARCHY_REPLACE, /* cgroups that LXC mounted, of another kind or more of them */
};

/* What is there now; 0, or -errno with *why.  -EEXIST: something that is not cgroups. */
int hierarchy_look(int rootfd, enum cgroup_hierarchy h, enum hierarchy_state *ret,
		   struct emit *why);

/* Mounts it, in place of what is there; on failure nothing of it is left.  0 or -errno with *why.
 */
int hierarchy_mount(int rootfd, struct hierarchy *h, enum hierarchy_state state, struct emit *why);

#endif
