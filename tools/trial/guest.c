/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See guest.h. */
#include "config.h"

#include "tools/trial/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/copy/room.h"
#include "tools/process/attach.h"

#define KILL_MS 5000

volatile sig_atomic_t prove_guest_stop;

static void nap(unsigned int ms)
{
	(void)poll(NULL, 0, (int)ms); /* a signal may end it early */
}

/* Reaps the child if it has ended. */
static bool has_ended(pid_t pid, int *ret_status)
{
	pid_t r = waitpid(pid, ret_status, WNOHANG);

	return r == pid || (r < 0 && errno == ECHILD);
}

static bool await_end(pid_t pid, unsigned int limit_ms, int *ret_status)
{
	int64_t end = prove_deadline_now() + limit_ms;

	while (!has_ended(pid, ret_status)) {
		if (prove_deadline_now() >= end)
			return false;
		nap(3);
	}
	return true;
}

/* --- The start ------------------------------------------------------------------- */

/* The standard three to nowhere; no other descriptor of ours in a process of LXC's. */
static void close_all(int in, int out)
{
	auto_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)dup2(in >= 0 ? in : null, 0); /* what cannot be had stays closed */
	(void)dup2(out >= 0 ? out : null, 1);
	(void)dup2(out >= 0 ? out : null, 2);
	io_close_from(STDERR_FILENO + 1);
}

static struct lxc_container *open_container(const struct prove_guest *guest)
{
	return lxc_container_new(guest->name, guest->lxcpath);
}

static __attribute__((noreturn)) void run_monitor(const struct prove_guest *guest)
{
	struct lxc_container *c;
	char file[160];
	struct lxc_log log = {
		.name = guest->name,
		.lxcpath = guest->lxcpath,
		.file = file,
		.level = "WARN",
		.prefix = "prove",
		.quiet = true,
	};

	(void)snprintf(file, sizeof(file), "%s/log", guest->dir); /* sized to fit */
	/* Away from the terminal and its Ctrl-C. */
	(void)setsid();
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	close_all(-1, -1);
	if (lxc_log_init(&log) < 0)
		_exit(1);
	c = open_container(guest);
	if (!c || !c->want_daemonize(c, false))
		_exit(1);
	_exit(c->start(c, 0, NULL) ? 0 : 1);
}

int prove_guest_start(struct prove_guest *guest, unsigned int limit_ms)
{
	int64_t end = prove_deadline_now() + limit_ms;

	guest->c = open_container(guest);
	if (!guest->c)
		return -ENOMEM;
	guest->monitor = fork();
	if (guest->monitor < 0) {
		guest->monitor = 0;
		return -errno;
	}
	if (guest->monitor == 0)
		run_monitor(guest);
	while (!prove_guest_stop && prove_guest_is_alive(guest)) {
		const char *state = guest->c->state(guest->c);

		if (state && strcmp(state, "RUNNING") == 0) {
			guest->init = guest->c->init_pid(guest->c);
			if (guest->init > 0)
				return 0;
		}
		if (prove_deadline_now() >= end)
			return -ETIMEDOUT;
		nap(5);
	}
	return -ECANCELED;
}

bool prove_guest_is_alive(struct prove_guest *guest)
{
	int status;

	if (guest->monitor > 0 && has_ended(guest->monitor, &status))
		guest->monitor = 0;
	return guest->monitor > 0;
}

/* --- Commands inside --------------------------------------------------------------- */

/* As "lxc-harden attach", which keeps what we hold from the guest. */
static __attribute__((noreturn)) void run_attached(const struct prove_guest *guest,
						   const char *const argv[], int out)
{
	char pid[16];
	const char *const words[] = { "lxc-harden", "attach",	    "--pid",	 pid,
				      "-P",	    guest->lxcpath, "-v",	 "LC_ALL=C",
				      "-v",	    "TERM=dumb",    guest->name, "--" };
	const size_t n = sizeof(words) / sizeof(words[0]);
	const char **all;
	size_t given = 0;

	(void)snprintf(pid, sizeof(pid), "%d", (int)guest->init); /* fits */
	while (argv[given])
		given++;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): a pointer is what is meant. */
	all = calloc(n + given + 1, sizeof(*all));
	if (!all)
		_exit(ATTACH_STATUS_FAILED);
	memcpy(all, words, sizeof(words));
	memcpy(all + n, argv, given * sizeof(argv[0]));
	(void)setsid();
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* else it ends with the container */
	close_all(-1, out);
	(void)attach_seal((char *const *)(uintptr_t)all);
	_exit(ATTACH_STATUS_FAILED);
}

