/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/mntattr, with real mounts in a mount namespace of the case's own. */
#include "config.h"

#include "lib/mntattr.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>

#include "lib/cleanup.h"
#include "lib/mnt.h"
#include "lib/mountinfo.h"
#include "tests/unit/deny.h"
#include "tests/unit/scratch.h"

#define NR_MOUNT_SETATTR 442

/* scratch_path/a, a tmpfs with these flags, and a/in, one on it; a descriptor of the first. */
static int new_mounts(unsigned long flags)
{
	auto_close int dirfd = -EBADF;
	char path[100];

	if (!scratch_unshare(0))
		return -1;
	dirfd = scratch_new();
	scratch_mkdir(dirfd, "a");
	(void)snprintf(path, sizeof(path), "%s/a", scratch_path);
	CHECK_INT(mount("t", path, "tmpfs", flags & ~(unsigned long)MS_RDONLY, NULL), 0);
	scratch_mkdir(dirfd, "a/in");
	(void)snprintf(path, sizeof(path), "%s/a/in", scratch_path);
	CHECK_INT(mount("t", path, "tmpfs", 0, NULL), 0);
	(void)snprintf(path, sizeof(path), "%s/a", scratch_path);
	if (flags & MS_RDONLY)
		CHECK_INT(mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | flags, NULL), 0);
	return openat(dirfd, "a", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The options of the mount on scratch_path/name. */
static struct span options_of(const char *name)
{
	static char *text;
	struct span rest, found = span_of("not mounted");
	struct mountinfo m;
	char path[100];

	(void)snprintf(path, sizeof(path), "%s/%s", scratch_path, name);
	free(text);
	text = NULL;
	if (!CHECK_INT(mnt_read_table(&text, &rest), 0))
		return found;
	while (mountinfo_next(&rest, &m) > 0) {
		if (span_is(m.target, path))
			found = m.options;
	}
	return found;
}

static void test_all(void)
{
	auto_close int fd = new_mounts(MS_NOSUID | MS_NOATIME);
	auto_close int in = -EBADF;

	if (fd < 0)
		return;
	CHECK_INT(mntattr_set_nodev_all(fd), 0);
	CHECK_SPAN(options_of("a"), "rw,nosuid,nodev,noatime");
	CHECK_SPAN(options_of("a/in"), "rw,nodev,relatime");
	in = openat(fd, "in", O_PATH | O_CLOEXEC);
	CHECK_INT(mntattr_clear_nodev(in), 0);
	CHECK_SPAN(options_of("a/in"), "rw,relatime");
	CHECK_SPAN(options_of("a"), "rw,nosuid,nodev,noatime");
}

static void test_no_root(void)
{
	auto_close int fd = new_mounts(0);
	auto_close int above = -EBADF;

	if (fd < 0)
		return;
	above = open(scratch_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(mntattr_set_nodev_all(above), -EINVAL);
	CHECK_INT(mntattr_clear_nodev(above), -EINVAL);
	CHECK_SPAN(options_of("a"), "rw,relatime");
}

/* Every other flag stays, and the mount on it too. */
static void test_remount(void)
{
	static const struct {
		unsigned long flags;
		const char *after;
	} cases[] = {
		{ 0, "rw,nodev,relatime" },
		{ MS_STRICTATIME, "rw,nodev" },
		{ MS_NOATIME | MS_NODIRATIME, "rw,nodev,noatime,nodiratime" },
		{ MS_RDONLY | MS_NOSUID | MS_NOEXEC, "ro,nosuid,nodev,noexec,relatime" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_close int fd = new_mounts(cases[i].flags);

		if (fd < 0)
			return;
		if (deny_syscall(NR_MOUNT_SETATTR) == 0)
			CHECK_INT(mntattr_set_nodev_all(fd), -ENOSYS);
		CHECK_INT(mntattr_remount_nodev(fd, options_of("a")), 0);
		CHECK_SPAN(options_of("a"), cases[i].after);
		CHECK_SPAN(options_of("a/in"), "rw,relatime");
	}
}

TAP_MAIN({ "a tree, and one of it back", test_all }, { "no root of a mount", test_no_root },
	 { "before mount_setattr", test_remount })
