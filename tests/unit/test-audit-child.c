/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hooks/audit-child: whatever is done to a child, waiting for it ends; and who waits so. */
#include "config.h"

#include "hooks/audit-child.h"

#include "hooks/audit-join.h"
#include "hooks/audit.h"
#include "lib/cleanup.h"
#include "lib/proc.h"
#include "tests/unit/tap.h"

/* In place of the trials: what whoever has the same ids may do to us. */
int audit_report_inside(const struct policy *policy, const struct audit_filter *filter,
			struct emit *e)
{
	(void)policy, (void)filter, (void)e; /* it does not come so far */
	(void)raise(SIGSTOP);
	return 0;
}

static void test_ends(void)
{
	double begin = tap_now();
	int status = -1;
	pid_t pid;

	for (int i = 0; i < 100; i++) {
		pid = audit_child_fork(10);
		if (pid == 0)
			_exit(7);
		CHECK(pid > 0);
		CHECK_INT(audit_child_wait(pid, 10, &status), 0);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	}
	/* By its signal, not by looking now and then. */
	CHECK(tap_now() - begin < 5);
	CHECK_INT(audit_child_wait(pid, 10, &status), -ECHILD);
}

static void test_alarm(void)
{
	pid_t pid = audit_child_fork(1);
	int status = -1;

	while (pid == 0)
		(void)pause(); /* until it is killed */
	CHECK_INT(audit_child_wait(pid, 1, &status), 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
}

static void test_stopped(void)
{
	double begin = tap_now();
	pid_t pid = audit_child_fork(1);
	int status = -1;

	if (pid == 0) {
		(void)raise(SIGSTOP);
		_exit(0);
	}
	CHECK_INT(audit_child_wait(pid, 1, &status), 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK(tap_now() - begin >= 1.9 && tap_now() - begin < 20);
	CHECK(kill(pid, 0) < 0 && errno == ESRCH);
}

/* Its parent is told of each stop as of its end. */
static void test_goes_on(void)
{
	pid_t pid = audit_child_fork(20), other;
	int status = -1;

	if (pid == 0) {
		for (int i = 0; i < 5; i++)
			(void)raise(SIGSTOP);
		_exit(7);
	}
	other = fork();
	while (other == 0 && kill(pid, SIGCONT) == 0)
		(void)usleep(20000); /* until it has gone */
	if (other == 0)
		_exit(0);
	CHECK_INT(audit_child_wait(pid, 20, &status), 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	CHECK(waitpid(other, &status, 0) == other);
}

/* The child that joins a container is in no namespace that is the host's already. */
static void test_joined(void)
{
	auto_close int procfd = proc_open(0);
	struct audit_process p = { .status.bounding.bits = ~0ULL };
	static struct audit_guest guest;
	struct audit_network network;
	struct policy policy = { 0 };
	double begin = tap_now();

	if (tap_needs_root())
		return;
	for (size_t i = 0; i < POLICY_N_NAMESPACES; i++)
		p.ns[i].shared = true;
	CHECK_INT(audit_join(procfd, &p, &policy, &guest, &network), -ETIMEDOUT);
	CHECK(tap_now() - begin < 30);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

TAP_MAIN({ "a child that ends", test_ends }, { "one that does not", test_alarm },
	 { "one that is stopped", test_stopped },
	 { "one that is stopped and goes on", test_goes_on },
	 { "the one that joined a container, stopped: no verdict, in time", test_joined })