struct collector {
	char *text;
	size_t size;
	bool ended;
};

/* What is more than the limit is read and dropped, so that the writer goes on. */
static void collect(struct collector *c, int fd, unsigned int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buf[16384];
	ssize_t n;

	if (poll(&p, 1, (int)wait_ms) <= 0)
		return;
	n = read(fd, buf, sizeof(buf));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		c->ended = true;
	if (n > 0 && c->size < PROVE_OUTPUT_MAX) {
		if ((size_t)n > PROVE_OUTPUT_MAX - c->size)
			n = (ssize_t)(PROVE_OUTPUT_MAX - c->size);
		memcpy(c->text + c->size, buf, (size_t)n);
		c->size += (size_t)n;
	}
}

int prove_guest_run(struct prove_guest *guest, const char *const argv[], unsigned int limit_ms,
		    struct prove_output *ret)
{
	auto_free char *text = malloc(PROVE_OUTPUT_MAX + 1);
	struct collector out = { .text = text };
	struct prove_deadline deadline = prove_deadline_begin(limit_ms);
	bool ended = false;
	int fds[2], status = 0, r = 0;
	pid_t pid;

	if (!text || pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -ENOMEM;
	auto_close int in = fds[0];

	pid = fork();
	if (pid == 0) {
		/* Blocking for whoever writes. */
		(void)fcntl(fds[1], F_SETFL, 0);
		run_attached(guest, argv, fds[1]);
	}
	(void)close(fds[1]); /* a pipe */
	if (pid < 0)
		return -errno;
	while (!ended && r == 0) {
		if (out.ended)
			nap(2);
		else
			collect(&out, in, 5);
		ended = has_ended(pid, &status);
		if (!ended && (prove_guest_stop || !prove_guest_is_alive(guest)))
			r = -ECANCELED;
		else if (!ended && prove_deadline_is_over(&deadline))
			r = -ETIMEDOUT;
	}
	if (r < 0) {
		(void)kill(pid, SIGKILL); /* our child, not reaped yet */
		(void)waitpid(pid, &status, 0);
		return r;
	}
	/* A daemon may have taken the pipe along: what is there, and no end. */
	for (int i = 0; i < 64 && !out.ended; i++) {
		struct pollfd p = { .fd = in, .events = POLLIN };

		if (poll(&p, 1, 0) <= 0)
			break;
		collect(&out, in, 0);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) == ATTACH_STATUS_FAILED)
		return prove_guest_is_alive(guest) ? -EAGAIN : -ECANCELED;
	text[out.size] = '\0';
	*ret = (struct prove_output){ WEXITSTATUS(status), take_ptr(&text), out.size };
	return 0;
}

/* --- The end -------------------------------------------------------------------------- */

int prove_guest_shutdown(struct prove_guest *guest, unsigned int limit_ms)
{
	struct prove_deadline deadline = prove_deadline_begin(limit_ms);

	/* With no time to wait it only sends the signal. */
	if (!guest->c->shutdown(guest->c, 0) && prove_guest_is_alive(guest))
		return -ECANCELED;
	while (prove_guest_is_alive(guest)) {
		if (prove_guest_stop || prove_deadline_is_over(&deadline))
			return -ETIMEDOUT;
		nap(5);
	}
	return 0;
}

void prove_guest_kill(struct prove_guest *guest)
{
	int status;

	if (guest->monitor > 0 && guest->init <= 0 && guest->c)
		guest->init = guest->c->init_pid(guest->c);
	/* The monitor then cleans up by itself.  It is alive, so the number is still init's. */
	if (prove_guest_is_alive(guest) && guest->init > 0)
		(void)kill(guest->init, SIGKILL);
	if (guest->monitor > 0 &&
	    !await_end(guest->monitor, guest->init > 0 ? KILL_MS : 200, &status)) {
		(void)kill(guest->monitor, SIGKILL);
		(void)waitpid(guest->monitor, &status, 0);
		/* An init whose monitor was killed is still there. */
		if (guest->init > 0)
			(void)kill(guest->init, SIGKILL);
	}
	guest->monitor = 0;
	if (guest->c)
		(void)lxc_container_put(guest->c); /* says only whether it was freed */
	guest->c = NULL;
	prove_room_remove_cgroups(guest->name, false);
}
