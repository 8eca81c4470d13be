/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See hierarchy.h: what is on the guest's /sys/fs/cgroup, and mounting there. */
#include "config.h"

#include "hooks/mount/hierarchy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "hooks/mount/place.h"
#include "lib/cleanup.h"
#include "lib/rootfs.h"

#define TARGET "sys/fs/cgroup"
#define TARGET_PARENT "sys/fs"
#define TARGET_NAME "cgroup"

/* Holds the mount point of name=systemd, and nothing else. */
static const struct mnt_option frame_options[] = { { "mode", "755" }, { "size", "64k" } };
static const struct mnt_fs frame_fs = {
	.type = "tmpfs",
	.source = "tmpfs",
	.options = frame_options,
	.n_options = 2,
};

/* True if the folder holds name and nothing else. */
static bool holds_only(int dirfd, const char *name)
{
	auto_closedir DIR *dir = NULL;
	struct dirent *entry;
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return false;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd); /* only ever read from */
		return false;
	}
	do {
		errno = 0;
		entry = readdir(dir);
		if (entry && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, name) != 0)
			return false;
	} while (entry);
	return errno == 0;
}

/* True if the folder fd is the container's own cgroup of h, writable. */
static bool is_right_cgroup(int fd, enum cgroup_hierarchy h)
{
	struct statvfs vfs;
	enum cgroup_root root;

	return fstatvfs(fd, &vfs) == 0 && !(vfs.f_flag & ST_RDONLY) &&
	       cgroup_check_root(fd, h, &root) == 0 && root == CGROUP_ROOT_OWN;
}

static bool is_right(int fd, long magic, enum cgroup_hierarchy h)
{
	auto_close int inner = -EBADF;
	struct statfs fs;

	if (h == CGROUP_UNIFIED)
		return magic == CGROUP2_SUPER_MAGIC && is_right_cgroup(fd, h);
	if (magic != TMPFS_MAGIC || !holds_only(fd, "systemd"))
		return false;
	inner = rootfs_open_at(fd, "systemd", O_RDONLY | O_DIRECTORY);
	return inner >= 0 && fstatfs(inner, &fs) == 0 && fs.f_type == CGROUP_SUPER_MAGIC &&
	       is_right_cgroup(inner, h);
}

int hierarchy_look(int rootfd, enum cgroup_hierarchy h, struct hierarchy_place *ret,
		   struct emit *why)
{
	struct statfs fs;
	bool mounted;
	int r;

	ret->fd = -EBADF;
	ret->parentfd = place_open_folder(rootfd, TARGET_PARENT, TARGET_PARENT, why);
	if (ret->parentfd < 0)
		return ret->parentfd;
	ret->fd = place_open_folder(ret->parentfd, TARGET_NAME, TARGET, why);
	if (ret->fd < 0)
		return ret->fd;
	r = mnt_is_root(ret->parentfd, ret->fd, &mounted);
	if (r < 0)
		return place_fail(why, "tell whether '/" TARGET "' is mounted", r);
	if (!mounted) {
		ret->state = HIERARCHY_ABSENT;
		return 0;
	}
	if (fstatfs(ret->fd, &fs) < 0)
		return place_fail(why, "examine '/" TARGET "'", -errno);
	if (is_right(ret->fd, fs.f_type, h)) {
		ret->state = HIERARCHY_RIGHT;
	} else if (fs.f_type == TMPFS_MAGIC || fs.f_type == CGROUP_SUPER_MAGIC ||
		   fs.f_type == CGROUP2_SUPER_MAGIC) {
		ret->state = HIERARCHY_REPLACE;
	} else {
		emit_str(why, "'/" TARGET "' is taken by a file system that is not cgroups");
		return -EEXIST;
	}
	return 0;
}

void hierarchy_leave(struct hierarchy_place *place)
{
	cleanup_close(&place->fd);
	cleanup_close(&place->parentfd);
}

static int put_unified(struct hierarchy *h, const struct place *target, int *ret, struct emit *why)
{
	int judged = h->mntfd; /* by try_hierarchy(), before anybody could see it */
	auto_close int root = place_put(hierarchy_fs(CGROUP_UNIFIED), &h->mntfd, target, why);
	int r;

	if (root < 0)
		return root;
	r = root == judged ? 1 : hierarchy_judge_root(root, CGROUP_UNIFIED, why);
	if (r == 1) {
		*ret = take_fd(&root);
		return 0;
	}
	(void)mnt_remove(root); /* the reason above is the one to tell */
	return r < 0 ? r : -EPERM;
}

/* name=systemd in the folder that systemd looks for it in, and that folder closed. */
static int fill_frame(struct hierarchy *h, int frame, struct emit *why)
{
	int judged = h->mntfd; /* as in put_unified() */
	auto_close int on = -EBADF;
	auto_close int root = -EBADF;
	struct place inner = { -EBADF, frame, "systemd", TARGET "/systemd" };
	int r;

	if (mkdirat(frame, inner.name, 0755) < 0)
		return place_fail(why, "create a folder on the tmpfs for '/" TARGET "'", -errno);
	on = inner.fd = place_open_folder(frame, inner.name, inner.path, why);
	if (on < 0)
		return on;
	root = place_put(hierarchy_fs(CGROUP_SYSTEMD), &h->mntfd, &inner, why);
	if (root < 0)
		return root;
	r = root == judged ? 1 : hierarchy_judge_root(root, CGROUP_SYSTEMD, why);
	if (r <= 0)
		return r < 0 ? r : -EPERM;
	r = mnt_set_readonly(frame);
	return r < 0 ? place_fail(why, "make '/" TARGET "' read-only", r) : 0;
}

static int put_systemd(struct hierarchy *h, const struct place *target, struct emit *why)
{
	auto_close int detached = -EBADF;
	auto_close int frame = place_put(&frame_fs, &detached, target, why);
	int r;

	if (frame < 0)
		return frame;
	r = fill_frame(h, frame, why);
	if (r < 0)
		(void)mnt_remove(frame); /* with all in it; the reason is told already */
	return r;
}

int hierarchy_mount(const struct hierarchy_place *place, struct hierarchy *h, int *ret,
		    struct emit *why)
{
	struct place target = { place->fd, place->parentfd, TARGET_NAME, TARGET };
	auto_close int bare = -EBADF;
	int r;

	r = place_refuse_shared(target.parentfd, TARGET_PARENT, why);
	if (r < 0)
		return r;
	if (place->state == HIERARCHY_REPLACE) {
		r = mnt_remove_at(target.parentfd, target.name);
		/* -EINVAL: it came with a folder of the host's and is locked; ours then covers it.
		 */
		if (r < 0 && r != -EINVAL)
			return place_fail(why, "unmount what is on '/" TARGET "'", r);
		bare = place_open_folder(target.parentfd, target.name, TARGET, why);
		if (bare < 0)
			return bare;
		target.fd = bare;
	}
	return h->which == CGROUP_UNIFIED ? put_unified(h, &target, ret, why)
					  : put_systemd(h, &target, why);
}
