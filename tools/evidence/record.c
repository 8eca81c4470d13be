/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See record.h: what a record is made of, and how it adds up. */
#include "config.h"

#include "tools/evidence/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/emit.h"

const char *const record_answers[RECORD_N_ANSWERS] = { "granted", "denied" };
const char *const record_targets[RECORD_N_TARGETS] = { "own", "below", "other" };
const char *const record_origins[RECORD_N_ORIGINS] = { "guest", "attach", "workload", "lxc" };
const char *const record_points[RECORD_N_POINTS] = { "tracepoint", "fexit", "kprobe" };

static void free_text(const char *text)
{
	free((void *)(uintptr_t)text); /* ours: every string of a record is a copy */
}

static void free_check(const struct record_check *check)
{
	free_text(check->unit);
	free_text(check->program);
	free_text(check->comm);
	free_text(check->syscall);
}

struct record *record_new(const char *container)
{
	struct record *record = calloc(1, sizeof(*record));

	if (!record)
		return NULL;
	record->container = strdup(container);
	if (!record->container) {
		free(record);
		return NULL;
	}
	return record;
}

void record_free(struct record *record)
{
	if (!record)
		return;
	for (size_t i = 0; i < record->n_checks; i++)
		free_check(&record->checks[i]);
	for (size_t i = 0; i < record->n_runs; i++)
		free_text(record->runs[i].kernel);
	free_text(record->container);
	free(record->checks);
	free(record->runs);
	free(record->losses);
	free(record);
}

/* --- Adding ------------------------------------------------------------------ */

