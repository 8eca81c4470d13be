/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See snapshot.h. */
#include "config.h"

#include "tools/copy/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/btrfs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "lib/cleanup.h"
#include "lib/rootfs.h"
#include "tools/config/lxcconf.h"
#include "tools/container/harden-dir.h"
#include "tools/copy/copy.h"
#include "tools/copy/root.h"
#include "tools/process/deadline.h"

#define SUBVOLUME_INODE 256 /* of the root of each: BTRFS_FIRST_FREE_OBJECTID */

/* --- btrfs ------------------------------------------------------------------------- */

static bool is_subvolume(int fd)
{
	struct statfs fs;
	struct stat st;

	return fstatfs(fd, &fs) == 0 && (unsigned long)fs.f_type == BTRFS_SUPER_MAGIC &&
	       fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && st.st_ino == SUBVOLUME_INODE;
}

/* Readable, as ioctl(2) takes no O_PATH. */
static int open_root(const char *root)
{
	struct span type, path = lxcconf_rootfs_path(root, &type);
	auto_close int pathfd = -EBADF;
	int fd;

	/* Layers and images are no folder by that path. */
	if (path.p[0] != '/')
		return -EINVAL;
	pathfd = rootfs_open(path.p);
	if (pathfd < 0)
		return pathfd;
	fd = openat(pathfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Of one file system, whatever subvolumes they are in. */
static bool is_same(int fd_a, int fd_b)
{
	struct btrfs_ioctl_fs_info_args a = { .nodesize = 0 }, b = { .nodesize = 0 };

	return ioctl(fd_a, BTRFS_IOC_FS_INFO, &a) == 0 && ioctl(fd_b, BTRFS_IOC_FS_INFO, &b) == 0 &&
	       memcmp(a.fsid, b.fsid, sizeof(a.fsid)) == 0;
}

bool prove_snapshot_is_possible(const char *root, int harden)
{
	auto_close int fd = open_root(root);

	return fd >= 0 && is_subvolume(fd) && is_same(fd, harden);
}

/* To where the copies look for it; the folder "harden" may be another's, and is not walked. */
static int show(int fd, const char *room, char target[PATH_MAX])
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* sized to fit */
	(void)snprintf(target, PATH_MAX, "%s/root", room);	    /* our own, short */
	if (mkdir(target, 0755) < 0 || mount(path, target, NULL, MS_BIND, NULL) < 0)
		return -errno;
	return 0;
}

/*
 * The snapshot, by the mounts of this namespace: what is bound has to be of one of them, and
 * the folder "harden" was opened in another.
 */
static int open_snapshot(const struct prove_setup *setup, int harden)
{
	auto_close int here = harden_dir_find(setup->lxcpath, setup->name, O_NOFOLLOW);
	auto_close int fd = -EBADF;
	struct stat there, found;

	if (here < 0)
		return here;
	if (fstat(harden, &there) < 0 || fstat(here, &found) < 0)
		return -errno;
	if (there.st_dev != found.st_dev || there.st_ino != found.st_ino)
		return -ESTALE;
	fd = openat(here, PROVE_SNAPSHOT_NAME, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return is_subvolume(fd) ? take_fd(&fd) : -ESTALE;
}

int prove_snapshot_make(struct prove_setup *setup, int harden)
{
	struct btrfs_ioctl_vol_args_v2 args = { .flags = BTRFS_SUBVOL_RDONLY,
						.name = PROVE_SNAPSHOT_NAME };
	auto_close int from = open_root(setup->root);
	auto_close int fd = -EBADF;
	char target[PATH_MAX];
	int r;

	if (from < 0)
		return from;
	args.fd = from;
	if (ioctl(harden, BTRFS_IOC_SNAP_CREATE_V2, &args) < 0)
		return -errno;
	fd = open_snapshot(setup, harden);
	if (fd < 0)
		return fd;
	r = show(fd, setup->room, target);
	return r < 0 ? r : prove_root_set(setup, target);
}

void prove_snapshot_sweep(int harden)
{
	auto_close int fd = openat(harden, PROVE_SNAPSHOT_NAME,
				   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct btrfs_ioctl_vol_args args = { .name = PROVE_SNAPSHOT_NAME };

	/* What else bears the name is not ours; a snapshot that stays is found the next time. */
	if (fd >= 0 && is_subvolume(fd))
		(void)ioctl(harden, BTRFS_IOC_SNAP_DESTROY, &args);
}

/* --- A copy -------------------------------------------------------------------------- */

static int copy_frozen(int from, int to, struct prove_freezer *freezer, unsigned int *ret_ms)
{
	int64_t begin = prove_deadline_now();
	int r = prove_freezer_freeze(freezer), s;

	if (r == 0)
		r = prove_copy_tree(from, to);
	s = prove_freezer_thaw(freezer);
	*ret_ms = (unsigned int)(prove_deadline_now() - begin);
	return r < 0 ? r : s;
}

int prove_snapshot_copy(struct prove_setup *setup, int fd, struct prove_freezer *freezer,
			unsigned int *ret_ms)
{
	char target[PATH_MAX];
	int r;

	/* Before it is held still; and what has just been looked at is copied faster. */
	if (!prove_copy_fits(fd))
		return -EFBIG;
	(void)snprintf(target, sizeof(target), "%s/root", setup->room); /* our own, short */
	if (mkdir(target, 0755) < 0 || mount("prove", target, "tmpfs", 0, "mode=0755,size=60%") < 0)
		return -errno;
	auto_close int to = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	r = to < 0 ? -errno : copy_frozen(fd, to, freezer, ret_ms);
	return r < 0 ? r : prove_root_set(setup, target);
}
