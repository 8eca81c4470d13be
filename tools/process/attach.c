/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See attach.h: the keeper. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"
#include "tools/process/attach-parts.h"

#define KILL_MS 5000

int attach_fail(struct attach_error *error, int r, const char *format, ...)
{
	size_t n;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error->text, sizeof(error->text), format, args); /* cut if need be */
	va_end(args);
	n = strlen(error->text);
	if (r != -EBUSY) /* frozen, and the text says it all */
		(void)snprintf(error->text + n, sizeof(error->text) - n, ": %s", strerror(-r));
	return r;
}

/* --- Children ------------------------------------------------------------------------- */

/* All of ours; -1 behind the last.  The kernel writes the file. */
static void list_children(pid_t list[8])
{
	auto_free char *text = NULL;
	char path[64], *p;
	int n = 0;
	size_t size;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid()); /* fits */
	if (io_read_file_at(AT_FDCWD, path, 4096, &text, &size) == 0) {
		p = text;
		while (n < 7 && *p) {
			list[n] = (pid_t)strtol(p, &p, 10);
			p += *p == ' ';
			if (list[n] > 1)
				n++;
		}
	}
	list[n] = -1;
}

void attach_kill_children(const struct attach_cgroups *cgroups)
{
	int64_t end = attach_now_ms() + KILL_MS;
	const struct timespec pause = { 0, 10000000 };
	pid_t list[8];

	/* When the entrant has ended, its child becomes ours. */
	while (attach_now_ms() < end) {
		pid_t r = waitpid(-1, NULL, WNOHANG);

		if (r < 0 && errno == ECHILD)
			return;
		if (r > 0)
			continue;
		list_children(list);
		for (int i = 0; list[i] > 0; i++) {
			(void)kill(list[i], SIGKILL); /* ours, so that number is nobody else's */
			attach_cgroups_thaw(cgroups, list[i]);
		}
		(void)nanosleep(&pause, NULL);
	}
}

/* --- The entrant ------------------------------------------------------------------------ */

struct keeper {
	const struct attach_request *request;
	struct attach_init init;
	struct attach_copy copy;
	struct attach_ends ends;
	int up, down; /* our ends */
	pid_t entrant, command;
	int64_t deadline;
	struct attach_error *error;
};

static int make_ways(struct keeper *k)
{
	int up[2], down[2];

	if (pipe2(up, O_CLOEXEC) < 0)
		return attach_fail(k->error, -errno, "no pipe");
	k->up = up[0];
	k->ends.up = up[1];
	if (pipe2(down, O_CLOEXEC) < 0)
		return attach_fail(k->error, -errno, "no pipe");
	k->ends.down = down[0];
	k->down = down[1];
	return 0;
}

static int start_entrant(struct keeper *k)
{
	/* Whose orphan, the command, is then our child: so it needs nobody beside it. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return attach_fail(k->error, -errno, "cannot take on children");
	(void)fflush(NULL); /* not twice */
	k->deadline = attach_now_ms() + ATTACH_SECONDS * INT64_C(1000);
	k->entrant = fork();
	if (k->entrant < 0)
		return attach_fail(k->error, -errno, "cannot fork");
	if (k->entrant == 0)
		attach_enter(k->request, &k->init, &k->ends);
	for (int i = 0; i <= 2; i++) {
		cleanup_close(&k->ends.std[i]);
		k->ends.std[i] = -EBADF;
	}
	cleanup_close(&k->ends.up);
	cleanup_close(&k->ends.down);
	k->ends.up = k->ends.down = -EBADF;
	return 0;
}

/* 1 and a message, 0 at the end of all, or -errno: -ETIMEDOUT, -ECANCELED by a signal. */
static int next_message(struct keeper *k, struct attach_message *ret)
{
	struct pollfd p[2] = { { .fd = k->up, .events = POLLIN },
			       { .fd = k->copy.signalfd, .events = POLLIN } };

	for (;;) {
		int64_t left = k->deadline - attach_now_ms();
		struct signalfd_siginfo info;
		ssize_t n;

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(p, 2, (int)left) < 0 && errno != EINTR)
			return -errno;
		if (p[1].revents && read(p[1].fd, &info, sizeof(info)) == (ssize_t)sizeof(info) &&
		    info.ssi_signo != SIGCHLD && info.ssi_signo != SIGWINCH)
			return -ECANCELED;
		if (!p[0].revents)
			continue;
		n = read(k->up, ret, sizeof(*ret));
		if (n == 0)
			return 0;
		if (n != (ssize_t)sizeof(*ret))
			return n < 0 ? -errno : -EPROTO;
		ret->what[sizeof(ret->what) - 1] = '\0';
		return 1;
	}
}

