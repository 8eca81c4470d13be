/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-log.h. */
#include "config.h"

#include "hooks/audit-log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/span.h"

#define SIZE_MAX_LOG (128u << 10) /* a common line has 400 bytes; the longest 16 KiB */
#define LINES_KEPT 100
#define SIZE_KEPT (SIZE_MAX_LOG / 2)

static int open_log(int folderfd, struct stat *ret)
{
	/* Not waiting: a FIFO that nobody reads, somebody's lease. */
	auto_close int fd =
		openat(folderfd, AUDIT_LOG_FILE,
		       O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		       0644);

	if (fd < 0 || fstat(fd, ret) < 0)
		return -errno;
	/* Another name for a file of the host's is not what we write to. */
	if (!S_ISREG(ret->st_mode) || ret->st_nlink != 1)
		return -EINVAL;
	return take_fd(&fd);
}

/* The newest lines of it, whole ones. */
static struct span get_newest(struct span text)
{
	const char *p = text.p + text.n, *first = p;

	for (size_t lines = 0; lines <= LINES_KEPT && p > text.p; p--) {
		if (p[-1] != '\n')
			continue;
		if ((size_t)(text.p + text.n - p) > SIZE_KEPT)
			break;
		first = p;
		lines++;
	}
	return (struct span){ first, (size_t)(text.p + text.n - first) };
}

static int replace(int folderfd, int fd, const char *line, size_t size)
{
	auto_free char *old = NULL, *text = NULL;
	struct span kept;
	size_t n;
	/* A file that is larger than any of ours is not read, but begun anew. */
	int r = io_read_fd(fd, (size_t)SIZE_MAX_LOG * 2, &old, &n);

	if (r < 0 && r != -EFBIG)
		return r;
	/* Without a last line that a crash cut off. */
	while (r == 0 && n && old[n - 1] != '\n')
		n--;
	kept = r < 0 ? (struct span){ "", 0 } : get_newest((struct span){ old, n });
	text = malloc(kept.n + size);
	if (!text)
		return -ENOMEM;
	memcpy(text, kept.p, kept.n);
	memcpy(text + kept.n, line, size);
	return io_write_file_at(folderfd, AUDIT_LOG_FILE, text, kept.n + size, 0644);
}

/*
 * In one piece, and not flushed: a line that a crash of the host takes is not worth the
 * milliseconds at every start.  What is cut off, by that or by a full disk, is taken back or
 * ends in the newline that the next line begins with; readers pass over it.
 */
static int append(int fd, const struct stat *st, const char *line, size_t size)
{
	char last = '\n';
	ssize_t n;

	if (st->st_size && pread(fd, &last, 1, st->st_size - 1) < 0)
		return -errno;
	if (last != '\n' && write(fd, "\n", 1) < 0)
		return -errno;
	n = write(fd, line, size);
	if (n == (ssize_t)size)
		return 0;
	if (n > 0)
		errno = ENOSPC;
	n = -errno;
	return ftruncate(fd, st->st_size) < 0 ? -errno : (int)n;
}

int audit_log(int folderfd, const struct audit_record *r)
{
	auto_free char *line = NULL;
	auto_close int fd = -EBADF;
	struct stat st = { .st_size = 0 };
	size_t size;
	int error = audit_emit_line(r, &line, &size);

	if (error < 0)
		return error;
	fd = open_log(folderfd, &st);
	if (fd < 0)
		return fd;
	if (st.st_size + (off_t)size > (off_t)SIZE_MAX_LOG)
		return replace(folderfd, fd, line, size);
	error = append(fd, &st, line, size);
	if (error < 0 && !st.st_size)
		(void)unlinkat(folderfd, AUDIT_LOG_FILE, 0); /* which we made, and is empty */
	return error;
}
