/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See child.h. */
#include "config.h"

#include "tools/process/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

#define KILL_TRIES 100 /* of 50 ms */

static void set_output(enum child_output output, int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (output == CHILD_PIPE && dup2(fd, STDOUT_FILENO) < 0)
		_exit(127);
	if (output == CHILD_NULL && dup2(null, STDOUT_FILENO) < 0)
		_exit(127);
	if (output != CHILD_INHERIT && dup2(null, STDERR_FILENO) < 0)
		_exit(127);
}

/* Once the standard three are set: see enum child_kind. */
static void leave_ours(enum child_kind kind)
{
	if (kind == CHILD_HOST)
		return;
	if (kind == CHILD_ALONE)
		(void)setsid(); /* we were just forked: it cannot fail */
	io_close_from(STDERR_FILENO + 1);
}

__attribute__((noreturn)) static void run(char *const argv[], int gofd, int outfd,
					  enum child_output output, enum child_kind kind)
{
	sigset_t none;
	char byte;
	int null;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	/* At the end of file we have died, and it must not go on unmarked. */
	if (read(gofd, &byte, 1) != 1)
		_exit(127);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (kind == CHILD_ALONE && (null < 0 || dup2(null, STDIN_FILENO) < 0))
		_exit(127);
	set_output(output, outfd);
	leave_ours(kind);
	(void)execvp(argv[0], argv);
	fprintf(stderr, "lxc-harden: cannot run '%s': %s\n", argv[0], strerror(errno));
	_exit(127);
}

int child_start(struct child *child, char *const argv[], enum child_output output,
		enum child_kind kind)
{
	int go[2], out[2] = { -EBADF, -EBADF };
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) < 0)
		return -errno;
	if (output == CHILD_PIPE && pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0) {
		int r = -errno;

		(void)close(go[0]); /* pipes that nobody has used */
		(void)close(go[1]);
		return r;
	}
	(void)fflush(NULL); /* not twice */
	pid = fork();
	if (pid == 0) {
		(void)close(go[1]);
		run(argv, go[0], out[1], output, kind);
	}
	(void)close(go[0]);
	cleanup_close(&out[1]);
	if (pid < 0) {
		int r = -errno;

		(void)close(go[1]);
		cleanup_close(&out[0]);
		return r;
	}
	*child = (struct child){ .pid = pid, .gofd = go[1], .outfd = out[0] };
	return 0;
}

void child_go(struct child *child)
{
	ssize_t n = write(child->gofd, "g", 1);

	(void)n; /* one that has died meanwhile is reaped later */
	cleanup_close(&child->gofd);
	child->gofd = -EBADF;
}

static void forget(struct child *child)
{
	cleanup_close(&child->gofd);
	cleanup_close(&child->outfd);
	*child = CHILD_INIT;
}

int child_reap(struct child *child, int *ret_status)
{
	int status;
	pid_t pid;

	if (!child->pid)
		return 0;
	pid = waitpid(child->pid, &status, WNOHANG);
	if (pid == 0)
		return 0;
	if (pid < 0)
		*ret_status = 127;
	else
		*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	forget(child);
	return 1;
}

void child_kill(struct child *child)
{
	const struct timespec pause = { 0, 50000000 };
	int status;

	if (!child->pid)
		return;
	(void)kill(child->pid, SIGTERM);
	for (int i = 0; i < KILL_TRIES; i++) {
		if (child_reap(child, &status))
			return;
		(void)nanosleep(&pause, NULL); /* cut short by a signal: asked again sooner */
	}
	(void)kill(child->pid, SIGKILL);
	(void)waitpid(child->pid, &status, 0);
	forget(child);
}
