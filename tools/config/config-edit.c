/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See config-edit.h: the file. */
#include "config.h"

#include "tools/config/config-edit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define CONFIG "config"
#define TEMPORARY CONFIG_EDIT_TEMPORARY
#define SIZE_MAX_CONFIG (1u << 20)

const char *config_edit_why(int r)
{
	return r == -EBUSY    ? "another lxc-harden is at work there"
	       : r == -EINVAL ? "not a regular file"
	       : r == -ELOOP  ? "a symbolic link, which is not followed"
	       : r == -EAGAIN ? "somebody else changed it meanwhile, nothing was done"
			      : strerror(-r);
}

int config_edit_check(int dirfd, unsigned int *ret_line)
{
	auto_free char *text = NULL;
	const char *nul;
	struct stat st;
	size_t size;
	int r;

	*ret_line = 0;
	if (fstatat(dirfd, CONFIG, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	r = io_read_file_at(dirfd, CONFIG, SIZE_MAX_CONFIG, &text, &size);
	if (r < 0)
		return r;
	nul = memchr(text, '\0', size);
	if (!nul)
		return 0;
	*ret_line = 1;
	for (const char *p = text; p < nul; p++)
		*ret_line += *p == '\n';
	return -EINVAL;
}

static int copy_xattr(int from, int to, const char *name)
{
	char value[65536]; /* XATTR_SIZE_MAX */
	ssize_t n = fgetxattr(from, name, value, sizeof(value));

	if (n < 0)
		return errno == ENODATA ? 0 : -errno;
	return fsetxattr(to, name, value, (size_t)n, 0) < 0 ? -errno : 0;
}

static int copy_xattrs(int from, int to)
{
	char names[65536]; /* XATTR_LIST_MAX */
	ssize_t n = flistxattr(from, names, sizeof(names));

	if (n < 0)
		return errno == ENOTSUP ? 0 : -errno;
	for (const char *p = names; p < names + n; p += strlen(p) + 1) {
		int r = copy_xattr(from, to, p);

		if (r < 0)
			return r;
	}
	return 0;
}

/* The owner first: fchown(2) may take bits of the mode, and an ACL sets others. */
static int fill(int fd, int oldfd, const struct stat *old, const char *data, size_t size)
{
	int r = io_write_all(fd, data, size);

	if (r < 0)
		return r;
	if (fchown(fd, old->st_uid, old->st_gid) < 0 || fchmod(fd, old->st_mode & 07777) < 0)
		return -errno;
	r = copy_xattrs(oldfd, fd);
	if (r < 0)
		return r;
	return fsync(fd) < 0 ? -errno : 0;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Best effort against an editor that knows nothing of our lock. */
static int check_unchanged(int dirfd, const struct stat *old)
{
	struct stat now;

	if (fstatat(dirfd, CONFIG, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return is_same(old, &now) ? 0 : -EAGAIN;
}

static int write_temporary(int dirfd, int oldfd, const struct stat *old, const char *data,
			   size_t size)
{
	auto_close int fd = -EBADF;
	int r;

	if (unlinkat(dirfd, TEMPORARY, 0) < 0 && errno != ENOENT) /* left by a crash */
		return -errno;
	fd = openat(dirfd, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fill(fd, oldfd, old, data, size);
	if (r < 0)
		(void)unlinkat(dirfd, TEMPORARY, 0); /* the first error is the one to tell */
	return r;
}

static int stage(int dirfd, const char *path, config_edit_text change, struct config_edit *ret)
{
	auto_free char *text = NULL, *changed = NULL;
	auto_close int fd = io_open_file_at(dirfd, CONFIG);
	size_t size, changed_size;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &ret->old) < 0)
		return -errno;
	/* This one and no other: it decides who owns what is written. */
	r = io_read_fd(fd, SIZE_MAX_CONFIG, &text, &size);
	if (r < 0)
		return r;
	r = change((struct span){ text, size }, path, &changed, &changed_size);
	if (r <= 0)
		return r;
	r = write_temporary(dirfd, fd, &ret->old, changed, changed_size);
	return r < 0 ? r : 1;
}

int config_edit_stage(int dirfd, const char *path, config_edit_text change, struct config_edit *ret)
{
	int r;

	*ret = (struct config_edit){ 0 };
	r = stage(dirfd, path, change, ret);
	ret->staged = r > 0;
	return r;
}

/* The second name is for going back without space; not every file system has them. */
static int keep_old(int dirfd, struct config_edit *edit)
{
	if (unlinkat(dirfd, CONFIG_EDIT_OLD, 0) < 0 && errno != ENOENT) /* left by a crash */
		return -errno;
	edit->kept = linkat(dirfd, CONFIG, dirfd, CONFIG_EDIT_OLD, 0) == 0;
	return 0;
}

int config_edit_commit(int dirfd, struct config_edit *edit)
{
	int r;

	if (!edit->staged)
		return 0;
	r = check_unchanged(dirfd, &edit->old);
	if (r == 0)
		r = keep_old(dirfd, edit);
	if (r == 0 && renameat(dirfd, TEMPORARY, dirfd, CONFIG) < 0)
		r = -errno;
	if (r < 0)
		return r;
	edit->committed = true;
	return fsync(dirfd) < 0 ? -errno : 0;
}

int config_edit_undo(int dirfd, struct config_edit *edit)
{
	if (!edit->committed)
		return 0;
	if (!edit->kept)
		return -ENOTSUP;
	if (renameat(dirfd, CONFIG_EDIT_OLD, dirfd, CONFIG) < 0)
		return -errno;
	edit->committed = false;
	return fsync(dirfd) < 0 ? -errno : 0;
}

int config_edit_tidy(int dirfd)
{
	int r = 0;

	if (unlinkat(dirfd, TEMPORARY, 0) < 0 && errno != ENOENT)
		r = -errno;
	if (unlinkat(dirfd, CONFIG_EDIT_OLD, 0) < 0 && errno != ENOENT)
		r = -errno;
	return r;
}

int config_edit_remove(int dirfd, const char *path)
{
	struct config_edit edit;
	int changed = config_edit_stage(dirfd, path, config_edit_remove_text, &edit), r;

	if (changed <= 0)
		return changed;
	r = config_edit_commit(dirfd, &edit);
	(void)config_edit_tidy(dirfd); /* what is left is in nobody's way */
	return r < 0 ? r : changed;
}
