/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See pool.h. */
#include "config.h"

#include "tools/prove/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/trial/guest.h"

#define END_MS 15000 /* for a try to clean up */

int prove_pool_init(struct prove_pool *pool, size_t n_slots)
{
	sigset_t set;

	*pool = (struct prove_pool){ .signalfd = -EBADF, .n_slots = n_slots };
	pool->slots = calloc(n_slots, sizeof(*pool->slots));
	if (!pool->slots)
		return -ENOMEM;
	(void)sigemptyset(&set); /* neither fails with these */
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	pool->signalfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return pool->signalfd < 0 ? -errno : 0;
}

size_t prove_pool_running(const struct prove_pool *pool, struct capsearch_want *list)
{
	size_t n = 0;

	for (size_t i = 0; i < pool->n_slots; i++) {
		if (pool->slots[i].pid)
			list[n++] = pool->slots[i].want;
	}
	return n;
}

/* --- In the try's process -------------------------------------------------------- */

static void on_term(int sig)
{
	(void)sig;
	prove_guest_stop = 1;
}

static __attribute__((noreturn)) void run_try(const struct prove_setup *setup,
					      const struct prove_try *try, int fd)
{
	const struct sigaction term = { .sa_handler = on_term };
	static struct prove_result result; /* too large for a stack */
	sigset_t none;

	/* Ctrl-C comes to the whole group; who is in charge hands it on. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)sigaction(SIGTERM, &term, NULL); /* none of these fails with such arguments */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	prove_trial_run(setup, try, &result);
	_exit(io_write_all(fd, &result, sizeof(result)) == 0 ? 0 : 1);
}

/* --- In charge ---------------------------------------------------------------------- */

int prove_pool_start(struct prove_pool *pool, const struct prove_setup *setup,
		     const struct prove_state *baseline, const struct capsearch_want *want)
{
	struct prove_try try = {
		.number = pool->number++,
		.keep = want->set,
		.plain = want->confirm,
		.baseline = baseline,
	};
	struct prove_slot *slot = pool->slots;
	int fds[2];

	while (slot->pid)
		slot++;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	*slot = (struct prove_slot){ .fd = fds[0], .want = *want };
	slot->pid = fork();
	if (slot->pid == 0) {
		(void)close(fds[0]); /* the other end of a pipe */
		run_try(setup, &try, fds[1]);
	}
	(void)close(fds[1]);
	if (slot->pid < 0) {
		int r = -errno;

		(void)close(fds[0]);
		slot->pid = 0;
		return r;
	}
	return 0;
}

/* Orphans of the tries come to pid 1, too.  The tries themselves are left to read_slot(). */
static void reap_orphans(const struct prove_pool *pool)
{
	siginfo_t info = { .si_pid = 0 };

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid) {
		for (size_t i = 0; i < pool->n_slots; i++) {
			if (pool->slots[i].pid == info.si_pid)
				return;
		}
		(void)waitpid(info.si_pid, NULL, 0); /* it has ended */
		info.si_pid = 0;
	}
}

/* True at the end of the try. */
static bool read_slot(struct prove_slot *slot)
{
	char *at = (char *)&slot->result + slot->got;
	ssize_t n = read(slot->fd, at, sizeof(slot->result) - slot->got);

	if (n > 0)
		slot->got += (size_t)n;
	if (n > 0 || (n < 0 && errno == EINTR))
		return false;
	(void)close(slot->fd); /* only read from */
	(void)waitpid(slot->pid, NULL, 0);
	slot->pid = 0;
	if (slot->got < sizeof(slot->result)) {
		slot->result = (struct prove_result){ .verdict = PROVE_BROKEN };
		strcpy(slot->result.what, "the process that tried it was killed");
	}
	return true;
}

static const struct prove_slot *wait_slot(struct prove_pool *pool, unsigned int ms, bool signals)
{
	struct pollfd fds[PROVE_POOL_MAX + 1];
	struct prove_slot *of[PROVE_POOL_MAX];
	struct signalfd_siginfo info;
	nfds_t n = 0;

	for (size_t i = 0; i < pool->n_slots; i++) {
		if (pool->slots[i].pid) {
			of[n] = &pool->slots[i];
			fds[n] = (struct pollfd){ .fd = of[n]->fd, .events = POLLIN };
			n++;
		}
	}
	fds[n] = (struct pollfd){ .fd = pool->signalfd, .events = POLLIN };
	if (poll(fds, n + signals, (int)ms) <= 0)
		return NULL;
	if (signals && fds[n].revents && read(pool->signalfd, &info, sizeof(info)) == sizeof(info))
		pool->stopping = true;
	for (nfds_t i = 0; i < n; i++) {
		if (fds[i].revents && read_slot(of[i]))
			return of[i];
	}
	return NULL;
}

const struct prove_slot *prove_pool_wait(struct prove_pool *pool, unsigned int ms)
{
	int64_t end = prove_deadline_now() + ms;
	const struct prove_slot *slot = NULL;

	do {
		int64_t left = end - prove_deadline_now();

		slot = wait_slot(pool, left > 0 ? (unsigned int)left : 0, true);
	} while (!slot && !pool->stopping && prove_deadline_now() < end);
	reap_orphans(pool);
	return slot;
}

void prove_pool_done(struct prove_pool *pool)
{
	int64_t end = prove_deadline_now() + END_MS;
	struct capsearch_want list[PROVE_POOL_MAX];

	for (size_t i = 0; i < pool->n_slots; i++) {
		if (pool->slots[i].pid)
			(void)kill(pool->slots[i].pid, SIGTERM); /* not reaped yet */
	}
	while (prove_pool_running(pool, list) && prove_deadline_now() < end)
		(void)wait_slot(pool, 200, false);
	/* What is left ends with us, as we are pid 1. */
	free(pool->slots);
	if (pool->signalfd >= 0)
		(void)close(pool->signalfd); /* nothing is written to it */
	*pool = (struct prove_pool){ .signalfd = -EBADF };
}