uint64_t record_add_counts(uint64_t a, uint64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* Room for one more of size bytes; arrays grow by powers of two, so n alone tells. */
static int grow(void *array, size_t n, size_t size)
{
	void *p;

	if (n & (n - 1) || n == 1) /* neither 0 nor a power of two from 2 on: there is room */
		return 0;
	p = reallocarray(*(void **)array, n ? n * 2 : 2, size);
	if (!p)
		return -ENOMEM;
	*(void **)array = p;
	return 0;
}

/* A copy; printable ASCII stays, backslashes too: they are of an escape, see the header. */
static int copy_text(const char *text, const char **ret)
{
	char buf[RECORD_TEXT_MAX + 1];
	struct emit e = EMIT_INIT(buf);

	*ret = NULL;
	if (!text)
		return 0;
	emit_printable(&e, span_of(text), "\"");
	if (e.full)
		return -EINVAL;
	*ret = strdup(buf);
	return *ret ? 0 : -ENOMEM;
}

int record_add_check(struct record *record, const struct record_check *check)
{
	struct record_check copy = *check;
	int r = grow(&record->checks, record->n_checks, sizeof(copy));

	if (r < 0)
		return r;
	copy.unit = copy.program = copy.comm = copy.syscall = NULL;
	r = copy_text(check->unit, &copy.unit);
	if (r == 0)
		r = copy_text(check->program, &copy.program);
	if (r == 0)
		r = copy_text(check->comm, &copy.comm);
	if (r == 0)
		r = copy_text(check->syscall, &copy.syscall);
	if (r < 0) {
		free_check(&copy);
		return r;
	}
	record->checks[record->n_checks++] = copy;
	return 0;
}

int record_add_run(struct record *record, const struct record_run *run)
{
	struct record_run copy = *run;
	int r = grow(&record->runs, record->n_runs, sizeof(copy));

	if (r == 0)
		r = copy_text(run->kernel, &copy.kernel);
	if (r < 0)
		return r;
	record->runs[record->n_runs++] = copy;
	record->n_runs_total++;
	record->n_boots += run->boot;
	return 0;
}

int record_add_loss(struct record *record, const struct record_loss *loss)
{
	int r = 0;

	for (size_t i = 0; i < record->n_losses; i++) {
		struct record_loss *l = &record->losses[i];

		if (l->cap == loss->cap && l->answer == loss->answer && l->target == loss->target) {
			l->count = record_add_counts(l->count, loss->count);
			return 0;
		}
	}
	r = grow(&record->losses, record->n_losses, sizeof(*loss));
	if (r == 0)
		record->losses[record->n_losses++] = *loss;
	return r;
}

/* --- Adding up --------------------------------------------------------------- */

static int compare_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* NULL comes first. */
static int compare_text(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_names(const struct record_check *a, const struct record_check *b)
{
	int r = compare_text(a->unit, b->unit);

	if (r == 0)
		r = compare_text(a->program, b->program);
	if (r == 0)
		r = compare_text(a->comm, b->comm);
	if (r == 0)
		r = compare_text(a->syscall, b->syscall);
	return r;
}

static int compare_checks(const void *pa, const void *pb)
{
	const struct record_check *a = pa, *b = pb;
	int r = compare_number(a->cap, b->cap);

	if (r == 0)
		r = compare_names(a, b);
	if (r == 0)
		r = compare_number(a->answer, b->answer);
	if (r == 0)
		r = compare_number(a->target, b->target);
	if (r == 0)
		r = compare_number(a->origin, b->origin);
	if (r == 0)
		r = compare_number(a->borrowed, b->borrowed);
	if (r == 0)
		r = compare_number(a->options_known, b->options_known);
	if (r == 0)
		r = compare_number(a->options, b->options);
	return r;
}

static int compare_counts(const void *pa, const void *pb)
{
	const struct record_check *a = pa, *b = pb;

	return compare_number(b->count, a->count);
}

static void sort(struct record *record, int (*compare)(const void *, const void *))
{
	if (record->n_checks)
		qsort(record->checks, record->n_checks, sizeof(*record->checks), compare);
}

static void add_up(struct record *record)
{
	size_t n = 0;

	sort(record, compare_checks);
	for (size_t i = 0; i < record->n_checks; i++) {
		struct record_check *check = &record->checks[i], *into;

		if (!n || compare_checks(&record->checks[n - 1], check) != 0) {
			record->checks[n++] = *check;
			continue;
		}
		into = &record->checks[n - 1];
		into->count = record_add_counts(into->count, check->count);
		if (check->first < into->first)
			into->first = check->first;
		if (check->last > into->last)
			into->last = check->last;
		free_check(check);
	}
	record->n_checks = n;
}

int record_cut(struct record *record, size_t max)
{
	if (record->n_checks <= max)
		return 0;
	sort(record, compare_counts);
	while (record->n_checks > max) {
		const struct record_check *check = &record->checks[record->n_checks - 1];
		struct record_loss loss = { check->cap, check->answer, check->target,
					    check->count };
		int r = record_add_loss(record, &loss);

		if (r < 0)
			return r;
		free_check(check);
		record->n_checks--;
	}
	sort(record, compare_checks);
	return 0;
}

static int compare_losses(const void *pa, const void *pb)
{
	const struct record_loss *a = pa, *b = pb;
	int r = compare_number(a->cap, b->cap);

	if (r == 0)
		r = compare_number(a->answer, b->answer);
	return r ? r : compare_number(a->target, b->target);
}

int record_settle(struct record *record)
{
	add_up(record);
	while (record->n_runs > RECORD_RUNS_MAX) {
		free_text(record->runs[0].kernel);
		memmove(record->runs, record->runs + 1, --record->n_runs * sizeof(*record->runs));
	}
	if (record->n_losses)
		qsort(record->losses, record->n_losses, sizeof(*record->losses), compare_losses);
	return record_cut(record, RECORD_CHECKS_MAX);
}

int record_merge(struct record *into, const struct record *from)
{
	uint64_t runs = into->n_runs_total + from->n_runs_total;
	uint64_t boots = into->n_boots + from->n_boots;
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->n_checks; i++)
		r = record_add_check(into, &from->checks[i]);
	for (size_t i = 0; r == 0 && i < from->n_runs; i++)
		r = record_add_run(into, &from->runs[i]);
	for (size_t i = 0; r == 0 && i < from->n_losses; i++)
		r = record_add_loss(into, &from->losses[i]);
	into->n_runs_total = runs;
	into->n_boots = boots;
	return r < 0 ? r : record_settle(into);
}
