/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See workers.h. */
#include "config.h"

#include "tools/process/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tools/process/freezer.h"

#define JOBS_MAX 16
#define SECONDS 10
/* For one other user, who can stop every process that has his rights, or make each slow. */
#define LOST_MAX 3
#define GROUP_TIMES 12 /* the limit for one job, for all of his */
#define NOTHING ((size_t)-1)
#define LAST_TRIES 20 /* of 50 ms, for those that were killed */

/* In memory that all the processes share. */
struct shared {
	size_t at[JOBS_MAX]; /* what the process in that slot is doing, or NOTHING */
	size_t next;	     /* of the present group */
};

/* A process, as its parent knows it. */
struct slot {
	pid_t pid; /* 0: none */
	int pipefd;
	size_t seen; /* what .at was when it was looked at, and since when */
	time_t since;
};

struct board {
	const struct workers *w;
	struct shared *shared;
	enum workers_end *ends;
	unsigned char *results;
	struct slot slots[JOBS_MAX];
	unsigned int jobs;
	time_t seconds;
	size_t end;	   /* of the present group */
	unsigned int lost; /* jobs of it that did not end in time */
	pid_t *killed;	   /* they have not ended yet; each has had a job: at most w->n */
	size_t n_killed;
	int freezerfd; /* -EBADF: not opened yet */
	int signalfd;  /* a signal that is to end us waits; it is not read */
	sigset_t mask; /* before */
};

static size_t claim(const struct board *b)
{
	size_t i = __atomic_fetch_add(&b->shared->next, 1, __ATOMIC_SEQ_CST);

	return i < b->end ? i : NOTHING;
}

static void set_at(const struct board *b, size_t slot, size_t i)
{
	__atomic_store_n(&b->shared->at[slot], i, __ATOMIC_SEQ_CST);
}

/*
 * liblxc has a mind of its own about what belongs on a terminal, and a user may have it write
 * there: his lxc.log.file may be /dev/tty, which is ours for as long as we have one.
 */
static void be_quiet(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid(); /* of a child, which leads no group: it does not fail */
	if (fd < 0)
		return;
	(void)dup2(fd, STDIN_FILENO);
	(void)dup2(fd, STDOUT_FILENO); /* what fails here is as before */
	(void)dup2(fd, STDERR_FILENO);
	(void)close(fd);
}

static void __attribute__((noreturn)) work(const struct board *b, size_t slot, size_t i)
{
	const struct workers *w = b->w;

	(void)sigprocmask(SIG_SETMASK, &b->mask, NULL); /* a mask that was one */
	be_quiet();
	if (w->owners && workers_become(&w->owners[i]) < 0)
		_exit(1);
	/* After that, as a change of ids clears it.  Nobody is left behind when we are killed. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		_exit(1);
	for (; i != NOTHING; i = claim(b)) {
		set_at(b, slot, i);
		w->run(i, b->results + i * w->size, w->state);
		b->ends[i] = WORKERS_DONE;
		set_at(b, slot, NOTHING);
	}
	_exit(0);
}

/* 0, or -errno.  The job is claimed here: a process that ends at once has had it. */
static int start(struct board *b, size_t slot, size_t i)
{
	struct slot *s = &b->slots[slot];
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	set_at(b, slot, i);
	pid = fork();
	if (pid == 0) {
		(void)close(fds[0]); /* read from by our parent only */
		work(b, slot, i);
	}
	(void)close(fds[1]); /* so that the other end hangs up when the process ends */
	if (pid < 0) {
		int r = -errno;

		(void)close(fds[0]);
		set_at(b, slot, NOTHING);
		return r;
	}
	*s = (struct slot){ .pid = pid, .pipefd = fds[0], .seen = i };
	return 0;
}

static time_t now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* always there */
	return t.tv_sec;
}

