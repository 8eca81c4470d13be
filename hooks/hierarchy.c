/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See hierarchy.h. */
#include "config.h"

#include "hooks/hierarchy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/mnt.h"
#include "lib/proc.h"
#include "lib/rootfs.h"

#define TARGET "sys/fs/cgroup"
#define TARGET_PARENT "sys/fs"

/* systemd's NEWS: 230 knows cgroup2 as the kernel has it since 4.5; 258 knows only that. */
enum { SYSTEMD_FIRST_UNIFIED = 230, SYSTEMD_FIRST_WITHOUT_LEGACY = 258 };

static const struct mnt_fs unified_fs = { .type = "cgroup2", .source = "cgroup2" };

static const struct mnt_option systemd_options[] = { { "none", NULL }, { "name", "systemd" } };
static const struct mnt_fs systemd_fs = {
	.type = "cgroup",
	.source = "cgroup",
	.options = systemd_options,
	.n_options = 2,
};

/* Holds the mount point of name=systemd, and nothing else. */
static const struct mnt_option frame_options[] = { { "mode", "755" }, { "size", "64k" } };
static const struct mnt_fs frame_fs = {
	.type = "tmpfs",
	.source = "tmpfs",
	.options = frame_options,
	.n_options = 2,
};

const char *hierarchy_name(enum cgroup_hierarchy h)
{
	return h == CGROUP_UNIFIED ? "unified" : "name=systemd";
}

static const struct mnt_fs *fs_of(enum cgroup_hierarchy h)
{
	return h == CGROUP_UNIFIED ? &unified_fs : &systemd_fs;
}

static int fail(struct emit *why, const char *what, int r)
{
	emit_printf(why, "cannot %s: %s", what, strerror(-r));
	return r;
}

/* Whether the guest's init can work with it; an unknown version gets the benefit of the doubt. */
static bool init_knows(const struct initver *init, enum cgroup_hierarchy h, struct emit *why)
{
	if (init->kind != INITVER_SYSTEMD || !init->version)
		return true;
	if (h == CGROUP_UNIFIED && init->version < SYSTEMD_FIRST_UNIFIED)
		emit_printf(why, "systemd %u does not know it", init->version);
	else if (h == CGROUP_SYSTEMD && init->version >= SYSTEMD_FIRST_WITHOUT_LEGACY)
		emit_printf(why, "systemd %u does not know it any more", init->version);
	else
		return true;
	return false;
}

/*
 * 1 if the mounted root is the container's own, else 0 and why.  This is the check that
 * counts: in every cgroup namespace the path is "/", also where the namespace is rooted
 * in a cgroup of the host's.
 */
static int judge_root(int mntfd, enum cgroup_hierarchy h, struct emit *why)
{
	static const char *const reasons[] = {
		[CGROUP_ROOT_HIERARCHY] = "LXC made the container no cgroup of its own there",
		[CGROUP_ROOT_FOREIGN] = "the cgroup there is not the container's alone",
		[CGROUP_ROOT_READONLY] = "the cgroup there is not the container's to write",
	};
	enum cgroup_root root;
	int r;

	r = cgroup_check_root(mntfd, h, &root);
	if (r < 0)
		return fail(why, "examine the cgroup", r);
	if (root == CGROUP_ROOT_OWN)
		return 1;
	emit_str(why, reasons[root]);
	return 0;
}

/*
 * 1 if our cgroup of h roots our cgroup namespace and the host is not in it, else 0 and
 * why; -EPERM if there is no such namespace, in which no hierarchy is the container's own.
 */
static int judge_path(const struct cgroup *cg, enum cgroup_hierarchy h, struct emit *why)
{
	bool shared;
	int r;

	if (!cg->path[h].p) {
		emit_str(why, "the host has none");
		return 0;
	}
	if (!cgroup_is_ns_root(cg, h)) {
		emit_str(why, "the container has no cgroup namespace of its own");
		return -EPERM;
	}
	r = cgroup_find_parent_in(h, &shared);
	/* A hidden monitor is another user's: its cgroup is then one we may not write, judged
	 * later. */
	if (r == -ENOENT)
		return 1;
	if (r < 0)
		return fail(why, "find the container's monitor in '/proc'", r);
	if (shared)
		emit_str(why,
			 "LXC made the container no cgroup of its own there, but the monitor's");
	return !shared;
}

struct verdict {
	int r;
	char why[256];
};

/* In the child: nobody else sees this mount, and it ends with the process. */
static struct verdict judge_here(enum cgroup_hierarchy h)
{
	struct verdict v = { .r = 0 };
	struct emit why = EMIT_INIT(v.why);
	auto_close int on = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int root = -EBADF;

	if (on < 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		v.r = fail(&why, "make a mount namespace to look at the cgroup", -errno);
		return v;
	}
	/* Anew: the one from before is in the old namespace. */
	cleanup_close(&on);
	on = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	v.r = on < 0 ? -errno : mnt_new_on(fs_of(h), on);
	if (v.r < 0) {
		emit_printf(&why, "it cannot be mounted: %s", strerror(-v.r));
		v.r = 0;
		return v;
	}
	root = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	v.r = root < 0 ? fail(&why, "open the cgroup", -errno) : judge_root(root, h, &why);
	return v;
}

