/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See place.h. */
#include "config.h"

#include "hooks/mount/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/rootfs.h"

int place_fail(struct emit *why, const char *what, int r)
{
	emit_printf(why, "cannot %s: %s", what, strerror(-r));
	return r;
}

int place_open_folder(int dirfd, const char *name, const char *path, struct emit *why)
{
	int fd = rootfs_open_at(dirfd, name, O_PATH | O_DIRECTORY);

	if (fd == -ELOOP)
		emit_printf(why, "'/%s' of the guest is or contains a symlink", path);
	else if (fd < 0)
		emit_printf(why, "cannot open '/%s' of the guest: %s", path, strerror(-fd));
	return fd;
}

int place_make_folder(int parentfd, const char *name, const char *path, bool *ret_new,
		      struct emit *why)
{
	int r = mkdirat(parentfd, name, 0755) < 0 ? -errno : 0;

	*ret_new = r == 0;
	if (r < 0 && r != -EEXIST) {
		emit_printf(why, "cannot create '/%s' of the guest: %s", path, strerror(-r));
		return r;
	}
	return place_open_folder(parentfd, name, path, why);
}

int place_refuse_shared(int fd, const char *path, struct emit *why)
{
	bool shared;
	int r = mnt_is_shared(fd, &shared);

	if (r < 0) {
		emit_printf(why, "cannot tell whether '/%s' is a shared mount: %s", path,
			    strerror(-r));
		return r;
	}
	if (shared) {
		emit_printf(why, "'/%s' is a shared mount: the host would see ours", path);
		return -EXDEV;
	}
	return 0;
}

/*
 * The new root after mount(2), before Linux 5.2.  Only by name is it found, and the guest may
 * have swapped that meanwhile: then the mount cannot be undone by a descriptor, and goes with
 * the namespace as the start fails.
 */
static int open_classic(const struct place *at)
{
	auto_close int root = -EBADF;
	bool same;
	int r;

	root = rootfs_open_at(at->parentfd, at->name, O_PATH);
	r = root < 0 ? root : mnt_is_same(at->parentfd, root, &same);
	if (r == 0 && same)
		r = -ESTALE;
	if (r == 0)
		return take_fd(&root);
	(void)mnt_remove_at(at->parentfd, at->name); /* what is no mount it leaves alone */
	return r;
}

int place_put(const struct mnt_fs *fs, int *mntfd, const struct place *at, struct emit *why)
{
	int r;

	if (*mntfd < 0)
		*mntfd = mnt_new(fs);
	r = *mntfd < 0 ? *mntfd : mnt_attach(*mntfd, at->fd);
	if (r == 0)
		return take_fd(mntfd);
	if (r == -ENOSYS) {
		r = mnt_new_on(fs, at->fd);
		if (r == 0)
			r = open_classic(at);
	}
	if (r < 0)
		emit_printf(why, "cannot mount %s on '/%s' of the guest: %s", fs->type, at->path,
			    strerror(-r));
	return r;
}

static int bind_classic(int fd, const struct place *at)
{
	auto_close int root = -EBADF;
	struct stat want, got;
	int r = mnt_clone_on(fd, at->fd);

	if (r < 0)
		return r;
	root = open_classic(at);
	if (root < 0)
		return root;
	if (fstat(fd, &want) < 0 || fstat(root, &got) < 0)
		return -errno;
	/* Another mount that the guest has moved there meanwhile. */
	return want.st_dev == got.st_dev && want.st_ino == got.st_ino ? take_fd(&root) : -ESTALE;
}

int place_bind(int fd, const struct place *at, struct emit *why)
{
	auto_close int root = mnt_clone(fd);
	int r = root < 0 ? root : mnt_attach(root, at->fd);

	if (r == 0)
		return take_fd(&root);
	if (r == -ENOSYS)
		r = bind_classic(fd, at);
	if (r < 0)
		emit_printf(why, "cannot bind-mount on '/%s' of the guest: %s", at->path,
			    strerror(-r));
	return r;
}

int place_bind_readonly(int fd, const struct place *at, struct emit *why)
{
	auto_close int root = place_bind(fd, at, why);
	int r;

	if (root < 0)
		return root;
	r = mnt_set_readonly(root);
	if (r == 0)
		return take_fd(&root);
	emit_printf(why, "cannot make '/%s' of the guest read-only: %s", at->path, strerror(-r));
	(void)mnt_remove(root); /* the reason above is the one to tell */
	return r;
}
