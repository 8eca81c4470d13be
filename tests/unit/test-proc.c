/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/proc, on this process and its children. */
#include "config.h"

#include "lib/proc.h"

#include <sys/prctl.h>

#include "lib/cleanup.h"
#include "tests/unit/scratch.h"

/* A child that waits to be killed, after it has done what setup does. */
static pid_t new_child(void (*setup)(void))
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe2(ready, O_CLOEXEC) < 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		if (setup)
			setup();
		(void)!write(ready[1], "x", 1);
		(void)pause();
		_exit(0);
	}
	CHECK_INT(read(ready[0], &c, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	return pid;
}

static void end_child(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	CHECK_INT(waitpid(pid, NULL, 0), pid);
}

static void test_self(void)
{
	auto_close int fd = proc_open(0), same = proc_open(getpid());
	struct procstatus st;
	struct stat a, b;

	CHECK(fd >= 0 && same >= 0);
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_INT(fstat(fd, &a), 0);
	CHECK_INT(fstat(same, &b), 0);
	CHECK_INT(a.st_ino, b.st_ino);
	CHECK_INT(proc_read_status(fd, &st), 0);
	CHECK_INT(st.ppid, getppid());
	CHECK_INT(st.no_new_privs, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	for (unsigned int cap = 0; cap < 8; cap++)
		CHECK_INT(caps_has(st.bounding, cap), prctl(PR_CAPBSET_READ, cap, 0, 0, 0));
}

static void test_open_fails(void)
{
	CHECK_INT(proc_open(-1), -EINVAL);
	CHECK_INT(proc_open(INT32_MIN), -EINVAL);
	CHECK_INT(proc_open(INT32_MAX), -ENOENT);
}

static void test_read(void)
{
	auto_close int fd = proc_open(0);
	auto_free char *text = NULL;
	size_t n = 0;

	CHECK_INT(proc_read(fd, "comm", &text, &n), 0);
	CHECK(n > 0 && text && text[n - 1] == '\n');
	CHECK_INT(proc_read(fd, "none", &text, &n), -ENOENT);
	CHECK_INT(proc_read(fd, "ns", &text, &n), -EINVAL);
	CHECK_INT(proc_read(fd, "exe", &text, &n), -EINVAL); /* a link, not followed */
}

static void test_own_cgroup(void)
{
	auto_close int fd = proc_open(0);
	auto_free char *text = NULL, *same = NULL;
	size_t n = 0, m = 0;

	CHECK_INT(proc_read_own_cgroup(&text, &n), 0);
	CHECK_INT(proc_read(fd, "cgroup", &same, &m), 0);
	CHECK_INT(n, m);
	CHECK(text && same && memcmp(text, same, n) == 0);
}

static void no_new_privs(void)
{
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_NAME, "x\nCapBnd:\t0\n");
}

static void test_status(void)
{
	pid_t pid = new_child(no_new_privs);
	auto_close int fd = proc_open(pid), own = proc_open(0);
	struct procstatus st, self;

	CHECK_INT(proc_read_status(fd, &st), 0);
	CHECK_INT(proc_read_status(own, &self), 0);
	CHECK_INT(st.ppid, getpid());
	CHECK(st.no_new_privs);
	CHECK_INT(st.bounding.bits, self.bounding.bits);
	end_child(pid);
}

/* Its number may be given away again: the descriptor still means the one that ended. */
static void test_ended(void)
{
	pid_t pid = new_child(NULL);
	auto_close int fd = proc_open(pid), own = proc_open(0);
	auto_free char *text = NULL;
	struct procstatus st;
	bool same;
	size_t n;

	CHECK_INT(proc_read_status(fd, &st), 0);
	end_child(pid);
	CHECK_INT(proc_read_status(fd, &st), -ESRCH);
	CHECK_INT(proc_read(fd, "mountinfo", &text, &n), -ESRCH);
	CHECK(!text);
	CHECK_INT(proc_same_namespace(fd, own, "mnt", &same), -ESRCH);
	CHECK_INT(proc_same_namespace(own, fd, "mnt", &same), -ESRCH);
	CHECK_INT(proc_open(pid), -ENOENT);
}

static void new_uts(void)
{
	if (unshare(CLONE_NEWUTS) < 0)
		_exit(1);
}

static void test_namespaces(void)
{
	auto_close int own = proc_open(0), fd = -EBADF;
	bool same = false;
	pid_t pid;

	pid = new_child(NULL);
	fd = proc_open(pid);
	CHECK_INT(proc_same_namespace(own, fd, "uts", &same), 0);
	CHECK(same);
	CHECK_INT(proc_same_namespace(own, fd, "mnt", &same), 0);
	CHECK(same);
	CHECK_INT(proc_same_namespace(own, fd, "none", &same), -ENOENT);
	CHECK_INT(proc_same_namespace(own, fd, "a_kind_that_is_longer_than_any_other", &same),
		  -EINVAL);
	CHECK(same);
	end_child(pid);
	if (tap_needs_root())
		return;
	pid = new_child(new_uts);
	(void)close(fd);
	fd = proc_open(pid);
	CHECK_INT(proc_same_namespace(own, fd, "uts", &same), 0);
	CHECK(!same);
	CHECK_INT(proc_same_namespace(own, fd, "net", &same), 0);
	CHECK(same);
	end_child(pid);
}

TAP_MAIN({ "the caller itself", test_self }, { "processes that are not there", test_open_fails },
	 { "texts", test_read }, { "the own cgroup", test_own_cgroup },
	 { "a child's status", test_status }, { "a process that ended", test_ended },
	 { "namespaces", test_namespaces })