/*
 * judge_root() where there are no detached mounts, before Linux 5.2: in a child with a
 * mount namespace of its own, so that the guest is not shown first what may be refused.
 */
static int judge_apart(enum cgroup_hierarchy h, struct emit *why)
{
	struct verdict v = { .r = -EPIPE, .why = "cannot examine the cgroup: its child died" };
	auto_close int in = -EBADF, out = -EBADF;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail(why, "make a pipe", -errno);
	in = fds[0];
	out = fds[1];
	pid = fork();
	if (pid < 0)
		return fail(why, "start a process", -errno);
	if (pid == 0) {
		v = judge_here(h);
		_exit(write(out, &v, sizeof(v)) != sizeof(v));
	}
	cleanup_close(&out);
	out = -EBADF;
	if (read(in, &v, sizeof(v)) != sizeof(v))
		v.r = -EPIPE;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	emit_str(why, v.r == 1 ? "" : v.why);
	return v.r;
}

/* 1 and *ret if the guest can have h; 0 and why; or -errno and why. */
static int try_hierarchy(const struct initver *init, const struct cgroup *cg,
			 enum cgroup_hierarchy h, struct hierarchy *ret, struct emit *why)
{
	auto_close int mntfd = -EBADF;
	int r;

	if (!init_knows(init, h, why))
		return 0;
	r = judge_path(cg, h, why);
	if (r <= 0)
		return r;
	mntfd = mnt_new(fs_of(h));
	if (mntfd == -ENOSYS) {
		r = judge_apart(h, why);
		if (r > 0)
			*ret = (struct hierarchy){ h, -EBADF };
		return r;
	}
	if (mntfd < 0) {
		emit_printf(why, "it cannot be mounted: %s", strerror(-mntfd));
		return 0;
	}
	r = judge_root(mntfd, h, why);
	if (r <= 0)
		return r;
	*ret = (struct hierarchy){ h, take_fd(&mntfd) };
	return 1;
}

int hierarchy_choose(const struct initver *init, struct hierarchy *ret, struct emit *why)
{
	/* The newer one first: it shows a guest fewest of the host's controllers, and lasts. */
	static const enum cgroup_hierarchy order[] = { CGROUP_UNIFIED, CGROUP_SYSTEMD };
	auto_close int procfd = proc_open(0);
	auto_free char *text = NULL;
	struct cgroup cg;
	size_t size;
	int r = procfd;

	if (r >= 0)
		r = proc_read(procfd, "cgroup", &text, &size);
	if (r >= 0)
		r = cgroup_parse((struct span){ text, size }, &cg);
	if (r < 0)
		return fail(why, "read '/proc/self/cgroup'", r);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		emit_printf(why, "%s%s: ", i ? "; " : "", hierarchy_name(order[i]));
		r = try_hierarchy(init, &cg, order[i], ret, why);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Opens a folder beneath the root; says where it failed. */
static int open_folder(int rootfd, const char *path, struct emit *why)
{
	int fd = rootfs_open_at(rootfd, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);

	if (fd == -ELOOP)
		emit_printf(why, "'/%s' of the guest is or contains a symlink", path);
	else if (fd < 0)
		emit_printf(why, "cannot open '/%s' of the guest: %s", path, strerror(-fd));
	return fd;
}

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
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, name) != 0)
			return false;
	}
	return true;
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

int hierarchy_look(int rootfd, enum cgroup_hierarchy h, enum hierarchy_state *ret, struct emit *why)
{
	auto_close int parent = open_folder(rootfd, TARGET_PARENT, why);
	auto_close int target = parent < 0 ? parent : open_folder(rootfd, TARGET, why);
	struct statfs fs;
	bool same;
	int r;

	if (target < 0)
		return target;
	r = mnt_is_same(parent, target, &same);
	if (r < 0)
		return fail(why, "tell whether '/" TARGET "' is mounted", r);
	if (same) {
		*ret = HIERARCHY_ABSENT;
		return 0;
	}
	if (fstatfs(target, &fs) < 0)
		return fail(why, "examine '/" TARGET "'", -errno);
	if (is_right(target, fs.f_type, h)) {
		*ret = HIERARCHY_RIGHT;
	} else if (fs.f_type == TMPFS_MAGIC || fs.f_type == CGROUP_SUPER_MAGIC ||
		   fs.f_type == CGROUP2_SUPER_MAGIC) {
		*ret = HIERARCHY_REPLACE;
	} else {
		emit_str(why, "'/" TARGET "' is taken by a file system that is not cgroups");
		return -EEXIST;
	}
	return 0;
}

/*
 * A mount on a shared mount shows up in its peers, the host's among them, and so does
 * an unmount.  LXC makes the container's mounts private or slave; if not, stop.
 */
