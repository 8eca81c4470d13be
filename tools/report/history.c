/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See history.h. */
#include "config.h"

#include "tools/report/history.h"

#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tools/check/work.h"
#include "tools/container/harden-dir.h"

#define ARENA_SIZE (1u << 20)

struct state {
	const struct container *items;
	const struct check_host *host;
};

static void read_audits(const struct container *c, struct history *h)
{
	auto_close int dirfd = harden_dir_find(c->lxcpath, c->name, 0);
	int n;

	if (dirfd < 0)
		return;
	n = audit_read_log(dirfd, h->audits);
	if (n > 0)
		h->n_audits = (size_t)n;
	else if (audit_read_last(dirfd, &h->audits[0]) == 0)
		h->n_audits = 1; /* from before there was a history */
}

static void read_one(size_t index, void *result, const void *state)
{
	const struct state *s = state;
	auto_free char *memory = calloc(1, ARENA_SIZE);
	struct check_arena arena = { .base = memory, .size = ARENA_SIZE };
	struct history *h = result;

	if (memory)
		check_find_before(s->host, &s->items[index], &arena, &h->before);
	read_audits(&s->items[index], h);
}

int histories_read(const struct container *containers, size_t n, unsigned int jobs,
		   struct histories *ret)
{
	struct check_host host;
	struct state state = { containers, &host };
	struct workers w = {
		.size = sizeof(struct history),
		.jobs = jobs,
		.run = read_one,
		.state = &state,
	};
	struct history *items;
	int r;

	check_host_init(&host);
	r = containers_run(containers, n, &w, &ret->results);
	if (r < 0)
		return r;
	items = ret->results.results;
	for (size_t i = 0; i < n; i++) {
		/* Half of one would mislead. */
		if (ret->results.ends[i] != WORKERS_DONE)
			items[i] = (struct history){ .n_audits = 0 };
	}
	ret->items = items;
	return 0;
}

void histories_done(struct histories *histories)
{
	workers_done(&histories->results);
	histories->items = NULL;
}
