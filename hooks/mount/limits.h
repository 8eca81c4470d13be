/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The limits of the container's own cgroup (memory.max, pids.max, cgroup.freeze ...) lie in the
 * root of the cgroup v2 hierarchy that the guest gets.  Where the host mounted it with
 * "nsdelegate", the kernel keeps the guest from writing them.  Elsewhere root in a privileged
 * container could lift them: each is covered by a read-only bind mount of itself.
 */
#ifndef HOOKS_MOUNT_LIMITS_H
#define HOOKS_MOUNT_LIMITS_H

#include <stdbool.h>

#include "hooks/mount/table.h"
#include "lib/emit.h"

/* rootfd: the guest's own v2 cgroup, mounted and the caller's to write; 0, or -errno with *why. */
int limits_close(int rootfd, const struct table *t, struct emit *why);

/* The name of a file of a cgroup is one of the names, a line each: it is the guest's to write. */
bool limits_is_delegated(struct span names, const char *name);

#endif