static int refuse_shared(int fd, struct emit *why)
{
	bool shared;
	int r = mnt_is_shared(fd, &shared);

	if (r < 0)
		return fail(why, "tell whether '/" TARGET_PARENT "' is a shared mount", r);
	if (shared) {
		emit_str(why, "'/" TARGET_PARENT "' is a shared mount: the host would see ours");
		return -EXDEV;
	}
	return 0;
}

/* Where a file system goes: a folder that is open, the name in it, and what to call it. */
struct place {
	int parentfd;
	const char *name, *path;
};

/*
 * mount(2), before Linux 5.2.  What it mounted stays when the name was swapped meanwhile:
 * there is no descriptor to undo it by; it goes with the namespace as the start fails.
 */
static int put_classic(const struct mnt_fs *fs, int on, struct place at)
{
	auto_close int root = -EBADF;
	bool same;
	int r;

	r = mnt_new_on(fs, on);
	if (r < 0)
		return r;
	root = rootfs_open_at(at.parentfd, at.name, O_PATH | O_DIRECTORY);
	if (root < 0)
		return root;
	/* Only by name is the new root found, and the guest may have swapped that. */
	r = mnt_is_same(at.parentfd, root, &same);
	if (r == 0 && same)
		r = -ESTALE;
	return r < 0 ? r : take_fd(&root);
}

/*
 * Mounts there and returns a descriptor of the new root.  *mntfd is the detached mount,
 * or empty: then one is made, on a kernel that has them.
 */
static int put(const struct mnt_fs *fs, int *mntfd, struct place at, struct emit *why)
{
	auto_close int on = rootfs_open_at(at.parentfd, at.name, O_PATH | O_DIRECTORY);
	int r = on < 0 ? on : 0;

	if (r == 0 && *mntfd < 0)
		*mntfd = mnt_new(fs);
	if (r == 0)
		r = *mntfd < 0 ? *mntfd : mnt_attach(*mntfd, on);
	if (r == 0)
		return take_fd(mntfd);
	if (r == -ENOSYS)
		r = put_classic(fs, on, at);
	if (r < 0)
		emit_printf(why, "cannot mount %s on '/%s' of the guest: %s", fs->type, at.path,
			    strerror(-r));
	return r;
}

static int put_unified(struct hierarchy *h, struct place target, struct emit *why)
{
	int judged = h->mntfd; /* by try_hierarchy(), before anybody could see it */
	auto_close int root = put(&unified_fs, &h->mntfd, target, why);
	int r;

	if (root < 0)
		return root;
	if (root == judged)
		return 0;
	r = judge_root(root, CGROUP_UNIFIED, why);
	if (r == 1)
		return 0;
	(void)mnt_remove(root); /* the reason above is the one to tell */
	return r < 0 ? r : -EPERM;
}

/* name=systemd in the folder that systemd looks for it in, and that folder closed. */
static int fill_frame(struct hierarchy *h, int frame, struct emit *why)
{
	const struct place inner = { frame, "systemd", TARGET "/systemd" };
	int judged = h->mntfd; /* as in put_unified() */
	auto_close int root = -EBADF;
	int r;

	if (mkdirat(frame, inner.name, 0755) < 0)
		return fail(why, "create a folder on the tmpfs for '/" TARGET "'", -errno);
	root = put(&systemd_fs, &h->mntfd, inner, why);
	if (root < 0)
		return root;
	r = root == judged ? 1 : judge_root(root, CGROUP_SYSTEMD, why);
	if (r <= 0)
		return r < 0 ? r : -EPERM;
	r = mnt_set_readonly(frame);
	return r < 0 ? fail(why, "make '/" TARGET "' read-only", r) : 0;
}

static int put_systemd(struct hierarchy *h, struct place target, struct emit *why)
{
	auto_close int detached = -EBADF;
	auto_close int frame = put(&frame_fs, &detached, target, why);
	int r;

	if (frame < 0)
		return frame;
	r = fill_frame(h, frame, why);
	if (r < 0)
		(void)mnt_remove(frame); /* with all in it; the reason is told already */
	return r;
}

int hierarchy_mount(int rootfd, struct hierarchy *h, enum hierarchy_state state, struct emit *why)
{
	auto_close int parent = open_folder(rootfd, TARGET_PARENT, why);
	const struct place target = { parent, "cgroup", TARGET };
	int r;

	if (parent < 0)
		return parent;
	r = refuse_shared(parent, why);
	if (r < 0)
		return r;
	if (state == HIERARCHY_REPLACE) {
		r = mnt_remove_at(parent, target.name);
		/* -EINVAL: it came with a folder of the host's and is locked; ours then covers it.
		 */
		if (r < 0 && r != -EINVAL)
			return fail(why, "unmount what is on '/" TARGET "'", r);
	}
	if (h->which == CGROUP_UNIFIED)
		return put_unified(h, target, why);
	return put_systemd(h, target, why);
}
