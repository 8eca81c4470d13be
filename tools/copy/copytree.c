/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tree, copied by descriptors: it may belong to another user who changes it meanwhile, and
 * a link put in the place of a folder must not lead out of it.  See copy.h.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/copy/copy.h"

#define DEPTH_MAX 128
#define XATTR_LIST_MAX 65536
#define CHUNK (1u << 20)

/* A file with more than one name, by where its first copy is. */
struct link {
	dev_t dev;
	ino_t ino;
	char *path;
};

struct copy {
	int dst; /* the root of the copy */
	dev_t dev;
	struct link *links;
	size_t n_links, size_links;
	char path[PATH_MAX]; /* of what is being copied, below the root */
};

static const char *fd_path(int fd, char buf[64])
{
	(void)snprintf(buf, 64, "/proc/self/fd/%d", fd); /* sized to fit */
	return buf;
}

/* By /proc, as O_PATH descriptors take no fgetxattr(2). */
static int copy_xattrs(int from, int to)
{
	char src[64], dst[64], *value = NULL;
	auto_free char *list = malloc(XATTR_LIST_MAX);
	auto_free char *buf = malloc(XATTR_LIST_MAX);
	ssize_t n = list ? listxattr(fd_path(from, src), list, XATTR_LIST_MAX) : -1;

	if (!list || !buf)
		return -ENOMEM;
	if (n < 0)
		return errno == ENOTSUP ? 0 : -errno;
	value = buf;
	for (const char *name = list; name < list + n; name += strlen(name) + 1) {
		ssize_t size = getxattr(src, name, value, XATTR_LIST_MAX);

		if (size < 0)
			return -errno;
		/* A label that this file system does not take is nothing that a guest could use. */
		if (setxattr(fd_path(to, dst), name, value, (size_t)size, 0) < 0 &&
		    errno != ENOTSUP && errno != EPERM)
			return -errno;
	}
	return 0;
}

/* The owner first: changing it takes set-id bits and file capabilities away. */
static int copy_meta(int from, int to, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	char path[64];
	int r;

	if (fchownat(to, "", st->st_uid, st->st_gid, AT_EMPTY_PATH) < 0)
		return -errno;
	if (!S_ISLNK(st->st_mode)) {
		if (chmod(fd_path(to, path), st->st_mode & 07777) < 0)
			return -errno;
		r = copy_xattrs(from, to);
		if (r < 0)
			return r;
		if (utimensat(AT_FDCWD, fd_path(to, path), times, 0) < 0)
			return -errno;
	}
	return 0;
}

/* Holes stay holes where the file system tells them. */
static int copy_data(int from, int to, off_t size)
{
	off_t at = 0, end;

	while (at < size) {
		off_t data = lseek(from, at, SEEK_DATA);

		if (data < 0 && errno == ENXIO)
			break;
		if (data < 0)
			return -errno;
		end = lseek(from, data, SEEK_HOLE);
		if (end < 0 || lseek(to, data, SEEK_SET) < 0)
			return -errno;
		at = data;
		while (at < end) {
			ssize_t n = sendfile(to, from, &at,
					     end - at > CHUNK ? CHUNK : (size_t)(end - at));

			if (n < 0 && errno != EINTR)
				return -errno;
			if (n == 0)
				return 0; /* it became shorter meanwhile */
		}
		at = end;
	}
	return ftruncate(to, size) < 0 ? -errno : 0;
}

static int copy_file(int pathfd, int dirfd, const char *name, const struct stat *st)
{
	auto_close int from = io_reopen_file(pathfd);
	auto_close int to = -EBADF;
	int r;

	if (from < 0)
		return from;
	to = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	r = copy_data(from, to, st->st_size);
	return r < 0 ? r : copy_meta(pathfd, to, st);
}

static int copy_other(int pathfd, int dirfd, const char *name, const struct stat *st)
{
	char target[PATH_MAX];
	ssize_t n;
	int r;

	if (S_ISLNK(st->st_mode)) {
		n = readlinkat(pathfd, "", target, sizeof(target) - 1);
		if (n < 0)
			return -errno;
		target[n] = '\0';
		r = symlinkat(target, dirfd, name);
	} else {
		r = mknodat(dirfd, name, st->st_mode & S_IFMT, st->st_rdev);
	}
	if (r < 0)
		return -errno;
	auto_close int to = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return to < 0 ? -errno : copy_meta(pathfd, to, st);
}

/* 1 if it was linked to its first copy, 0 if this is the first. */
static int copy_link(struct copy *c, int dirfd, const char *name, const struct stat *st)
{
	struct link *link;

	for (size_t i = 0; i < c->n_links; i++) {
		link = &c->links[i];
		if (link->dev == st->st_dev && link->ino == st->st_ino)
			return linkat(c->dst, link->path, dirfd, name, 0) < 0 ? -errno : 1;
	}
	if (c->n_links == c->size_links) {
		size_t size = c->size_links ? c->size_links * 2 : 256;

		link = reallocarray(c->links, size, sizeof(*link));
		if (!link)
			return -ENOMEM;
		c->links = link;
		c->size_links = size;
	}
	link = &c->links[c->n_links];
	*link = (struct link){ st->st_dev, st->st_ino, strdup(c->path) };
	if (!link->path)
		return -ENOMEM;
	c->n_links++;
	return 0;
}

static int copy_folder(struct copy *c, int from, int to, unsigned int depth);

static int copy_entry(struct copy *c, int from, int to, const char *name, unsigned int depth)
{
	auto_close int fd = openat(from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int r;

	/* It may just have gone, from a container that runs. */
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISSOCK(st.st_mode))
		return 0;
	if (S_ISDIR(st.st_mode)) {
		if (mkdirat(to, name, 0700) < 0)
			return -errno;
		auto_close int sub =
			openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (sub < 0)
			return -errno;
		/* Another file system's folder is a mount point: it stays empty. */
		r = st.st_dev == c->dev ? copy_folder(c, fd, sub, depth + 1) : 0;
		return r < 0 ? r : copy_meta(fd, sub, &st);
	}
	if (st.st_nlink > 1) {
		r = copy_link(c, to, name, &st);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	return S_ISREG(st.st_mode) ? copy_file(fd, to, name, &st) : copy_other(fd, to, name, &st);
}

static int copy_folder(struct copy *c, int from, int to, unsigned int depth)
{
	int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_closedir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	size_t n = strlen(c->path);
	int r = 0;

	if (!dir)
		return -errno;
	if (depth > DEPTH_MAX)
		return -ELOOP;
	while (r == 0 && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (n + strlen(name) + 2 > sizeof(c->path))
			return -ENAMETOOLONG;
		(void)snprintf(c->path + n, sizeof(c->path) - n, "%s%s", n ? "/" : "", name);
		r = copy_entry(c, from, to, name, depth);
		c->path[n] = '\0';
	}
	return r;
}

int prove_copy_tree(int srcfd, int dstfd)
{
	struct copy *c = calloc(1, sizeof(*c));
	struct stat st;
	int r = c ? 0 : -ENOMEM;

	if (r == 0 && fstat(srcfd, &st) < 0)
		r = -errno;
	if (r == 0) {
		c->dst = dstfd;
		c->dev = st.st_dev;
		r = copy_folder(c, srcfd, dstfd, 0);
	}
	if (r == 0)
		r = copy_meta(srcfd, dstfd, &st);
	for (size_t i = 0; c && i < c->n_links; i++)
		free(c->links[i].path);
	if (c)
		free(c->links);
	free(c);
	return r;
}
