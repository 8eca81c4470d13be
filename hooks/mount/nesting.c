/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See nesting.h. */
#include "config.h"

#include "hooks/mount/nesting.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "hooks/mount/place.h"
#include "lib/cleanup.h"
#include "lib/rootfs.h"

#define NESTING_NAME ".lxc"
#define NESTING "dev/" NESTING_NAME

static const struct mnt_option cover_options[] = { { "mode", "0555" }, { "size", "4k" } };
static const struct mnt_fs cover = {
	.type = "tmpfs",
	.source = "tmpfs",
	.options = cover_options,
	.n_options = 2,
};

/* Unmounts all file systems of that type on name in the folder fd. */
static int remove_mounts(int fd, const char *name, long magic)
{
	bool mounted = true;
	struct statfs fs;
	int r = 0;

	while (r == 0 && mounted) {
		auto_close int inner = rootfs_open_at(fd, name, O_PATH | O_DIRECTORY);

		if (inner == -ENOENT)
			return 0;
		r = inner < 0 ? inner : mnt_is_root(fd, inner, &mounted);
		if (r == 0 && fstatfs(inner, &fs) < 0)
			r = -errno;
		if (r == 0 && fs.f_type != magic)
			return 0; /* LXC's is none of these */
		if (r == 0 && mounted)
			r = mnt_remove(inner);
	}
	return r;
}

/*
 * With lxc.apparmor.allow_nesting LXC has mounted a second, unmasked /proc and /sys there.
 * AppArmor denies that path, but root in a privileged container gets round it in a user
 * namespace, where the sight of them, covered or not, lets it mount fresh ones: writing
 * core_pattern there is running code on the host.  (Where the guest has moved them elsewhere
 * meanwhile, the audit finds them, and refuses the start.)
 */
static int clear_nesting(const struct place *at, struct emit *why)
{
	int r = place_refuse_shared(at->fd, at->path, why);

	if (r < 0)
		return r;
	r = remove_mounts(at->fd, "proc", PROC_SUPER_MAGIC);
	if (r == 0)
		r = remove_mounts(at->fd, "sys", SYSFS_MAGIC);
	return r < 0 ? place_fail(why, "unmount what LXC has in '/" NESTING "'", r) : 0;
}

/* And nothing comes there later. */
static int cover_nesting(const struct place *at, struct emit *why)
{
	auto_close int detached = -EBADF;
	auto_close int root = place_put(&cover, &detached, at, why);
	int r;

	if (root < 0)
		return root;
	r = mnt_set_readonly(root);
	return r < 0 ? place_fail(why, "make '/" NESTING "' read-only", r) : 0;
}

int nesting_close(int devfd, struct emit *why)
{
	bool is_new, mounted = false;
	auto_close int fd = place_make_folder(devfd, NESTING_NAME, NESTING, &is_new, why);
	struct place at = { fd, devfd, NESTING_NAME, NESTING };
	int r;

	if (fd < 0)
		return fd;
	if (!is_new) {
		r = clear_nesting(&at, why);
		if (r < 0)
			return r;
		r = mnt_is_root(devfd, fd, &mounted);
		if (r < 0)
			return place_fail(why, "examine '/" NESTING "'", r);
	}
	return mounted ? 0 : cover_nesting(&at, why);
}
