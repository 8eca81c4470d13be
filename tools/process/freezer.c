/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See freezer.h. */
#include "config.h"

#include "tools/process/freezer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/mountinfo.h"
#include "lib/proc.h"

/* "7:freezer:/user.slice": the path in the text of /proc/PID/cgroup; .p NULL for none. */
static struct span find_path(struct span text)
{
	struct span line, number, controllers;

	while (span_next_field(&text, '\n', &line)) {
		if (span_next_field(&line, ':', &number) &&
		    span_next_field(&line, ':', &controllers) &&
		    mountinfo_has_option(controllers, "freezer"))
			return line;
	}
	return (struct span){ NULL, 0 };
}

/* What of that path is below this mount: false if it is not there. */
static bool is_below(const struct mountinfo *m, struct span path, struct span *ret)
{
	struct span root = m->root;

	if (!span_is(m->fstype, "cgroup") || !mountinfo_has_option(m->super_options, "freezer"))
		return false;
	if (span_is(root, "/"))
		root.n = 0;
	if (root.n && !span_is_within(path, root))
		return false;
	*ret = (struct span){ path.p + root.n, path.n - root.n };
	return true;
}

static int open_below(const struct mountinfo *m, struct span rest)
{
	char target[PATH_MAX], path[PATH_MAX];
	int fd, n;

	if (mountinfo_unescape(m->target, target, sizeof(target)) < 0)
		return -ENAMETOOLONG;
	n = snprintf(path, sizeof(path), "%s%.*s/cgroup.procs", target, (int)rest.n, rest.p);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int freezer_open_own(void)
{
	auto_free char *mounts = NULL, *cgroups = NULL;
	auto_close int procfd = proc_open(0);
	struct span table = { 0 }, path = { 0 }, rest;
	struct mountinfo m;
	int r;

	if (procfd < 0)
		return procfd;
	r = proc_read(procfd, "cgroup", &cgroups, &path.n);
	if (r == 0)
		r = proc_read(procfd, "mountinfo", &mounts, &table.n);
	if (r < 0)
		return r;
	path = find_path((struct span){ cgroups, path.n });
	table.p = mounts;
	r = -ENOENT;
	while (path.p && r < 0 && mountinfo_next(&table, &m) == 1) {
		if (is_below(&m, path, &rest))
			r = open_below(&m, rest);
	}
	return r;
}

int freezer_release(int fd, pid_t pid)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", (int)pid); /* fits */

	return write(fd, text, (size_t)n) < 0 ? -errno : 0;
}
