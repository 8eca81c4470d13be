/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See files.h. */
#include "config.h"

#include "tools/guest/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/rootfs.h"
#include "lib/span.h"

#define ENTRIES_MAX 50000

void guest_names_done(struct guest_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct guest_names){ 0 };
}

int guest_names_add(struct guest_names *names, const char *name, size_t max)
{
	char **list;

	if (names->n == max)
		return -E2BIG;
	list = reallocarray(names->list, names->n + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	names->list = list;
	list[names->n] = strdup(name);
	return list[names->n++] ? 0 : -ENOMEM;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, each once. */
void guest_names_sort(struct guest_names *names)
{
	size_t n = 0;

	if (names->n)
		qsort(names->list, names->n, sizeof(*names->list), compare_names);
	for (size_t i = 0; i < names->n; i++) {
		if (n && strcmp(names->list[n - 1], names->list[i]) == 0)
			free(names->list[i]);
		else
			names->list[n++] = names->list[i];
	}
	names->n = n;
}

/* Names with this ending in a folder, which may not be there: 0, or -errno (-E2BIG: too many). */
int guest_list_folder(int rootfd, const char *path, const char *const *ending,
		      struct guest_names *names, size_t max)
{
	auto_close int fd = rootfs_open_at(rootfd, path, O_RDONLY | O_DIRECTORY);
	auto_closedir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int r = 0;

	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP ? 0 : fd;
	if (!dir)
		return -errno;
	(void)take_fd(&fd); /* the stream's now */
	while (r == 0) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return -errno;
		if (++names->entries > ENTRIES_MAX)
			return -E2BIG;
		for (const char *const *e = ending; *e; e++) {
			if (span_ends(span_of(entry->d_name), *e)) {
				r = guest_names_add(names, entry->d_name, max);
				break;
			}
		}
	}
	return r;
}

/* A file of the guest's, beneath its root, whose folders are no links. */
int guest_read_file(int rootfd, const char *path, size_t limit, char **ret, size_t *ret_size)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	auto_close int dirfd = -EBADF;
	int r = span_copy((struct span){ path, (size_t)(slash - path) }, folder, sizeof(folder));

	if (r < 0)
		return r;
	dirfd = rootfs_open_at(rootfd, folder, O_PATH | O_DIRECTORY);
	if (dirfd < 0)
		return dirfd;
	return io_read_file_at(dirfd, slash + 1, limit, ret, ret_size);
}

const char *guest_why(int r)
{
	return r == -EINVAL   ? "not a regular file, not read"
	       : r == -EFBIG  ? "too large, not read"
	       : r == -ELOOP  ? "a symbolic link, not followed"
	       : r == -EDQUOT ? "not read, as there is more text in units than is read"
			      : strerror(-r);
}
