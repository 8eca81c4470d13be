/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See hierarchy.h: which hierarchy the guest can have. */
#include "config.h"

#include "hooks/mount/hierarchy.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hooks/mount/place.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

/* systemd's NEWS: 230 knows cgroup2 as the kernel has it since 4.5; 258 knows only that. */
enum { SYSTEMD_FIRST_UNIFIED = 230, SYSTEMD_FIRST_WITHOUT_LEGACY = 258 };

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
		return place_fail(why, "find the container's monitor in '/proc'", r);
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
		v.r = place_fail(&why, "make a mount namespace to look at the cgroup", -errno);
		return v;
	}
	/* Anew: the one from before is in the old namespace. */
	cleanup_close(&on);
	on = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	v.r = on < 0 ? -errno : mnt_new_on(hierarchy_fs(h), on);
	if (v.r < 0) {
		emit_printf(&why, "it cannot be mounted: %s", strerror(-v.r));
		v.r = 0;
		return v;
	}
	root = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	v.r = root < 0 ? place_fail(&why, "open the cgroup", -errno)
		       : hierarchy_judge_root(root, h, &why);
	return v;
}

/*
 * hierarchy_judge_root() where there are no detached mounts, before Linux 5.2: in a child with a
 * mount namespace of its own, so that the guest is not shown first what may be refused.
 */
static int judge_apart(enum cgroup_hierarchy h, struct emit *why)
{
	struct verdict v = { .r = -EPIPE, .why = "cannot examine the cgroup: its child died" };
	auto_close int in = -EBADF, out = -EBADF;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return place_fail(why, "make a pipe", -errno);
	in = fds[0];
	out = fds[1];
	pid = fork();
	if (pid < 0)
		return place_fail(why, "start a process", -errno);
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
	mntfd = mnt_new(hierarchy_fs(h));
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
	r = hierarchy_judge_root(mntfd, h, why);
	if (r <= 0)
		return r;
	*ret = (struct hierarchy){ h, take_fd(&mntfd) };
	return 1;
}

/*
 * The usual case by a third of the system calls: true and *ret if the guest can have the
 * unified hierarchy.  That our process is in the mounted root says what its path in
 * /proc/self/cgroup would, that we have a cgroup namespace rooted in our cgroup.  Only tried
 * where the host has one mounted: the first mount makes the kernel show it to everybody.
 * Whatever else there is, the long way tells.
 */
static bool try_unified(const struct initver *init, struct hierarchy *ret)
{
	auto_close int mntfd = -EBADF;
	enum cgroup_root root;
	char text[64];
	struct emit ignored = EMIT_INIT(text);

	if (!init_knows(init, CGROUP_UNIFIED, &ignored) || !cgroup_is_v2_mounted() ||
	    !proc_knows_other_pid())
		return false;
	mntfd = mnt_new(hierarchy_fs(CGROUP_UNIFIED));
	if (mntfd < 0 || cgroup_check_root(mntfd, CGROUP_UNIFIED, &root) < 0 ||
	    root != CGROUP_ROOT_OWN)
		return false;
	*ret = (struct hierarchy){ CGROUP_UNIFIED, take_fd(&mntfd) };
	return true;
}

int hierarchy_choose(const struct initver *init, struct hierarchy *ret, struct emit *why)
{
	/* The newer one first: it shows a guest fewest of the host's controllers, and lasts. */
	static const enum cgroup_hierarchy order[] = { CGROUP_UNIFIED, CGROUP_SYSTEMD };
	auto_free char *text = NULL;
	struct cgroup cg = { 0 };
	size_t size;
	int r;

	if (try_unified(init, ret))
		return 1;
	r = proc_read_own_cgroup(&text, &size);
	if (r == 0)
		r = cgroup_parse((struct span){ text, size }, &cg);
	if (r < 0)
		return place_fail(why, "read '/proc/self/cgroup'", r);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		emit_str(why, i ? "; " : "");
		emit_str(why, hierarchy_name(order[i]));
		emit_str(why, ": ");
		r = try_hierarchy(init, &cg, order[i], ret, why);
		if (r != 0)
			return r;
	}
	return 0;
}
