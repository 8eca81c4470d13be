/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-guest.h. */
#include "config.h"

#include "hooks/audit-guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "hooks/audit.h"
#include "lib/cleanup.h"
#include "lib/rootfs.h"

static bool has_entry(int rootfd, const char *folder, const char *name)
{
	auto_close int fd = rootfs_open_at(rootfd, folder, O_PATH | O_DIRECTORY);
	struct stat st;

	return fd >= 0 && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The distributions have one of the two, or /bin as a link to the other, or both. */
static bool has_shell(int rootfd)
{
	return has_entry(rootfd, "bin", "sh") || has_entry(rootfd, "usr/bin", "sh");
}

static int read_some(int fd, char *buf, size_t size, size_t *ret_n)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, buf + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		n += (size_t)got;
	}
	*ret_n = n;
	return 0;
}

/* Opens what pathfd names, which has been looked at and cannot be swapped any more. */
static int reopen(int selffd, int pathfd)
{
	char name[12];
	int fd;

	(void)snprintf(name, sizeof(name), "%d", pathfd); /* sized to fit */
	fd = openat(selffd, name, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void set_hostile(struct audit_guest *g, const char *reason)
{
	g->state = AUDIT_GUEST_HOSTILE;
	g->reason = reason;
}

static void read_report(int dirfd, int selffd, struct audit_guest *g)
{
	auto_close int pathfd = openat(dirfd, AUDIT_REPORT, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	auto_close int fd = -EBADF;
	struct stat st;
	size_t n = 0;

	if (pathfd < 0) {
		g->state = AUDIT_GUEST_NOTHING;
		return;
	}
	if (fstat(pathfd, &st) < 0 || !S_ISREG(st.st_mode)) {
		set_hostile(g, "it is not a regular file");
		return;
	}
	if (st.st_size > REPORT_SIZE_MAX) {
		set_hostile(g, "it is too large");
		return;
	}
	fd = reopen(selffd, pathfd);
	/* One byte more than allowed shows that it grew. */
	if (fd < 0 || read_some(fd, g->text, sizeof(g->text), &n) < 0) {
		set_hostile(g, "it cannot be read");
		return;
	}
	if (report_parse((struct span){ g->text, n }, &g->report) < 0) {
		set_hostile(g, "it is not a report");
		return;
	}
	g->state = AUDIT_GUEST_REPORT;
}

void audit_read_guest(int rootfd, int selffd, struct audit_guest *ret)
{
	auto_close int dirfd = rootfs_open_at(rootfd, AUDIT_FOLDER, O_PATH | O_DIRECTORY);
	struct statfs fs;
	struct stat st;

	ret->reason = NULL;
	ret->has_shell = has_shell(rootfd);
	ret->state = AUDIT_GUEST_ABSENT;
	if (dirfd == -ENOENT)
		return;
	if (dirfd < 0)
		set_hostile(ret, "its folder is not a folder");
	/* Another file system could be a server of the guest's that never answers. */
	else if (fstatfs(dirfd, &fs) < 0 || (unsigned long)fs.f_type != TMPFS_MAGIC)
		set_hostile(ret, "its folder is not on the tmpfs that belongs there");
	else if (fstatat(dirfd, "cap-audit", &st, AT_SYMLINK_NOFOLLOW) == 0)
		read_report(dirfd, selffd, ret);
}
