/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What entries of the configuration have mounted within a place, before it is mounted on: found
 * first, and mounted within the new root then.
 */
#ifndef HOOKS_MOUNT_KEEP_H
#define HOOKS_MOUNT_KEEP_H

#include <stddef.h>

#include "hooks/mount/place.h"

enum { KEEP_MAX = 64 };

struct keep {
	size_t n;
	struct {
		int fd;		  /* of the mount's root; with what is mounted in it */
		const char *path; /* from the place, in text */
	} item[KEEP_MAX];
	char *text;
};

#define KEEP_NONE ((struct keep){ .n = 0 })

/* 0, or -errno with *why; in either case *ret is to be released with keep_clear(). */
int keep_find(const struct place *at, struct keep *ret, struct emit *why);
void keep_clear(const struct keep *keep);

/* Mounts them in the folder rootfd, a new file system at the place; 0, or -errno with *why. */
int keep_put(const struct keep *keep, int rootfd, const struct place *at, struct emit *why);

#endif
