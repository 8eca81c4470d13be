/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-child.h. */
#include "config.h"

#include "hooks/audit-child.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SECOND 1000000000

static void set_sigchld(sigset_t *set)
{
	(void)sigemptyset(set); /* neither can fail */
	(void)sigaddset(set, SIGCHLD);
}

void audit_child_follow(void)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* else the alarm ends it */
}

pid_t audit_child_fork(unsigned int seconds)
{
	sigset_t set;
	pid_t pid;

	/* Before there is a child: its end then stays pending until we ask for it. */
	set_sigchld(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		audit_child_follow();
		(void)signal(SIGALRM, SIG_DFL);
		(void)alarm(seconds);
	}
	return pid;
}

static int64_t get_time(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* always there */
	return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

/* 1 if it has ended, 0 if it has not until then. */
static int wait_until(pid_t pid, int64_t end, int *ret_status)
{
	sigset_t set;

	set_sigchld(&set);
	for (;;) {
		pid_t r = waitpid(pid, ret_status, WNOHANG);
		int64_t left = end - get_time();
		struct timespec limit;

		if (r > 0)
			return 1;
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (left <= 0)
			return 0;
		limit = (struct timespec){ left / NS_PER_SECOND, left % NS_PER_SECOND };
		/* It comes for a child that is stopped, too. */
		if (sigtimedwait(&set, NULL, &limit) < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
	}
}

int audit_child_wait(pid_t pid, unsigned int seconds, int *ret_status)
{
	int64_t end = get_time() + ((int64_t)seconds + 1) * NS_PER_SECOND;
	int r = wait_until(pid, end, ret_status);

	if (r > 0)
		return 0;
	if (r == -ECHILD)
		return r; /* the number may be somebody else's by now */
	/* Stopped by somebody with its ids, which keeps its alarm away, but not this. */
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, ret_status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return r;
}
