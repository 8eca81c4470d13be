/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See nodev.h. */
#include "config.h"

#include "hooks/mount/nodev.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "hooks/hook.h"
#include "hooks/mount/place.h"
#include "lib/cleanup.h"
#include "lib/mntattr.h"

static bool is_same_fs(const struct mountinfo *a, const struct mountinfo *b)
{
	return a->major == b->major && a->minor == b->minor;
}

/*
 * LXC's own /dev: a whole tmpfs, directly on the root, and new.  One that the host has mounted
 * too was bound there, and can hold anything.
 */
static bool is_lxc_dev(const struct table *t, const struct table_mount *mount)
{
	char path[8];
	const char *target = table_path(t, mount, path, sizeof(path));

	if (!target || strcmp(target, "dev") != 0 || mount->m.parent != t->root->m.id ||
	    !span_is(mount->m.fstype, "tmpfs") || !span_is(mount->m.root, "/"))
		return false;
	for (size_t i = 0; i < t->n; i++) {
		if (!t->mount[i].within && is_same_fs(&t->mount[i].m, &mount->m))
			return false;
	}
	return true;
}

/* A piece of the container's root file system in a second place: its nodes stay closed. */
static bool is_own(const struct table *t, const struct table_mount *mount)
{
	struct span root = t->root->m.root;

	return is_same_fs(&mount->m, &t->root->m) &&
	       (span_is(root, "/") || span_is_within(mount->m.root, root));
}

/* Another mount, which it is not on, lies on the way to it. */
static bool is_hidden(const struct table *t, const struct table_mount *mount)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->mount[i].within && span_is_within(mount->m.target, t->mount[i].m.target) &&
		    !table_is_on(t, mount, &t->mount[i]))
			return true;
	}
	return false;
}

/*
 * The mount's root: an owned descriptor; -ENOENT if the mount is hidden; else -errno, -EXDEV if
 * its path leads elsewhere: whoever moves a mount now is up to something.
 */
static int open_root(const struct table *t, const struct table_mount *mount, int rootfd)
{
	int fd = table_open(t, mount, rootfd);

	if (fd == -ESTALE || fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return is_hidden(t, mount) ? -ENOENT : -EXDEV;
	return fd;
}

static int fail(const struct table *t, const struct table_mount *mount, int r, struct emit *why)
{
	struct hook_text text;
	char path[PATH_MAX];
	const char *target = table_path(t, mount, path, sizeof(path));

	emit_printf(why, "cannot close the device nodes on '/%s' of the guest: %s",
		    target ? hook_escape(&text, target) : "...",
		    r == -EXDEV ? "it was moved" : strerror(-r));
	return r;
}

/* 1 if devices stay where fd, the root of the mount, is; 0 if not; or -errno. */
static int is_exempt(const struct table *t, const struct table_mount *mount, int fd)
{
	struct stat st;

	if (span_is(mount->m.root, "/"))
		return span_is(mount->m.fstype, "devpts") || is_lxc_dev(t, mount);
	if (fstat(fd, &st) < 0)
		return -errno;
	/* A single node, bound in from the host. */
	return (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) && !is_own(t, mount);
}

/* All but those where devices stay, one by one; or, where all have been set at once, those back. */
static int set_each(int rootfd, const struct table *t, bool back, struct emit *why)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct table_mount *mount = &t->mount[i];
		auto_close int fd = -EBADF;
		int r;

		if (!mount->within || mountinfo_has_option(mount->m.options, "nodev"))
			continue;
		fd = open_root(t, mount, rootfd);
		if (fd == -ENOENT)
			continue;
		r = fd < 0 ? fd : is_exempt(t, mount, fd);
		if (r == 1 && back)
			r = mntattr_clear_nodev(fd);
		else if (r == 0 && !back)
			r = mntattr_remount_nodev(fd, mount->m.options);
		if (r < 0)
			return fail(t, mount, r, why);
	}
	return 0;
}

int nodev_set(int rootfd, const struct table *t, struct emit *why)
{
	int r = mntattr_set_nodev_all(rootfd);

	if (r < 0 && r != -ENOSYS)
		return fail(t, t->root, r, why);
	return set_each(rootfd, t, r == 0, why); /* -ENOSYS: before Linux 5.12 */
}