/* Notes what the process left unfinished. */
static void take_end(struct board *b, size_t slot, enum workers_end end)
{
	struct slot *s = &b->slots[slot];
	size_t at = b->shared->at[slot];

	if (at < b->w->n)
		b->ends[at] = end;
	b->lost += end == WORKERS_TIMED_OUT;
	/* Room for all, unless a worker that was taken over gave out jobs a second time. */
	if (end == WORKERS_TIMED_OUT && b->n_killed < b->w->n)
		b->killed[b->n_killed++] = s->pid;
	set_at(b, slot, NOTHING);
	(void)close(s->pipefd); /* only ever waited for */
	s->pid = 0;
}

/*
 * Nobody waits for their end.  A v1 freezer of that user's holds a process against SIGKILL, and
 * so does a file system that has taken a request and does not answer.  The first is undone here;
 * the second nobody can undo from outside.
 */
static void reap_killed(struct board *b)
{
	size_t n = 0;

	if (b->n_killed && b->freezerfd == -EBADF)
		b->freezerfd = freezer_open_own();
	for (size_t i = 0; i < b->n_killed; i++) {
		pid_t pid = b->killed[i];

		if (waitpid(pid, NULL, WNOHANG) == pid)
			continue;
		/* It ends before he could move it again: the signal waits for it. */
		if (b->freezerfd >= 0)
			(void)freezer_release(b->freezerfd, pid); /* tried again later */
		b->killed[n++] = pid;
	}
	b->n_killed = n;
}

static void look_at(struct board *b, size_t slot, time_t time)
{
	struct slot *s = &b->slots[slot];
	size_t at = __atomic_load_n(&b->shared->at[slot], __ATOMIC_SEQ_CST);

	if (waitpid(s->pid, NULL, WNOHANG) == s->pid) {
		take_end(b, slot, WORKERS_CRASHED);
		return;
	}
	if (at != s->seen || !s->since) {
		s->seen = at;
		s->since = time;
	} else if (time - s->since > b->seconds) {
		/* Stopped by its user, or at a file system that does not answer. */
		(void)kill(s->pid, SIGKILL);
		take_end(b, slot, WORKERS_TIMED_OUT);
	}
}

/* We are to end: none stays behind, not even in a freezer. */
static void end_all(struct board *b)
{
	for (size_t i = 0; i < b->jobs; i++) {
		if (!b->slots[i].pid)
			continue;
		(void)kill(b->slots[i].pid, SIGKILL);
		take_end(b, i, WORKERS_TIMED_OUT);
	}
	reap_killed(b);
}

/* Until something ends, or for a while; then looks at every process.  False for a signal. */
static bool wait_some(struct board *b)
{
	struct pollfd fds[JOBS_MAX + 1] = { { .fd = b->signalfd, .events = POLLIN } };
	nfds_t n = 1;
	time_t time;

	for (size_t i = 0; i < b->jobs; i++) {
		if (b->slots[i].pid)
			fds[n++] = (struct pollfd){ .fd = b->slots[i].pipefd, .events = POLLIN };
	}
	(void)poll(fds, n, 200); /* whatever it says, they are looked at */
	if (fds[0].revents) {
		end_all(b);
		return false;
	}
	time = now();
	for (size_t i = 0; i < b->jobs; i++) {
		if (b->slots[i].pid)
			look_at(b, i, time);
	}
	reap_killed(b);
	return true;
}

static bool any_runs(const struct board *b)
{
	for (size_t i = 0; i < b->jobs; i++) {
		if (b->slots[i].pid)
			return true;
	}
	return false;
}

/* Who may claim a job finds none any more. */
static void give_up(struct board *b)
{
	size_t i = __atomic_exchange_n(&b->shared->next, b->end, __ATOMIC_SEQ_CST);

	for (; i < b->end; i++)
		b->ends[i] = WORKERS_TIMED_OUT;
}

