/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See freezer.h. */
#include "config.h"

#include "tools/copy/freezer.h"

#include <errno.h>
#include <fcntl.h>
#include <lxc/lxccontainer.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"

#define ANSWER_SECONDS 20 /* for LXC to freeze, or to let go */

enum word { FREEZE = 'f', THAW = 't', DONE = 'd', LATE = 'l', FAILED = 'e' };

/* --- The process ---------------------------------------------------------------- */

struct guard {
	int fd, harden;
	struct lxc_container *c;
	bool frozen, late;
};

/* The mark goes first and leaves last: what it says may be too much, never too little. */
static bool freeze(struct guard *g)
{
	const char *state = g->c->state(g->c);
	auto_close int fd = -EBADF;
	struct stat st;

	/* By somebody else: he lets it go, too. */
	if (state && strcmp(state, "FROZEN") == 0)
		return true;
	/* Not waiting: a FIFO of that name would keep us for ever, as no signal ends us. */
	fd = openat(g->harden, PROVE_FREEZER_MARK,
		    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	g->frozen = true;
	return g->c->freeze(g->c);
}

static void thaw(struct guard *g)
{
	if (!g->frozen)
		return;
	/* Until it does: nobody else would. */
	while (!g->c->unfreeze(g->c) && g->c->is_running(g->c))
		(void)poll(NULL, 0, 200);
	(void)unlinkat(g->harden, PROVE_FREEZER_MARK, 0); /* a mark that stays is harmless */
	g->frozen = false;
}

static void answer(const struct guard *g, enum word word)
{
	const char c = (char)word;

	(void)send(g->fd, &c, 1, MSG_NOSIGNAL); /* who is gone needs no answer */
}

static void serve(struct guard *g)
{
	struct pollfd p = { .fd = g->fd, .events = POLLIN };
	char c;

	for (;;) {
		int n = poll(&p, 1, g->frozen ? PROVE_FREEZER_SECONDS * 1000 : -1);

		if (n == 0) {
			thaw(g);
			g->late = true;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || recv(g->fd, &c, 1, 0) != 1)
			break;
		if (c == FREEZE) {
			answer(g, freeze(g) ? DONE : FAILED);
		} else {
			thaw(g);
			answer(g, g->late ? LATE : DONE);
		}
	}
	thaw(g);
}

static __attribute__((noreturn)) void run_guard(int fd, const char *lxcpath, const char *name,
						int harden)
{
	struct guard g = { .fd = fd, .harden = harden };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Not ended by what ends us. */
	(void)setsid();
	(void)signal(SIGINT, SIG_IGN); /* none of these fails */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 3; i++)
		(void)dup2(null, i); /* else whoever reads our output would wait for it, too */
	g.c = lxc_container_new(name, lxcpath);
	if (!g.c)
		_exit(1);
	serve(&g);
	_exit(0);
}

/* --- Its master -------------------------------------------------------------------- */

int prove_freezer_open(struct prove_freezer *freezer, const char *lxcpath, const char *name,
		       int harden)
{
	const struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	(void)setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)); /* never fails */
	pid = fork();
	if (pid == 0) {
		(void)close(fds[0]); /* a socket */
		run_guard(fds[1], lxcpath, name, harden);
	}
	(void)close(fds[1]);
	if (pid < 0) {
		int r = -errno;

		(void)close(fds[0]);
		return r;
	}
	*freezer = (struct prove_freezer){ fds[0], pid };
	return 0;
}

static int ask(struct prove_freezer *freezer, enum word word)
{
	char c = (char)word;

	if (send(freezer->fd, &c, 1, MSG_NOSIGNAL) != 1)
		return -errno;
	if (recv(freezer->fd, &c, 1, 0) != 1)
		return -EIO;
	return c == DONE ? 0 : c == LATE ? -ETIMEDOUT : -EIO;
}

int prove_freezer_freeze(struct prove_freezer *freezer)
{
	return ask(freezer, FREEZE);
}

int prove_freezer_thaw(struct prove_freezer *freezer)
{
	return ask(freezer, THAW);
}

void prove_freezer_done(struct prove_freezer *freezer)
{
	if (freezer->fd < 0)
		return;
	(void)close(freezer->fd); /* a socket; its end is the sign to go */
	/* One that LXC keeps waiting goes on by itself, and lets the container go then. */
	for (int i = 0; i < ANSWER_SECONDS * 20; i++) {
		if (waitpid(freezer->pid, NULL, WNOHANG) != 0)
			break;
		(void)poll(NULL, 0, 50);
	}
	*freezer = PROVE_FREEZER_INIT;
}

bool prove_freezer_sweep(const char *lxcpath, const char *name, int harden)
{
	struct guard g = { .fd = -EBADF, .harden = harden };
	const char *state;
	bool was;

	if (faccessat(harden, PROVE_FREEZER_MARK, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	g.c = lxc_container_new(name, lxcpath);
	if (!g.c)
		return false;
	state = g.c->state(g.c);
	was = state && strcmp(state, "FROZEN") == 0;
	g.frozen = true;
	thaw(&g);
	(void)lxc_container_put(g.c); /* says only whether it was freed */
	return was;
}
