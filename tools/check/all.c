/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many containers at a time, by tools/process/workers.  Each model is built in the memory that the
 * worker shares with its parent, at the same address in both, so that nothing has to be sent.
 */
#include "config.h"

#include "tools/check/check.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "tools/check/work.h"
#include "tools/process/workers.h"

#define ARENA_SIZE (768u << 10) /* of address space; what is not used is never touched */
#define SECONDS 30		/* for one container */

/* A job's result. */
struct slot {
	struct check *done; /* in the arena, or NULL */
	char arena[ARENA_SIZE];
};

struct job {
	const struct container *containers;
	const struct check_host *host;
};

static void run_one(size_t index, void *result, const void *state)
{
	const struct job *job = state;
	struct slot *slot = result;
	struct check_arena arena = { .base = slot->arena, .size = sizeof(slot->arena) };

	slot->done = check_container(job->host, &job->containers[index], &arena);
}

/* Over what a worker may have left half done. */
static struct check *failed(struct slot *slot, const struct container *c, const char *why)
{
	struct check_arena arena = { .base = slot->arena, .size = sizeof(slot->arena) };
	struct check *out = check_alloc(&arena, sizeof(*out)); /* has room */

	out->lxcpath = check_copy(&arena, span_of(c->lxcpath));
	out->name = check_copy(&arena, span_of(c->name));
	out->owner = c->owner.uid;
	out->level = "none";
	out->state = CHECK_FAILED;
	out->failure = why;
	return out;
}

static const struct check *take(struct slot *slot, const struct container *c, enum workers_end end)
{
	switch (end) {
	case WORKERS_DONE:
		return slot->done ? slot->done : failed(slot, c, "out of memory");
	case WORKERS_TIMED_OUT:
		return failed(slot, c, "the check did not come to an end in time");
	case WORKERS_CRASHED:
		return failed(slot, c, "the check crashed");
	default:
		return failed(slot, c, "the check was not made");
	}
}

/* What a check_set's memory is. */
struct memory {
	struct workers_results results;
	const struct check *checks[];
};

int check_all(const struct container *containers, size_t n, unsigned int jobs,
	      struct check_set *ret_set)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers. */
	auto_free struct memory *m = calloc(1, sizeof(*m) + n * sizeof(m->checks[0]));
	struct check_host host;
	struct job job = { containers, &host };
	struct workers w = {
		.size = sizeof(struct slot),
		.jobs = jobs,
		.seconds = SECONDS,
		.run = run_one,
		.state = &job,
	};
	int r;

	if (!m)
		return -ENOMEM;
	check_host_init(&host);
	r = containers_run(containers, n, &w, &m->results);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		m->checks[i] = take((struct slot *)m->results.results + i, &containers[i],
				    m->results.ends[i]);
	*ret_set = (struct check_set){
		.n = n, .checks = m->checks, .held = m->results.held, .memory = m
	};
	(void)take_ptr(&m);
	return 0;
}

void check_set_done(struct check_set *set)
{
	struct memory *m = set->memory;

	if (!m)
		return;
	workers_done(&m->results);
	free(m);
	*set = (struct check_set){ 0 };
}
