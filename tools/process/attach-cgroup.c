/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See attach-parts.h: the cgroups of the init, one of each hierarchy that is mounted here. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/mountinfo.h"
#include "lib/proc.h"
#include "lib/rootfs.h"
#include "lib/span.h"
#include "tools/process/attach-parts.h"

struct line {
	struct span controllers, path; /* no controllers: v2 */
};

/* "12:cpu,cpuacct:/a/b"; the path may hold colons. */
static bool parse_line(struct span text, struct line *ret)
{
	struct span id;

	return span_next_field(&text, ':', &id) && span_next_field(&text, ':', &ret->controllers) &&
	       (ret->path = text, text.n > 0 && text.p[0] == '/');
}

static bool find_path(struct span text, struct span controllers, struct span *ret)
{
	struct span piece;
	struct line line;

	while (span_next_line(&text, &piece)) {
		if (parse_line(piece, &line) && span_same(line.controllers, controllers)) {
			*ret = line.path;
			return true;
		}
	}
	return false;
}

static bool has_all(struct span options, struct span controllers)
{
	struct span name;
	char text[64];

	while (span_next_field(&controllers, ',', &name)) {
		if (span_copy(name, text, sizeof(text)) < 0 || !mountinfo_has_option(options, text))
			return false;
	}
	return true;
}

/* An O_PATH descriptor of where all of the hierarchy is mounted, -ENOENT for nowhere. */
static int open_hierarchy(struct span mounts, struct span controllers)
{
	struct mountinfo m;
	char path[PATH_MAX];
	struct statfs st;

	while (mountinfo_next(&mounts, &m) > 0) {
		if (!span_is(m.root, "/") ||
		    !(controllers.n
			      ? span_is(m.fstype, "cgroup") && has_all(m.super_options, controllers)
			      : span_is(m.fstype, "cgroup2")) ||
		    mountinfo_unescape(m.target, path, sizeof(path)) < 0)
			continue;
		auto_close int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

		/* Another mount may be on top of it. */
		if (fd >= 0 && fstatfs(fd, &st) == 0 &&
		    st.f_type == (controllers.n ? CGROUP_SUPER_MAGIC : CGROUP2_SUPER_MAGIC))
			return take_fd(&fd);
	}
	return -ENOENT;
}

static int open_cgroup(int hierarchy, struct span path)
{
	char text[PATH_MAX];
	int r;

	if (path.n == 1)
		return fcntl(hierarchy, F_DUPFD_CLOEXEC, 3);
	/* Names are the guest's: beneath the hierarchy, no link, no "..". */
	r = span_copy((struct span){ path.p + 1, path.n - 1 }, text, sizeof(text));
	return r < 0 ? r : rootfs_open_at(hierarchy, text, O_PATH | O_DIRECTORY);
}

