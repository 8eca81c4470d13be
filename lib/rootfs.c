/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See rootfs.h. */
#include "config.h"

#include "lib/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef HAVE_LINUX_OPENAT2_H
#include <linux/openat2.h>
#else
struct open_how {
	uint64_t flags, mode, resolve;
};
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS 0x04
#define RESOLVE_BENEATH 0x08
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

#include "lib/cleanup.h"
#include "lib/span.h"

#define FOLDER_MAX 512 /* of a link that is read; a page of the stack is a page to fault in */

int rootfs_open(const char *path)
{
	auto_close int fd = -EBADF;
	struct stat root, own;

	if (path[0] != '/')
		return -EINVAL;
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &root) < 0 || stat("/", &own) < 0)
		return -errno;
	if (root.st_dev == own.st_dev && root.st_ino == own.st_ino)
		return -EXDEV;
	return take_fd(&fd);
}

/*
 * The way before openat2(2) of Linux 5.6, to go when that is the oldest kernel left.
 * One component at a time, none of them a symlink: a swap between two steps can make
 * a step fail, but cannot lead it out, as each starts from a descriptor.
 */
static int walk(int rootfd, const char *path, int flags)
{
	struct span rest = span_of(path), part;
	auto_close int dirfd = -EBADF;
	char name[NAME_MAX + 1];
	struct stat st;
	int fd, r;

	if (!rest.n)
		return -ENOENT;
	if (path[rest.n - 1] == '/')
		flags |= O_DIRECTORY;
	dirfd = openat(rootfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return -errno;
	while (span_next_field(&rest, '/', &part)) {
		bool last = rest.n == 0;

		if (!part.n || span_is(part, "."))
			continue;
		if (span_is(part, ".."))
			return -EXDEV;
		r = span_copy(part, name, sizeof(name));
		if (r < 0)
			return r;
		/* O_PATH opens a symlink itself, so that one can be told from ENOTDIR. */
		fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return -errno;
		(void)close(dirfd); /* O_PATH: nothing to lose */
		dirfd = fd;
		if (fstat(dirfd, &st) < 0)
			return -errno;
		if (S_ISLNK(st.st_mode))
			return -ELOOP;
		if ((!last || (flags & O_DIRECTORY)) && !S_ISDIR(st.st_mode))
			return -ENOTDIR;
	}
	if (flags & O_PATH)
		return take_fd(&dirfd);
	/* Only a folder comes so far; files are for io_open_file_at(). */
	fd = openat(dirfd, ".", flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int rootfs_open_at(int rootfd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long r;

	if (path[0] == '/')
		return -EXDEV;
	/* EAGAIN: a rename or mount ran beside it; bounded, as a guest could race for ever. */
	for (int tries = 0; tries < 16; tries++) {
		r = syscall(SYS_openat2, rootfd, path, &how, sizeof(how));
		if (r >= 0)
			return (int)r;
		if (errno != EAGAIN && errno != EINTR)
			break;
	}
	if (errno == ENOSYS)
		return walk(rootfd, path, flags);
	return -errno;
}

int rootfs_read_link_at(int rootfd, const char *path, char *buf, size_t size)
{
	const char *slash = strrchr(path, '/');
	auto_close int dirfd = -EBADF;
	char folder[FOLDER_MAX];
	ssize_t n;
	int r;

	if (path[0] == '/')
		return -EXDEV;
	if (slash) {
		r = span_copy((struct span){ path, (size_t)(slash - path) }, folder,
			      sizeof(folder));
		if (r < 0)
			return r;
		dirfd = rootfs_open_at(rootfd, folder, O_PATH | O_DIRECTORY);
		if (dirfd < 0)
			return dirfd;
	}
	n = readlinkat(slash ? dirfd : rootfd, slash ? slash + 1 : path, buf, size);
	if (n < 0)
		return -errno;
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	buf[n] = '\0';
	return 0;
}