static int say_why(struct keeper *k, int r, const struct attach_message *m)
{
	if (r == 1 && m->step == ATTACH_FAILED && m->error < 0)
		return attach_fail(k->error, m->error, "%s", m->what);
	if (r == -ETIMEDOUT && attach_cgroups_are_frozen(&k->init.cgroups))
		return attach_fail(
			k->error, -EBUSY,
			"not entered within %d seconds: its cgroup was frozen meanwhile, "
			"maybe from inside",
			ATTACH_SECONDS);
	if (r == -ETIMEDOUT)
		return attach_fail(k->error, r, "not entered within %d seconds", ATTACH_SECONDS);
	if (r == -ECANCELED)
		return attach_fail(k->error, r, "stopped by a signal");
	return attach_fail(k->error, r < 0 ? r : -ECHILD,
			   "what was to enter has ended: killed from inside, for memory, or by a "
			   "seccomp filter that lets no init start");
}

static void say_not_run(struct keeper *k, int r)
{
	char name[128];
	struct emit e = EMIT_INIT(name);

	emit_escaped(&e, span_of(k->request->argv ? k->request->argv[0] : "/bin/sh"));
	(void)attach_fail(k->error, r, "cannot execute '%s'", name);
}

/* The entrant is ready: up to its end, and to the command's execution. */
static int let_in(struct keeper *k)
{
	struct attach_message m = { 0 };
	int r = attach_init_compare(&k->init, k->entrant, k->error);

	if (r == 0)
		r = attach_cgroups_enter(&k->init.cgroups, k->entrant, k->error);
	if (r < 0)
		return r;
	if (write(k->down, "g", 1) != 1)
		return attach_fail(k->error, -EPIPE, "what was to enter has ended");
	while ((r = next_message(k, &m)) > 0) {
		if (m.step == ATTACH_FORKED && !k->command) {
			k->command = m.pid;
		} else if (m.step == ATTACH_NOT_RUN) {
			say_not_run(k, m.error < 0 ? m.error : -ENOEXEC);
		} else {
			return say_why(k, r, &m);
		}
	}
	if (r < 0 || !k->command)
		return say_why(k, r, &m);
	/* Both have let go of the pipe: the entrant has ended, or will now. */
	(void)waitpid(k->entrant, NULL, 0);
	/* The guest may have been who told us the number. */
	if (waitid(P_PID, (id_t)k->command, &(siginfo_t){ 0 }, WEXITED | WNOWAIT | WNOHANG) < 0)
		return attach_fail(k->error, -errno, "what entered is not our child");
	return 0;
}

static int enter(struct keeper *k)
{
	struct attach_message m = { 0 };
	int r = make_ways(k);

	if (r == 0)
		r = start_entrant(k);
	if (r < 0)
		return r;
	r = next_message(k, &m);
	if (r == 1 && m.step == ATTACH_READY)
		return let_in(k);
	return say_why(k, r, &m);
}

static int run(struct keeper *k, int *ret_status)
{
	int status, r = attach_init_open(k->request->init, &k->init, k->error);

	if (r == 0)
		r = attach_copy_open(&k->init, k->request->terminal, &k->copy, &k->ends, k->error);
	if (r == 0)
		r = enter(k);
	if (r < 0) {
		attach_kill_children(&k->init.cgroups);
		return r;
	}
	status = attach_copy_run(&k->copy, k->command, &k->init.cgroups);
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}

/* So that nothing which we open is where the entrant puts its own. */
static int fill_low(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return -errno;
	} while (fd < ATTACH_LOWEST - 1);
	if (fd >= ATTACH_LOWEST)
		(void)close(fd); /* below it, all were in use */
	return 0;
}

int attach_run(const struct attach_request *request, int *ret_status,
	       struct attach_error *ret_error)
{
	struct keeper *k = calloc(1, sizeof(*k)); /* its buffers are large */
	int r;

	if (!k)
		return attach_fail(ret_error, -ENOMEM, "no memory");
	ret_error->text[0] = '\0';
	k->request = request;
	k->error = ret_error;
	k->up = k->down = k->ends.up = k->ends.down = -EBADF;
	k->copy.signalfd = k->copy.masterfd = -EBADF;
	for (int i = 0; i <= 2; i++)
		k->ends.std[i] = -EBADF;
	r = fill_low();
	r = r < 0 ? attach_fail(ret_error, r, "cannot open /dev/null") : run(k, ret_status);
	attach_copy_close(&k->copy);
	cleanup_close(&k->up);
	cleanup_close(&k->down);
	attach_init_close(&k->init);
	free(k);
	return r;
}
