/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who else decides where a path leads.  Looking at the end of it alone (stat(2)) tells nothing
 * that still holds when the path is used: whoever owns a folder or a symlink on the way, or can
 * write to one, may exchange what comes after it in between.
 */
#ifndef TOOLS_CONTAINER_PATH_STRANGER_H
#define TOOLS_CONTAINER_PATH_STRANGER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct path_stranger {
	char path[PATH_MAX]; /* where he comes in, without symlinks above it */
	struct stat st; /* of that; zeros for a link that proc made up, or one that is too long */
	bool owns;	/* st.st_uid; else st.st_gid or everybody can write to it */
};

/*
 * True, and *ret for the first place, if somebody but root and that user can change what an
 * absolute path leads to, by the folders, symlinks and the file itself.  A group counts if
 * groups is set and it is neither root's nor has the user's number, as his private one.  In
 * a sticky folder others cannot touch what is there, but make what is missing.  What cannot be
 * looked at, below what only root and the user change, is not for strangers either: false.
 *
 * Container, if it is not NULL, is a container's own folder: LXC gives that of an id-mapped one to
 * the container's root, who has no way to it from inside.  So it may belong to an id by which
 * nobody logs in, and so may its group; what is in it may not.
 */
bool path_find_stranger(const char *path, uid_t user, bool groups, const char *container,
			struct path_stranger *ret);

#endif
