/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mnt.h. */
#include "config.h"

#include "lib/mnt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"
#include "lib/mountinfo.h"

/* The kernel's numbers: the C library's headers may be older, and <linux/mount.h> clashes. */
enum {
	NR_OPEN_TREE = 428,
	NR_MOVE_MOUNT = 429,
	NR_FSOPEN = 430,
	NR_FSCONFIG = 431,
	NR_FSMOUNT = 432,
	NR_MOUNT_SETATTR = 442,
	NR_STATMOUNT = 457,
	OPEN_CLOEXEC = 1,	 /* FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC */
	TREE_CLONE = 1,		 /* OPEN_TREE_CLONE; OPEN_TREE_CLOEXEC is O_CLOEXEC */
	TREE_RECURSIVE = 0x8000, /* AT_RECURSIVE */
	SET_FLAG = 0,		 /* FSCONFIG_* */
	SET_STRING = 1,
	CMD_CREATE = 6,
	ATTR_RDONLY = 1, /* MOUNT_ATTR_* */
	ATTR_NOSUID = 2,
	ATTR_NODEV = 4,
	ATTR_NOEXEC = 8,
	MOVE_F_EMPTY = 0x04,
	MOVE_T_EMPTY = 0x40,
	WANT_MNT_ID_UNIQUE = 0x4000, /* STATX_* */
	ATTR_IS_MOUNT_ROOT = 0x2000, /* STATX_ATTR_MOUNT_ROOT */
	STATMOUNT_BASIC = 0x02,	     /* STATMOUNT_MNT_BASIC */
};

struct attr {
	uint64_t set, clear, propagation, userns_fd;
};

/* struct mnt_id_req of <linux/mount.h>, as first published. */
struct statmount_request {
	uint32_t size, spare;
	uint64_t mnt_id, wanted;
};

/* struct statmount: its fixed part. */
struct statmount_answer {
	uint32_t size, mnt_opts;
	uint64_t mask;
	uint32_t sb_dev_major, sb_dev_minor;
	uint64_t sb_magic;
	uint32_t sb_flags, fs_type;
	uint64_t mnt_id, mnt_parent_id;
	uint32_t mnt_id_old, mnt_parent_id_old;
	uint64_t mnt_attr, propagation;
	uint64_t rest[64]; /* 512 bytes in all at present, and it may grow */
};

#define FD_PATH_SIZE (sizeof("/proc/self/fd/") + 11)

/* A path that names what the descriptor names and nothing else, whatever happens to names. */
static void fd_path(char path[FD_PATH_SIZE], int fd)
{
	(void)snprintf(path, FD_PATH_SIZE, "/proc/self/fd/%d", fd); /* sized to fit */
}

static int set_option(int fsfd, const char *key, const char *value)
{
	if (syscall(NR_FSCONFIG, fsfd, value ? SET_STRING : SET_FLAG, key, value, 0) < 0)
		return -errno;
	return 0;
}

