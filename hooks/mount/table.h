/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mounts at and beneath the container's root, as the kernel lists them, while the host's are
 * in the same table.  Which are the container's is told by the tree of mounts and not by names:
 * a guest can move what it has.
 */
#ifndef HOOKS_MOUNT_TABLE_H
#define HOOKS_MOUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/emit.h"
#include "lib/mountinfo.h"

struct table {
	char *text; /* owned: the spans point into it */
	struct table_mount {
		struct mountinfo m;
		bool within; /* the container's */
	} * mount;	     /* owned; by id */
	size_t n;
	const struct table_mount *root; /* the container's root */
};

/* 0, or -errno with *why; in either case *ret is to be released. */
int table_read(int rootfd, struct table *ret, struct emit *why);
void table_done(struct table *t);

/* The mount with that id, or NULL. */
const struct table_mount *table_find(const struct table *t, uint64_t id);

/* The mount in which fd is; NULL if it is not in the table, for it is newer. */
const struct table_mount *table_find_of(const struct table *t, int fd);

/* True if the mount a is b or lies, by mounts, on it. */
bool table_is_on(const struct table *t, const struct table_mount *a, const struct table_mount *b);

/*
 * The root of the mount, one of the container's: an owned O_PATH descriptor, which is checked to
 * be in that very mount.  -ESTALE: the path leads to another, as it is covered or was moved.
 */
int table_open(const struct table *t, const struct table_mount *mount, int rootfd);

/* Its path from the container's root, without the first '/'; NULL if it does not fit. */
const char *table_path(const struct table *t, const struct table_mount *mount, char *buf,
		       size_t size);

#endif
