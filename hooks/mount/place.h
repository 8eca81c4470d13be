/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a mount hook mounts: a folder of the guest's, opened once and by a descriptor from
 * then on.  The guest's root file system is hostile; what LXC has mounted on it is not.  Why
 * something fails goes to *why.
 */
#ifndef HOOKS_MOUNT_PLACE_H
#define HOOKS_MOUNT_PLACE_H

#include <stdbool.h>

#include "lib/emit.h"
#include "lib/mnt.h"

struct place {
	int fd, parentfd; /* what is mounted on, O_PATH, and the folder that it is in */
	const char *name; /* in that folder */
	const char *path; /* from the guest's root, for messages */
};

/*
 * Opens a folder beneath dirfd, which in messages is path.  Only ever a place: nothing is
 * read.  An owned O_PATH descriptor, or -errno (-ELOOP: a symlink).
 */
int place_open_folder(int dirfd, const char *name, const char *path, struct emit *why);

/*
 * The same for a folder of its own right, made (0755) where it is missing, and *ret_new says so.
 * Beneath a descriptor that no link led to: on the guest's root file system, or on what LXC
 * mounted there.
 */
int place_make_folder(int parentfd, const char *name, const char *path, bool *ret_new,
		      struct emit *why);

/*
 * 0, or -EXDEV if the mount that fd is in is shared: a mount on it shows up in its peers, the
 * host's among them, and so does an unmount.  LXC makes the container's mounts private or slave.
 */
int place_refuse_shared(int fd, const char *path, struct emit *why);

/*
 * Mounts there and returns an owned descriptor of the new root, or -errno.  *mntfd is the
 * detached mount, taken over, or empty: then one is made, on a kernel that has them.
 */
int place_put(const struct mnt_fs *fs, int *mntfd, const struct place *at, struct emit *why);

/* The same with what fd names, a folder with the mounts beneath it or a file: bind-mounted. */
int place_bind(int fd, const struct place *at, struct emit *why);

/* Bind-mounted read-only, nosuid and nodev; if it cannot be made so, it is gone again. */
int place_bind_readonly(int fd, const struct place *at, struct emit *why);

/* "cannot WHAT: reason" to *why; returns r. */
int place_fail(struct emit *why, const char *what, int r);

#endif