int mnt_new(const struct mnt_fs *fs)
{
	unsigned int attrs = ATTR_NOSUID | ATTR_NODEV | (fs->executable ? 0 : ATTR_NOEXEC);
	auto_close int fsfd = -EBADF;
	long fd;
	int r;

	fsfd = (int)syscall(NR_FSOPEN, fs->type, OPEN_CLOEXEC);
	if (fsfd < 0)
		return -errno;
	r = set_option(fsfd, "source", fs->source);
	for (size_t i = 0; r == 0 && i < fs->n_options; i++)
		r = set_option(fsfd, fs->options[i].key, fs->options[i].value);
	if (r < 0)
		return r;
	if (syscall(NR_FSCONFIG, fsfd, CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = syscall(NR_FSMOUNT, fsfd, OPEN_CLOEXEC, attrs);
	return fd < 0 ? -errno : (int)fd;
}

int mnt_clone(int fd)
{
	long r = syscall(NR_OPEN_TREE, fd, "",
			 AT_EMPTY_PATH | TREE_CLONE | TREE_RECURSIVE | O_CLOEXEC);

	return r < 0 ? -errno : (int)r;
}

int mnt_attach(int mntfd, int targetfd)
{
	if (syscall(NR_MOVE_MOUNT, mntfd, "", targetfd, "", MOVE_F_EMPTY | MOVE_T_EMPTY) < 0)
		return -errno;
	return 0;
}

int mnt_new_on(const struct mnt_fs *fs, int targetfd)
{
	unsigned long flags = MS_NOSUID | MS_NODEV | (fs->executable ? 0 : MS_NOEXEC);
	char data[256], path[FD_PATH_SIZE];
	struct emit e = EMIT_INIT(data);

	data[0] = '\0';
	for (size_t i = 0; i < fs->n_options; i++) {
		emit_printf(&e, "%s%s", i ? "," : "", fs->options[i].key);
		if (fs->options[i].value)
			emit_printf(&e, "=%s", fs->options[i].value);
	}
	if (e.full)
		return -E2BIG;
	fd_path(path, targetfd);
	return mount(fs->source, path, fs->type, flags, data) < 0 ? -errno : 0;
}

int mnt_clone_on(int fd, int targetfd)
{
	char from[FD_PATH_SIZE], to[FD_PATH_SIZE];

	fd_path(from, fd);
	fd_path(to, targetfd);
	return mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0 ? -errno : 0;
}

int mnt_set_readonly(int rootfd)
{
	struct attr attr = { .set = ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV };
	unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV;
	char path[FD_PATH_SIZE];
	struct statvfs vfs;

	if (syscall(NR_MOUNT_SETATTR, rootfd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) == 0)
		return 0;
	if (errno != ENOSYS || fstatvfs(rootfd, &vfs) < 0)
		return -errno;
	/* A remount sets all flags anew, and in a user namespace may take none away. */
	flags |= vfs.f_flag & ST_NOEXEC ? MS_NOEXEC : 0;
	flags |= vfs.f_flag & ST_NOATIME ? MS_NOATIME : 0;
	flags |= vfs.f_flag & ST_NODIRATIME ? MS_NODIRATIME : 0;
	flags |= vfs.f_flag & ST_RELATIME ? MS_RELATIME : 0;
	fd_path(path, rootfd);
	return mount(NULL, path, NULL, flags, NULL) < 0 ? -errno : 0;
}

int mnt_remove(int rootfd)
{
	char path[FD_PATH_SIZE];

	fd_path(path, rootfd);
	/*
	 * Detaching unmounts what is below too, and each of those also from the peers of the
	 * mount that it is on: with a shared bind of the host's folder, the host's own.
	 */
	if (mount(NULL, path, NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	/* Lazily: the descriptor itself keeps the mount busy. */
	return umount2(path, MNT_DETACH) < 0 ? -errno : 0;
}

int mnt_remove_at(int parentfd, const char *name)
{
	auto_close int fd = -EBADF;

	if (strchr(name, '/') || strlen(name) > NAME_MAX)
		return -EINVAL;
	/* A symlink is opened itself, and is no mount. */
	fd = openat(parentfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : mnt_remove(fd);
}

/* Before Linux 5.8. */
static int read_fdinfo_mount_id(int fd, uint64_t *ret)
{
	auto_free char *text = NULL;
	auto_close int dirfd = -EBADF;
	struct span rest, line, key;
	char name[16];
	int r;

	dirfd = open("/proc/self/fdinfo", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return -errno;
	(void)snprintf(name, sizeof(name), "%d", fd); /* sized to fit */
	r = io_read_file_at(dirfd, name, 4096, &text, &rest.n);
	if (r < 0)
		return r;
	rest.p = text;
	while (span_next_line(&rest, &line)) {
		if (span_next_field(&line, ':', &key) && span_is(key, "mnt_id"))
			return span_parse_u64(span_trim(line), 10, UINT64_MAX, ret);
	}
	return -ENODATA;
}

int mnt_get_id(int fd, uint64_t *ret)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) == 0 &&
	    (st.stx_mask & STATX_MNT_ID)) {
		*ret = st.stx_mnt_id;
		return 0;
	}
	return read_fdinfo_mount_id(fd, ret);
}

/* statmount(2), Linux 6.8: the one mount that is asked for, however many there are. */
static int stat_mount_shared(int fd, bool *ret)
{
	struct statmount_request request = { .size = sizeof(request), .wanted = STATMOUNT_BASIC };
	struct statmount_answer answer;
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, WANT_MNT_ID_UNIQUE, &st) < 0)
		return -errno;
	if (!(st.stx_mask & WANT_MNT_ID_UNIQUE))
		return -ENOSYS;
	request.mnt_id = st.stx_mnt_id;
	if (syscall(NR_STATMOUNT, &request, &answer, sizeof(answer), 0) < 0)
		return -errno;
	if (!(answer.mask & STATMOUNT_BASIC))
		return -ENODATA;
	*ret = answer.propagation & MS_SHARED;
	return 0;
}

int mnt_read_table(char **ret_text, struct span *ret)
{
	auto_close int dirfd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = dirfd < 0 ? -errno
			  : io_read_file_at(dirfd, "mountinfo", 16 << 20, ret_text, &ret->n);

	ret->p = r < 0 ? NULL : *ret_text;
	return r;
}

/* The way before, which reads of all mounts. */
static int find_mount_shared(int fd, bool *ret)
{
	auto_free char *text = NULL;
	struct mountinfo m;
	struct span rest;
	uint64_t id;
	int r;

	r = mnt_get_id(fd, &id);
	if (r == 0)
		r = mnt_read_table(&text, &rest);
	if (r < 0)
		return r;
	while ((r = mountinfo_next(&rest, &m)) > 0) {
		if (m.id != id)
			continue;
		*ret = m.shared;
		return 0;
	}
	return r < 0 ? r : -ENOENT;
}

int mnt_is_shared(int fd, bool *ret)
{
	/* Whatever the reason why it does not tell, the text does. */
	return stat_mount_shared(fd, ret) == 0 ? 0 : find_mount_shared(fd, ret);
}

int mnt_is_same(int fd_a, int fd_b, bool *ret)
{
	uint64_t a = 0, b = 0;
	int r;

	r = mnt_get_id(fd_a, &a);
	if (r == 0)
		r = mnt_get_id(fd_b, &b);
	if (r == 0)
		*ret = a == b;
	return r;
}

int mnt_is_root(int parentfd, int fd, bool *ret)
{
	struct statx st;
	bool same;
	int r;

	/* Linux 5.8 tells at once. */
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &st) == 0 &&
	    (st.stx_attributes_mask & ATTR_IS_MOUNT_ROOT)) {
		*ret = st.stx_attributes & ATTR_IS_MOUNT_ROOT;
		return 0;
	}
	r = mnt_is_same(parentfd, fd, &same);
	if (r == 0)
		*ret = !same;
	return r;
}

