/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many containers at a time: workers that take the next one from a shared counter.  Each
 * model is built in memory that is shared with the parent from the start, so that nothing
 * has to be sent.  A worker that crashes in liblxc, or hangs in a file system or on a
 * container's command socket, loses its one container, and another worker takes its place.
 */
#include "config.h"

#include "tools/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tools/check-work.h"

#define ARENA_SIZE (768u << 10) /* of address space; what is not used is never touched */
#define SECONDS 30		/* for one container */
#define JOBS_MAX 64

/* In shared memory, followed by the results. */
struct shared {
	atomic_size_t next;
	size_t current[JOBS_MAX];     /* of each worker; n: none */
	struct check *_Atomic done[]; /* [n] */
};

struct crew {
	const struct check_target *targets;
	size_t n;
	const struct check_host *host;
	struct shared *shared;
	char *arenas;
	pid_t pid[JOBS_MAX]; /* 0: none */
	unsigned int jobs;
};

static struct check_arena arena_of(const struct crew *c, size_t i)
{
	return (struct check_arena){ .base = c->arenas + i * ARENA_SIZE, .size = ARENA_SIZE };
}

static struct check *failed(const struct crew *c, size_t i, const char *why)
{
	struct check_arena arena = arena_of(c, i);
	struct check *out = check_alloc(&arena, sizeof(*out)); /* has room */

	out->lxcpath = check_copy(&arena, span_of(c->targets[i].lxcpath));
	out->name = check_copy(&arena, span_of(c->targets[i].name));
	out->level = "none";
	out->state = CHECK_FAILED;
	out->failure = why;
	return out;
}

static _Noreturn void work(const struct crew *c, unsigned int slot)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	size_t i;

	/* liblxc has a mind of its own about what belongs on a terminal. */
	if (fd >= 0)
		(void)dup2(fd, STDERR_FILENO);
	(void)prctl(PR_SET_PDEATHSIG,
		    SIGKILL); /* nothing is left behind by a parent that is killed */
	(void)signal(SIGALRM, SIG_DFL);
	while ((i = atomic_fetch_add(&c->shared->next, 1)) < c->n) {
		struct check_arena arena = arena_of(c, i);
		struct check *done;

		c->shared->current[slot] = i;
		(void)alarm(SECONDS);
		done = check_container(c->host, &c->targets[i], &arena);
		(void)alarm(0);
		atomic_store(&c->shared->done[i], done ? done : failed(c, i, "out of memory"));
		c->shared->current[slot] = c->n;
	}
	_exit(0);
}

static int start(struct crew *c, unsigned int slot)
{
	pid_t pid;

	c->shared->current[slot] = c->n;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		work(c, slot);
	c->pid[slot] = pid;
	return 0;
}

static const char *why_ended(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return "the check did not come to an end in time";
	if (WIFSIGNALED(status))
		return "the check crashed";
	return "the check ended early";
}

/* Tells what became of a worker's container, and whether there is work for another. */
static int take_ended(struct crew *c, pid_t pid, int status)
{
	for (unsigned int slot = 0; slot < c->jobs; slot++) {
		size_t i = c->shared->current[slot];

		if (c->pid[slot] != pid)
			continue;
		c->pid[slot] = 0;
		if (i >= c->n)
			return 0;
		atomic_store(&c->shared->done[i], failed(c, i, why_ended(status)));
		return atomic_load(&c->shared->next) < c->n ? start(c, slot) : 0;
	}
	return 0;
}

static int run(struct crew *c)
{
	int r = 0, status;
	pid_t pid;

	for (unsigned int slot = 0; slot < c->jobs; slot++) {
		r = start(c, slot);
		if (r < 0 && slot == 0)
			return r;
		if (r < 0)
			break; /* fewer will do */
	}
	while ((pid = wait(&status)) > 0 || errno == EINTR) {
		if (pid > 0)
			(void)take_ended(c, pid, status); /* if not replaced, the others go on */
	}
	return 0;
}

static unsigned int count_jobs(unsigned int jobs, size_t n)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (!jobs)
		jobs = cpus > 0 ? (unsigned int)cpus : 1;
	if (jobs > JOBS_MAX)
		jobs = JOBS_MAX;
	return jobs > n ? (unsigned int)n : jobs;
}

/* What a check_set's memory is. */
struct memory {
	char *map;
	size_t size;
	const struct check *checks[];
};

static int map_memory(struct crew *c, struct memory *m)
{
	size_t head = sizeof(struct shared) + c->n * sizeof(struct check *);

	head = (head + 4095) & ~(size_t)4095;
	m->size = head + c->n * ARENA_SIZE;
	m->map = mmap(NULL, m->size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m->map == MAP_FAILED)
		return -errno;
	c->shared = (struct shared *)(void *)m->map;
	c->arenas = m->map + head;
	return 0;
}

int check_all(const struct check_target *targets, size_t n, unsigned int jobs,
	      struct check_set *ret_set)
{
	struct crew c = { .targets = targets, .n = n, .jobs = count_jobs(jobs, n) };
	struct check_host host;
	auto_free struct memory *m = calloc(1, sizeof(*m) + n * sizeof(m->checks[0]));
	int r;

	if (!m)
		return -ENOMEM;
	r = map_memory(&c, m);
	if (r < 0)
		return r;
	check_host_init(&host);
	c.host = &host;
	r = n ? run(&c) : 0;
	check_host_done(&host);
	if (r < 0) {
		(void)munmap(m->map, m->size); /* ours, whole */
		return r;
	}
	for (size_t i = 0; i < n; i++) {
		m->checks[i] = atomic_load(&c.shared->done[i]);
		if (!m->checks[i])
			m->checks[i] = failed(&c, i, "the check was not made");
	}
	*ret_set = (struct check_set){ .n = n, .checks = m->checks, .memory = m };
	(void)take_ptr(&m);
	return 0;
}

void check_set_done(struct check_set *set)
{
	struct memory *m = set->memory;

	if (!m)
		return;
	(void)munmap(m->map, m->size); /* ours, whole */
	free(m);
	*set = (struct check_set){ 0 };
}
