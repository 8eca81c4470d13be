/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/copy/copy: files of the host that a container sees, and what came in their place. */
#include "config.h"

#include "tools/copy/copy.h"

#include <sys/inotify.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tests/unit/scratch.h"

/* prove_copy_make() of a small tree and one file, scratch/NAME, in scratch/copy. */
static int copy(const char *name)
{
	char rootfs[100], source[100], dir[100];
	struct prove_bind bind = { .source = source };
	struct prove_setup setup = { .rootfs = rootfs, .binds = &bind, .n_binds = 1 };

	(void)snprintf(rootfs, sizeof(rootfs), "%s/root", scratch_path); /* they fit */
	(void)snprintf(source, sizeof(source), "%s/%s", scratch_path, name);
	(void)snprintf(dir, sizeof(dir), "%s/copy", scratch_path);
	return prove_copy_make(&setup, dir, true);
}

static void test_file(void)
{
	auto_free char *text = NULL;
	auto_close int fd = -EBADF;
	struct stat st;
	size_t size;

	if (!scratch_unshare(0))
		return;
	fd = scratch_new();
	scratch_mkdir(fd, "root/etc");
	scratch_write(fd, "file", "text", 4);
	CHECK_INT(fchmodat(fd, "file", 0640, 0), 0);
	scratch_link(fd, "link", "file");
	CHECK_INT(copy("link"), 0);
	CHECK_INT(faccessat(fd, "copy/rootfs/etc", F_OK, 0), 0);
	CHECK_INT(fstatat(fd, "copy/bind0", &st, AT_SYMLINK_NOFOLLOW), 0);
	CHECK_INT(st.st_mode, S_IFREG | 0640);
	CHECK_INT(io_read_file_at(fd, "copy/bind0", 100, &text, &size), 0);
	CHECK_STR(text, "text");
}

/* It was a file when the configuration was read. */
static void test_replaced(void)
{
	auto_close int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	auto_close int fd = -EBADF;
	char events[4096];

	if (!scratch_unshare(0))
		return;
	fd = scratch_new();
	scratch_mkdir(fd, "root");
	scratch_fifo(fd, "file");
	CHECK(inotify_add_watch(watch, scratch_path, IN_OPEN) >= 0);
	CHECK_INT(copy("file"), -EINVAL);
	for (ssize_t n = read(watch, events, sizeof(events)), at = 0; at < n;) {
		struct inotify_event e;

		memcpy(&e, events + at, sizeof(e));
		/* Opened are folders. */
		CHECK(e.mask & IN_ISDIR);
		at += (ssize_t)(sizeof(e) + e.len);
	}
	CHECK(faccessat(fd, "copy/bind0", F_OK, AT_SYMLINK_NOFOLLOW) < 0);
}

TAP_MAIN({ "a file that is bound, through a link", test_file },
	 { "a FIFO in its place is not opened", test_replaced })
