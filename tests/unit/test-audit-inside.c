/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hooks/audit-inside, joined, and its trials in root file systems that the guest prepared. */
#include "config.h"

#include "hooks/audit.h"

#include <sys/inotify.h>

#include "hooks/audit-trials.h"
#include "lib/cleanup.h"
#include "lib/report.h"
#include "tests/unit/scratch.h"

static void enter(int fd)
{
	if (fchdir(fd) < 0 || chroot(".") < 0 || chdir("/") < 0)
		scratch_fail("chroot", scratch_path);
}

/* Where each case returns to: LeakSanitizer needs the host's /proc. */
static int open_root(void)
{
	return open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* What joins the container comes into a root without a mounted /proc. */
static void test_no_proc(void)
{
	static const char text[] = "lxc-container-default (enforce)\n";
	auto_close int rootfd = open_root();
	auto_close int fd = scratch_new();
	auto_close int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct policy policy = { 0 };
	char out[REPORT_SIZE_MAX + 1] = "", events[4096];
	struct emit e = EMIT_INIT(out);
	struct report report;

	if (tap_needs_root())
		return;
	scratch_mkdir(fd, "proc/self/attr/apparmor");
	scratch_mkdir(fd, "proc/self/fd");
	scratch_write(fd, "proc/self/attr/current", text, strlen(text));
	scratch_write(fd, "proc/self/attr/apparmor/current", text, strlen(text));
	for (int i = 3; i < 30; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "proc/self/fd/%d", i);
		scratch_fifo(fd, name);
	}
	enter(fd);
	CHECK(inotify_add_watch(watch, "/proc/self/fd", IN_OPEN) >= 0);
	CHECK(inotify_add_watch(watch, "/proc/self/attr", IN_OPEN) >= 0);
	CHECK(inotify_add_watch(watch, "/proc/self/attr/apparmor", IN_OPEN) >= 0);
	CHECK_INT(audit_report_inside(&policy, &e), 0);
	CHECK(read(watch, events, sizeof(events)) < 0 && errno == EAGAIN);
	CHECK_INT(report_parse((struct span){ out, e.len }, &report), 0);
	CHECK_INT(report.lsm.n, 0);
	enter(rootfd);
}

TAP_MAIN({ "joined: a /proc of the guest's own making is not opened", test_no_proc })
