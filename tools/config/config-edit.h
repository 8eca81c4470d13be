/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts one include line into a container's configuration and takes it out again, byte for
 * byte.  The folder LXCPATH/NAME may belong to another user, so everything goes by
 * descriptors and no symlink in it is followed.
 */
#ifndef TOOLS_CONFIG_CONFIG_EDIT_H
#define TOOLS_CONFIG_CONFIG_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "lib/span.h"

/* The new file before it is renamed, and the old one until the end.  Under the lock there is
 * one writer, so one name each is enough. */
#define CONFIG_EDIT_TEMPORARY ".config.lxc-harden"
#define CONFIG_EDIT_OLD ".config.lxc-harden.old"

/*
 * The text with a marked "lxc.include = path" at its end: 1 and *ret_text (owned, size in
 * *ret_size), 0 if the text includes that path already, -EINVAL if it holds a NUL, behind
 * which LXC reads nothing, or the path cannot be written in a configuration.
 */
int config_edit_add_text(struct span text, const char *path, char **ret_text, size_t *ret_size);

/*
 * The text without what config_edit_add_text() put there, wherever it stands now: 1, or 0 if
 * there is nothing of it.  A line that somebody wrote himself is never taken.
 */
int config_edit_remove_text(struct span text, const char *path, char **ret_text, size_t *ret_size);

/* Moves what config_edit_add_text() put there to the end; returns as that does. */
int config_edit_renew_text(struct span text, const char *path, char **ret_text, size_t *ret_size);

typedef int (*config_edit_text)(struct span text, const char *path, char **ret_text,
				size_t *ret_size);

/* What to say of an error of these, and of container_lock(): constant text, or strerror()'s. */
const char *config_edit_why(int r);

/*
 * Whether "config" in that folder can be edited: 0; -ELOOP for a symlink; -EINVAL if it holds
 * a NUL, with its line in *ret_line; else -errno, also for what is no regular file.
 */
int config_edit_check(int dirfd, unsigned int *ret_line);

/*
 * Takes the line out of "config" in that folder.  The file is replaced at once and for good,
 * with its owner, mode and extended attributes; a crash leaves the old or the new one.  1 if it
 * was changed, 0 if there was nothing to do, -EAGAIN if somebody else changed it meanwhile,
 * -EINVAL if it is a symlink, no regular file, or see above, else -errno.
 */
int config_edit_remove(int dirfd, const char *path);

/*
 * The same in steps, for those who replace other files with it: staging writes the new file
 * beside the old one and takes all the space that is needed; commit renames; undo renames
 * back, -ENOTSUP where the file system has no hard links; tidy, at the end of all, takes
 * away what lies beside, also what a killed writer left.
 */
struct config_edit {
	struct stat old;
	bool staged, kept, committed;
};
int config_edit_stage(int dirfd, const char *path, config_edit_text change,
		      struct config_edit *ret);
int config_edit_commit(int dirfd, struct config_edit *edit);
int config_edit_undo(int dirfd, struct config_edit *edit);
int config_edit_tidy(int dirfd);

#endif
