/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files and folders of a guest, beneath its root: bounded, and no symlink followed. */
#ifndef TOOLS_GUEST_FILES_H
#define TOOLS_GUEST_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* Names of a folder's, hostile; begin with { 0 }. */
struct guest_names {
	char **list;
	size_t n;
	size_t entries; /* looked at so far, in all folders that went into it */
};

/* 0, -E2BIG if there are max already, or -ENOMEM. */
int guest_names_add(struct guest_names *names, const char *name, size_t max);
/* By bytes, each once. */
void guest_names_sort(struct guest_names *names);
void guest_names_done(struct guest_names *names);

/*
 * Adds the names with one of these endings (NULL ends the list) in a folder, which may not
 * be there: 0, -E2BIG past max names or past what is looked at, or -ENOMEM.
 */
int guest_list_folder(int rootfd, const char *path, const char *const *endings,
		      struct guest_names *names, size_t max);

/* io_read_file_at() for a path of at least two components, whose folders are no links. */
int guest_read_file(int rootfd, const char *path, size_t limit, char **ret, size_t *ret_size);

/* What to say of its failure. */
const char *guest_why(int r);

#endif
