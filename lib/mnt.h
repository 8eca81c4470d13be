/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mounts from descriptor to descriptor.  No path is resolved at the moment of mounting,
 * so none can be swapped.  System floor.
 *
 * mnt_new() makes a file system that is mounted nowhere yet, so that it can be looked
 * at before anybody sees it.  Kernels before 5.2 lack fsopen(2): there it answers
 * -ENOSYS, and mnt_new_on() mounts at once and has to be undone if it was wrong.
 */
#ifndef LIB_MNT_H
#define LIB_MNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/span.h"

struct mnt_option {
	const char *key;
	const char *value; /* NULL for a flag */
};

struct mnt_fs {
	const char *type;   /* "cgroup2" */
	const char *source; /* what mountinfo shows */
	const struct mnt_option *options;
	size_t n_options;
	bool executable; /* else noexec; always nosuid, nodev */
};

/* A detached mount: an owned descriptor of its root, or -errno (-ENOSYS: see above). */
int mnt_new(const struct mnt_fs *fs);

/*
 * What fd names, a folder with the mounts beneath it or a file, as a detached mount of its own:
 * a bind mount.  An owned descriptor, or -errno (-ENOSYS before 5.2).
 */
int mnt_clone(int fd);

/* Attaches a detached mount on targetfd: a folder on a folder, a file on a file. */
int mnt_attach(int mntfd, int targetfd);

/* The same two by the classic mount(2), on targetfd at once. */
int mnt_new_on(const struct mnt_fs *fs, int targetfd);
int mnt_clone_on(int fd, int targetfd);

/*
 * Makes the mount whose root rootfd is, attached, read-only, and nosuid and nodev where it
 * is not; mount_setattr(2), or before 5.12 a remount.
 */
int mnt_set_readonly(int rootfd);

/*
 * Detaches the mount whose root rootfd is, and all below it, from this mount namespace
 * only: they are made private first.  -EINVAL if rootfd is no such root, or it is locked
 * (mount_namespaces(7)).
 */
int mnt_remove(int rootfd);

/* The same for the topmost mount on the folder name of parentfd; name has no slash. */
int mnt_remove_at(int parentfd, const char *name);

/*
 * True in *ret if a mount on the folder fd would appear in other mount namespaces too,
 * as the mount that the folder is in is shared (mount_namespaces(7)).
 */
int mnt_is_shared(int fd, bool *ret);

/* The id, as mountinfo has it, of the mount that fd is in. */
int mnt_get_id(int fd, uint64_t *ret);

/* The text of all mounts of this namespace in *ret, and owned in *ret_text. */
int mnt_read_table(char **ret_text, struct span *ret);

/* True in *ret if both are in the same mount: a folder and its parent are not if it is a mount
 * point. */
int mnt_is_same(int fd_a, int fd_b, bool *ret);

/* True in *ret if fd, a folder in parentfd, is the root of a mount. */
int mnt_is_root(int parentfd, int fd, bool *ret);

/*
 * What is mounted beneath the folder fd, by the table of all mounts: the paths from there, each
 * ended by a NUL and all by an empty one, in the table's order.  Owned.
 */
int mnt_list_within(int fd, char **ret);

#endif