/* The path of the folder fd as the table of mounts has it, in the process's own namespace. */
static int read_path(int fd, char buf[static PATH_MAX])
{
	char link[FD_PATH_SIZE];
	ssize_t n;

	fd_path(link, fd);
	n = readlink(link, buf, PATH_MAX);
	if (n < 0 || n >= PATH_MAX)
		return n < 0 ? -errno : -ENAMETOOLONG;
	buf[n] = '\0';
	return 0;
}

int mnt_list_within(int fd, char **ret)
{
	char path[PATH_MAX], target[PATH_MAX];
	auto_free char *text = NULL;
	auto_free char *list = NULL;
	struct mountinfo m;
	struct span rest = { NULL, 0 };
	size_t n = 0, size;
	int r;

	r = read_path(fd, path);
	if (r == 0)
		r = mnt_read_table(&text, &rest);
	if (r < 0)
		return r;
	list = calloc(1, rest.n + 1); /* no more than the table, unescaped */
	if (!list)
		return -ENOMEM;
	while ((r = mountinfo_next(&rest, &m)) > 0) {
		if (mountinfo_unescape(m.target, target, sizeof(target)) < 0 ||
		    strlen(target) <= strlen(path) ||
		    !span_is_within(span_of(target), span_of(path)))
			continue;
		size = strlen(target) - strlen(path); /* with its NUL, less the '/' */
		memcpy(list + n, target + strlen(path) + 1, size);
		n += size;
	}
	if (r < 0)
		return r;
	*ret = take_ptr(&list);
	return 0;
}
