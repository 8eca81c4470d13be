/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See file.h. */
#include "config.h"

#include "tools/report/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

/* What a directory does not let through, a report on what is in it does not show either. */
static mode_t hidden_by(const char *path)
{
	mode_t hidden = 0;
	struct stat st;

	if (stat(path, &st) < 0)
		return 0077;
	if (!(st.st_mode & S_IXGRP))
		hidden |= 0070;
	if (!(st.st_mode & S_IXOTH))
		hidden |= 0007;
	return hidden;
}

static mode_t container_hides(const struct container *c)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", c->lxcpath, c->name);

	/* Other users' directories are not looked at with our rights: they may not answer. */
	if ((c->owner.uid != 0 && c->owner.uid != geteuid()) || n < 0 || (size_t)n >= sizeof(path))
		return 0077;
	return hidden_by(c->lxcpath) | hidden_by(path);
}

mode_t report_find_mode(const struct container *containers, size_t n, mode_t mask)
{
	mode_t mode = 0666 & ~mask;

	for (size_t i = 0; i < n && (mode & 0077); i++)
		mode &= ~container_hides(&containers[i]);
	return mode;
}

int report_write_file(const char *path, const char *text, size_t size, mode_t mode, bool asked)
{
	auto_free char *folder = strdup(path), *name = strdup(path);
	const char *last;
	struct stat st;

	if (!folder || !name)
		return -ENOMEM;
	auto_close int dirfd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dirfd < 0)
		return -errno;
	last = basename(name);
	if (!asked && fstatat(dirfd, last, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
		mode &= st.st_mode;
	return io_write_file_at(dirfd, last, text, size, mode);
}
