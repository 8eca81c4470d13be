/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which cgroup a process is in, and whether a mounted one is a container's own.
 *
 * cgroup_parse() is pure: the text of /proc/PID/cgroup (cgroups(7)).  A path in it is
 * relative to the reader's cgroup namespace, and "/" alone proves nothing: where LXC
 * made no v2 cgroup for a container, its namespace is rooted in whatever cgroup the
 * host started it from.  So cgroup_check_root() looks at the mounted root itself.
 */
#ifndef LIB_CGROUP_H
#define LIB_CGROUP_H

#include <stdbool.h>

#include "lib/span.h"

enum cgroup_hierarchy {
	CGROUP_UNIFIED, /* cgroup v2, "0::" */
	CGROUP_SYSTEMD, /* the v1 hierarchy "name=systemd", without controllers */
	CGROUP_N_HIERARCHIES,
};

struct cgroup {
	struct span path[CGROUP_N_HIERARCHIES]; /* .p is NULL where the process is in none */
};

/* 0, or -EINVAL for a malformed line.  The spans point into the text. */
int cgroup_parse(struct span text, struct cgroup *ret);

/* The container's namespace is rooted in the process's own cgroup of that hierarchy. */
bool cgroup_is_ns_root(const struct cgroup *cg, enum cgroup_hierarchy h);

enum cgroup_root {
	CGROUP_ROOT_OWN,       /* the caller is in it, and nobody else as far as one can see */
	CGROUP_ROOT_HIERARCHY, /* the root of the whole hierarchy: the host's */
	CGROUP_ROOT_FOREIGN,   /* the caller is not in it, or others are, or (children) may be */
	CGROUP_ROOT_READONLY,  /* the caller may not write in it: not delegated */
};

/*
 * Judges the root of a mounted hierarchy by a descriptor of it; a detached mount from
 * fsmount(2) will do.  The caller must be in the container's pid namespace.  0 and *ret,
 * or -errno; -ENOTTY if it is no such file system at all.
 */
int cgroup_check_root(int rootfd, enum cgroup_hierarchy h, enum cgroup_root *ret);

/*
 * True in *ret if the container's monitor, the nearest ancestor outside its pid namespace,
 * is in the cgroup that roots the caller's cgroup namespace, or if the caller has no pid
 * namespace of its own: then the cgroup is the host's.  The one sign of it in v1.  In v2
 * only the namespace is looked at: with it cgroup_check_root() sees the monitor, wherever
 * that is.  Needs the host's /proc; -ENOENT if that hides the monitor from us (hidepid,
 * proc(5)).
 */
int cgroup_find_parent_in(enum cgroup_hierarchy h, bool *ret);

/* True if the host has a v2 hierarchy where systemd, and so everybody, mounts it. */
bool cgroup_is_v2_mounted(void);

#endif
