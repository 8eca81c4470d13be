/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See replace.h. */
#include "config.h"

#include "tools/container/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

struct name {
	char text[REPLACE_NAME_MAX];
};

static const char *beside(struct name *buf, const struct replace *file, const char *step)
{
	(void)snprintf(buf->text, sizeof(buf->text), ".%s.%s", file->name, step); /* ours: short */
	return buf->text;
}

static int unlink_if_there(int dirfd, const char *name)
{
	return unlinkat(dirfd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

static int fill(int fd, const char *data, size_t size)
{
	int r = io_write_all(fd, data, size);

	if (r < 0)
		return r;
	/* The umask took its part; the mapped root of a container reads these. */
	return fchmod(fd, 0644) < 0 || fsync(fd) < 0 ? -errno : 0;
}

int replace_stage(int dirfd, struct replace *file, const void *data, size_t size)
{
	auto_close int fd = -EBADF;
	struct name buf = { "" };
	const char *name = beside(&buf, file, file->step);
	int r = unlink_if_there(dirfd, name);

	if (r < 0)
		return r;
	fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	r = fill(fd, data, size);
	if (r < 0)
		(void)unlinkat(dirfd, name, 0); /* the first error is the one to tell */
	file->staged = r == 0;
	return r;
}

static int keep_old(int dirfd, struct replace *file)
{
	struct name old = { "" };
	int r;

	if (file->after && file->after->committed) {
		file->kept = file->after->kept;
		file->existed = file->after->existed;
		return 0;
	}
	r = unlink_if_there(dirfd, beside(&old, file, "old"));
	if (r < 0)
		return r;
	/* linkat(2) does not follow; not every file system has hard links. */
	file->kept = linkat(dirfd, file->name, dirfd, old.text, 0) == 0;
	file->existed = file->kept || errno != ENOENT;
	return 0;
}

int replace_commit(int dirfd, struct replace *file)
{
	struct name new = { "" };
	int r;

	if (!file->staged)
		return 0;
	(void)beside(&new, file, file->step);
	r = keep_old(dirfd, file);
	if (r < 0)
		return r;
	if (renameat(dirfd, new.text, dirfd, file->name) < 0)
		return -errno;
	file->committed = true;
	return fsync(dirfd) < 0 ? -errno : 0;
}

int replace_undo(int dirfd, struct replace *file)
{
	struct name old = { "" };
	int r = 0;

	if (!file->committed)
		return 0;
	if (file->existed && !file->kept)
		return -ENOTSUP;
	if (!file->existed)
		r = unlink_if_there(dirfd, file->name);
	else if (renameat(dirfd, beside(&old, file, "old"), dirfd, file->name) < 0)
		r = -errno;
	if (r < 0)
		return r;
	file->committed = false;
	return fsync(dirfd) < 0 ? -errno : 0;
}

int replace_tidy(int dirfd, const struct replace *file)
{
	struct name buf = { "" };
	int r = unlink_if_there(dirfd, beside(&buf, file, file->step));
	int r2 = unlink_if_there(dirfd, beside(&buf, file, "old"));

	return r < 0 ? r : r2;
}
