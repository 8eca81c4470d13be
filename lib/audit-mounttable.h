/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container's mount table beside the host's, and what can be asked of the two.  Pure;
 * the paths are hostile and as the kernel escapes them.
 */
#ifndef LIB_AUDIT_MOUNTTABLE_H
#define LIB_AUDIT_MOUNTTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/mountinfo.h"

struct audit_mounttable {
	struct mountinfo *mount; /* the container's; owned */
	size_t n;
	uint64_t *host_device; /* sorted; owned */
	size_t n_host;
	/* The host's "/" and "/dev", the container's "/"; .root.p is NULL if there is none. */
	struct mountinfo host_root, host_dev, root;
};

/* From two texts of mountinfo, which must stay; see audit_judge_mounts() for the errors. */
int audit_mounttable_init(struct audit_mounttable *t, struct span container, struct span host);
void audit_mounttable_done(struct audit_mounttable *t);

uint64_t audit_mount_device(const struct mountinfo *m);
bool audit_mount_is_writable(const struct mountinfo *m);

/* Another mount lies on the root of this one, so that no path leads to it. */
bool audit_mount_is_covered(const struct audit_mounttable *t, const struct mountinfo *m);

/*
 * Another mount lies on the target of m + below, or on a folder between: what is seen
 * there is that one's, and it is judged on its own.
 */
bool audit_mount_is_shielded(const struct audit_mounttable *t, const struct mountinfo *m,
			     struct span below);

/* The host has its file system mounted, too. */
bool audit_mount_is_on_host(const struct audit_mounttable *t, const struct mountinfo *m);

/* A piece of the container's root file system in a second place. */
bool audit_mount_is_own(const struct audit_mounttable *t, const struct mountinfo *m);

/* The path is the folder, or below it; also below "/". */
bool audit_path_is_within(struct span path, struct span folder);

#endif
