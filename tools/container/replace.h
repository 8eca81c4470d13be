/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file of a folder replaced in steps, for those who replace several together: staging
 * writes the new one beside it and takes all the space that is needed, commit renames, and
 * undo renames the old one back, so that going back needs no space.  Under the lock of
 * container_lock() there is one writer; so each file has one name for each step.
 */
#ifndef TOOLS_CONTAINER_REPLACE_H
#define TOOLS_CONTAINER_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

struct replace {
	const char *name;	     /* the file's, constant */
	const char *step;	     /* tells two new files for one name apart, constant */
	const struct replace *after; /* of the same name, may be committed before; or NULL */
	bool staged, existed, kept, committed;
};

/* The longest name that is used beside a file. */
#define REPLACE_NAME_MAX 64

/* Writes and flushes ".NAME.STEP", mode 0644: 0, or -errno with nothing left. */
int replace_stage(int dirfd, struct replace *file, const void *data, size_t size);

/* Renames it over the file, which gets the second name ".NAME.old": 0 or -errno. */
int replace_commit(int dirfd, struct replace *file);

/* The old file again, or none if there was none: 0, -ENOTSUP without hard links, -errno. */
int replace_undo(int dirfd, struct replace *file);

/* At the end: takes away what lies beside, also what a killed writer left. */
int replace_tidy(int dirfd, const struct replace *file);

#endif