/* Jobs of one owner, [first, end). */
static int run_group(struct board *b, size_t first, size_t end)
{
	bool foreign = b->w->owners && b->w->owners[first].uid != geteuid();
	time_t begin = now();
	int r = 0;

	b->end = end;
	b->lost = 0;
	b->shared->next = first;
	for (;;) {
		for (size_t i = 0; i < b->jobs && r == 0; i++) {
			size_t job;

			if (b->slots[i].pid || b->shared->next >= end)
				continue;
			job = claim(b);
			if (job != NOTHING)
				r = start(b, i, job);
		}
		if (!any_runs(b))
			return r;
		if (!wait_some(b))
			return -EINTR;
		if (foreign && (b->lost >= LOST_MAX || now() - begin > GROUP_TIMES * b->seconds))
			give_up(b);
	}
}

static int run_all(struct board *b)
{
	const struct workers *w = b->w;
	size_t first = 0, end;
	int r = 0;

	for (size_t i = 0; i < JOBS_MAX; i++)
		b->shared->at[i] = NOTHING;
	for (; first < w->n && r == 0; first = end) {
		for (end = first + 1; end < w->n; end++) {
			if (w->owners && (w->owners[end].uid != w->owners[first].uid ||
					  w->owners[end].gid != w->owners[first].gid))
				break;
		}
		r = run_group(b, first, end);
	}
	for (int i = 0; b->n_killed && i < LAST_TRIES; i++) {
		(void)poll(NULL, 0, 50); /* a signal may cut it short */
		reap_killed(b);
	}
	return r;
}

/* Signals that end us wait while processes are there to be ended first. */
static int hold_signals(struct board *b)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	struct sigaction action;
	sigset_t set;

	(void)sigemptyset(&set); /* fails for no set */
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* One that is ignored stays so: nohup(1). */
		if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			(void)sigaddset(&set, signals[i]);
	}
	b->signalfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (b->signalfd < 0)
		return -errno;
	return sigprocmask(SIG_BLOCK, &set, &b->mask) < 0 ? -errno : 0;
}

static unsigned int count_jobs(unsigned int wanted)
{
	long n = wanted ? (long)wanted : sysconf(_SC_NPROCESSORS_ONLN);

	if (n < 1)
		return 1;
	return n > JOBS_MAX ? JOBS_MAX : (unsigned int)n;
}

static size_t align(size_t size)
{
	return (size + 63) & ~(size_t)63;
}

int workers_run(const struct workers *workers, struct workers_results *ret)
{
	struct board b = {
		.w = workers,
		.jobs = count_jobs(workers->jobs),
		.seconds = workers->seconds ? (time_t)workers->seconds : SECONDS,
		.freezerfd = -EBADF,
	};
	auto_free pid_t *killed = calloc(workers->n + 1, sizeof(*killed));
	size_t n = workers->n ? workers->n : 1, ends, size;
	unsigned char *memory;
	int r;

	if (!killed)
		return -ENOMEM;
	b.killed = killed;
	if (n > SIZE_MAX / 4 / (workers->size + sizeof(*b.ends)))
		return -E2BIG;
	ends = align(sizeof(struct shared));
	size = ends + align(n * sizeof(*b.ends)) + n * workers->size;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	b.shared = (void *)memory;
	b.ends = (void *)(memory + ends);
	b.results = memory + ends + align(n * sizeof(*b.ends));
	r = hold_signals(&b);
	if (r == 0) {
		r = run_all(&b);
		/* Here the one that waits ends us. */
		(void)sigprocmask(SIG_SETMASK, &b.mask, NULL);
	}
	cleanup_close(&b.freezerfd);
	cleanup_close(&b.signalfd);
	if (r < 0) {
		(void)munmap(memory, size);
		return r;
	}
	*ret = (struct workers_results){
		.n = workers->n,
		.ends = b.ends,
		.results = b.results,
		.memory = memory,
		.memory_size = size,
		.held = { b.n_killed, killed[0] },
	};
	return 0;
}

void workers_done(struct workers_results *results)
{
	if (results->memory)
		(void)munmap(results->memory, results->memory_size); /* ours, and whole */
	*results = (struct workers_results){ .n = 0 };
}
