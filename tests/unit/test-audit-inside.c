/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hooks/audit-inside, joined, and its trials in root file systems that the guest prepared. */
#include "config.h"

#include "hooks/audit.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>

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
	CHECK_INT(audit_report_inside(&policy, NULL, &e), 0);
	CHECK(read(watch, events, sizeof(events)) < 0 && errno == EAGAIN);
	CHECK_INT(report_parse((struct span){ out, e.len }, &report), 0);
	CHECK_INT(report.lsm.n, 0);
	enter(rootfd);
}

static const struct tried {
	enum audit_answer (*run)(void);
	const char *real, *fifo;
} tried[] = {
	{ audit_try_core_pattern, "/p/sys/kernel/core_pattern", "/f/sys/kernel/core_pattern" },
	{ audit_try_sysrq, "/p/sysrq-trigger", "/f/sysrq-trigger" },
};

/* A root in which "proc" leads to a proc, and "q" to a folder with FIFOs of the same names. */
static bool make_two_procs(void)
{
	auto_close int fd = scratch_new();

	scratch_mkdir(fd, "p");
	scratch_mkdir(fd, "f/sys/kernel");
	scratch_fifo(fd, tried[0].fifo + 1);
	scratch_fifo(fd, tried[1].fifo + 1);
	scratch_link(fd, "proc", "p");
	scratch_link(fd, "q", "f");
	enter(fd);
	return scratch_mount("proc", "/p", NULL);
}

static pid_t start_exchanging(void)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* else the test's own kill does */
	for (;;) {
		if (renameat2(AT_FDCWD, "/proc", AT_FDCWD, "/q", RENAME_EXCHANGE) < 0)
			_exit(1);
	}
}

static void try_while_exchanged(const struct tried *t)
{
	auto_close int reader = open(t->fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct pollfd p = { .fd = reader };
	double begin = tap_now(), seconds;
	unsigned int n[4] = { 0 };

	CHECK(reader >= 0);
	/* On a busy machine longer, until both have been met. */
	do {
		n[t->run()]++;
		seconds = tap_now() - begin;
	} while (seconds < 1.5 || (seconds < 20 && !(n[AUDIT_DENIED] && n[AUDIT_UNCLEAR])));
	/* That of the proc, which is read-only, and that of a folder that is none. */
	CHECK(n[AUDIT_DENIED] && n[AUDIT_UNCLEAR]);
	CHECK_INT(n[AUDIT_GRANTED], 0);
	/* Told from the first writer on: the FIFO was never opened for writing. */
	CHECK_INT(poll(&p, 1, 0), 0);
	CHECK_INT(p.revents, 0);
}

/* Who writes to the root file system meanwhile leads the trial to another file. */
static void test_exchanged(void)
{
	auto_close int rootfd = -EBADF;
	int status = -1;
	pid_t pid;

	if (!scratch_unshare(0))
		return;
	rootfd = open_root();
	if (!make_two_procs()) {
		enter(rootfd);
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		auto_close int fd = open(tried[i].real, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

		CHECK_INT(tried[i].run(), fd < 0 ? AUDIT_DENIED : AUDIT_GRANTED);
	}
	if (mount(NULL, "/p", NULL,
		  MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		scratch_fail("remount", "/p");
	pid = start_exchanging();
	for (size_t i = 0; i < 2; i++)
		try_while_exchanged(&tried[i]);
	CHECK_INT(kill(pid, SIGKILL), 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	enter(rootfd);
}

TAP_MAIN({ "joined: a /proc of the guest's own making is not opened", test_no_proc },
	 { "a trial opens no file that takes another's place", test_exchanged })
