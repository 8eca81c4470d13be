/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cgroup hierarchy that a guest gets: which one it can have (hierarchy-choose.c), and
 * mounting it on /sys/fs/cgroup of its root file system (hierarchy-mount.c).  Runs with the
 * host's root powers in the container's namespaces; the root file system is hostile, the
 * host's /proc is not.
 */
#ifndef HOOKS_MOUNT_HIERARCHY_H
#define HOOKS_MOUNT_HIERARCHY_H

#include <stdbool.h>

#include "lib/cgroup.h"
#include "lib/emit.h"
#include "lib/initver.h"
#include "lib/mnt.h"

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

/* Where it goes: opened once, looked at, and mounted on. */
struct hierarchy_place {
	int parentfd, fd; /* /sys/fs, /sys/fs/cgroup; to be released with hierarchy_leave() */
	enum hierarchy_state state;
};

/*
 * What is there now; 0 and *ret, or -errno with *why.  -EEXIST: something that is not
 * cgroups.  In either case *ret is to be released.
 */
int hierarchy_look(int rootfd, enum cgroup_hierarchy h, struct hierarchy_place *ret,
		   struct emit *why);
void hierarchy_leave(struct hierarchy_place *place);

/*
 * Mounts it, in place of what is there; on failure nothing of it is left.  0 or -errno with *why.
 * *ret is, where it is the unified one, an owned descriptor of its root.
 */
int hierarchy_mount(const struct hierarchy_place *place, struct hierarchy *h, int *ret,
		    struct emit *why);

/* For its parts: the file system of a hierarchy. */
const struct mnt_fs *hierarchy_fs(enum cgroup_hierarchy h);

/*
 * 1 if the mounted root is the container's own, else 0 and why, or -errno and why.  This is
 * the check that counts: in every cgroup namespace the path is "/", also where the namespace
 * is rooted in a cgroup of the host's.
 */
int hierarchy_judge_root(int mntfd, enum cgroup_hierarchy h, struct emit *why);

#endif