static int open_procs(int dirfd)
{
	int fd = openat(dirfd, "cgroup.procs", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? -errno : fd;
}

struct texts {
	struct span init, own, mounts;
	struct span inside; /* the first, as a process of the guest's reads it; or empty */
};

/* What is left of the init's path without what is below the root of its namespace. */
static struct span find_top(const struct texts *t, const struct line *line)
{
	struct span below;

	if (!find_path(t->inside, line->controllers, &below) || below.n < 2 ||
	    below.n >= line->path.n ||
	    memcmp(line->path.p + line->path.n - below.n, below.p, below.n) != 0)
		return line->path;
	return (struct span){ line->path.p, line->path.n - below.n };
}

static int open_procs_of(int hierarchy, struct span path)
{
	auto_close int dirfd = open_cgroup(hierarchy, path);

	return dirfd < 0 ? dirfd : open_procs(dirfd);
}

static int add(struct attach_cgroups *cgroups, int hierarchy, const struct line *line,
	       const struct texts *t, struct span own)
{
	auto_close int dirfd = open_cgroup(hierarchy, line->path);
	auto_close int initfd = dirfd < 0 ? dirfd : open_procs(dirfd);
	struct span top = find_top(t, line);
	unsigned int i = cgroups->n;

	if (initfd < 0)
		return initfd;
	if (i == ATTACH_CGROUPS_MAX)
		return -E2BIG;
	/* Neither is needed: the init's own will do, and a freezer that cannot be left, too. */
	cgroups->cgroup[i].topfd = top.n < line->path.n ? open_procs_of(hierarchy, top) : -EBADF;
	cgroups->cgroup[i].homefd =
		span_is(line->controllers, "freezer") ? open_procs_of(hierarchy, own) : -EBADF;
	cgroups->cgroup[i].unified = line->controllers.n == 0;
	cgroups->cgroup[i].initfd = take_fd(&initfd);
	cgroups->cgroup[i].dirfd = take_fd(&dirfd);
	cgroups->n++;
	return 0;
}

static int add_all(struct attach_cgroups *cgroups, const struct texts *t,
		   struct attach_error *error)
{
	struct span rest = t->init, piece, own;
	struct line line;

	while (span_next_line(&rest, &piece)) {
		int r;

		if (!parse_line(piece, &line) || !find_path(t->own, line.controllers, &own) ||
		    span_same(line.path, own))
			continue;
		auto_close int hierarchy = open_hierarchy(t->mounts, line.controllers);

		/* Not mounted: nobody has set limits by it, LXC neither. */
		if (hierarchy == -ENOENT)
			continue;
		r = add(cgroups, hierarchy, &line, t, own);
		if (r < 0)
			return attach_fail(error, r, "cannot open the cgroup of its init (%.*s)",
					   line.controllers.n ? (int)line.controllers.n : 2,
					   line.controllers.n ? line.controllers.p : "v2");
	}
	return 0;
}

/* The kernel names cgroups by the namespace of who reads: there and back. */
static int read_inside(int procfd, int selffd, int nsfd, char **ret, size_t *ret_n)
{
	auto_close int home = openat(selffd, "ns/cgroup", O_RDONLY | O_CLOEXEC);

	*ret_n = 0;
	if (nsfd < 0 || home < 0 || setns(nsfd, CLONE_NEWCGROUP) < 0)
		return 0; /* a user cannot: without it the init's own cgroup is taken */
	if (proc_read(procfd, "cgroup", ret, ret_n) < 0)
		*ret_n = 0;
	return setns(home, CLONE_NEWCGROUP) < 0 ? -errno : 0;
}

int attach_cgroups_open(int procfd, int nsfd, struct attach_cgroups *ret,
			struct attach_error *error)
{
	auto_free char *init = NULL, *own = NULL, *mounts = NULL, *inside = NULL;
	auto_close int self = proc_open(0);
	size_t n = 0, own_n = 0, mounts_n = 0, inside_n = 0;
	struct texts t;
	int r = self < 0 ? self : proc_read(procfd, "cgroup", &init, &n);

	ret->n = 0;
	if (r == 0)
		r = proc_read(self, "cgroup", &own, &own_n);
	if (r == 0)
		r = proc_read(self, "mountinfo", &mounts, &mounts_n);
	if (r == 0)
		r = read_inside(procfd, self, nsfd, &inside, &inside_n);
	if (r < 0)
		return attach_fail(error, r, "cannot read which cgroups there are");
	t = (struct texts){
		{ init, n }, { own, own_n }, { mounts, mounts_n }, { inside, inside_n }
	};
	return add_all(ret, &t, error);
}

void attach_cgroups_close(struct attach_cgroups *cgroups)
{
	for (unsigned int i = 0; i < cgroups->n; i++) {
		cleanup_close(&cgroups->cgroup[i].dirfd);
		cleanup_close(&cgroups->cgroup[i].topfd);
		cleanup_close(&cgroups->cgroup[i].initfd);
		cleanup_close(&cgroups->cgroup[i].homefd);
	}
	cgroups->n = 0;
}

static bool reads(int dirfd, const char *name, const char *word)
{
	auto_free char *text = NULL;
	size_t n;

	return io_read_file_at(dirfd, name, 4096, &text, &n) == 0 && strstr(text, word);
}

bool attach_cgroups_are_frozen(const struct attach_cgroups *cgroups)
{
	for (unsigned int i = 0; i < cgroups->n; i++) {
		int fd = cgroups->cgroup[i].dirfd;

		if (cgroups->cgroup[i].unified ? reads(fd, "cgroup.events", "frozen 1") ||
							 reads(fd, "cgroup.freeze", "1")
					       : reads(fd, "freezer.state", "FR"))
			return true;
	}
	return false;
}

static int write_pid(int fd, pid_t pid)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", (int)pid);

	return write(fd, text, (size_t)n) == n ? 0 : -errno;
}

static int enter_one(const struct attach_cgroups *cgroups, unsigned int i, pid_t pid)
{
	int topfd = cgroups->cgroup[i].topfd;

	if (topfd >= 0 && write_pid(topfd, pid) == 0)
		return 0;
	return write_pid(cgroups->cgroup[i].initfd, pid);
}

int attach_cgroups_enter(const struct attach_cgroups *cgroups, pid_t pid,
			 struct attach_error *error)
{
	/* The freezers last: it stops there, and is not to be found half in and half out. */
	for (int freezers = 0; freezers <= 1; freezers++) {
		for (unsigned int i = 0; i < cgroups->n; i++) {
			bool freezer = cgroups->cgroup[i].homefd != -EBADF;
			int r = freezer == (freezers == 1) ? enter_one(cgroups, i, pid) : 0;

			if (r < 0)
				return attach_fail(error, r, "cannot enter its cgroup (%s)",
						   cgroups->cgroup[i].unified ? "v2" : "v1");
		}
	}
	return 0;
}

void attach_cgroups_thaw(const struct attach_cgroups *cgroups, pid_t pid)
{
	for (unsigned int i = 0; i < cgroups->n; i++) {
		if (cgroups->cgroup[i].homefd >= 0)
			(void)write_pid(cgroups->cgroup[i].homefd,
					pid); /* else it waits for a thaw */
	}
}
