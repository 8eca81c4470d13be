/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See learn-tally.h. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tools/learn/learn-tally.h"

static const char *get_name(const struct record_check *check, enum column column)
{
	switch (column) {
	case COLUMN_UNITS:
		if (check->origin == RECORD_WORKLOAD)
			return "(workload)";
		if (check->origin == RECORD_ATTACH)
			return "(attached)";
		return check->unit;
	case COLUMN_PROGRAMS:
		return check->program ? check->program : check->comm;
	default:
		return check->syscall;
	}
}

static void add_tally(struct tallies *t, const char *name, uint64_t count)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->list[i].name, name) == 0) {
			t->list[i].count += count;
			return;
		}
	}
	if (t->n < NAMES_MAX)
		t->list[t->n++] = (struct tally){ name, count };
}

static int compare_tallies(const void *pa, const void *pb)
{
	const struct tally *a = pa, *b = pb;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return strcmp(a->name, b->name);
}

/* Of the checks that made the verdict. */
static bool is_of_verdict(const struct record_check *check, enum record_verdict verdict)
{
	switch (verdict) {
	case RECORD_NEEDED:
		return record_counts(check) && check->answer == RECORD_GRANTED;
	case RECORD_REFUSED:
		return record_counts(check);
	case RECORD_PROBED:
		return check->target == RECORD_OWN && check->origin != RECORD_LXC &&
		       !check->borrowed;
	default:
		return false;
	}
}

void learn_get_tallies(const struct record *record, unsigned int cap, enum record_verdict verdict,
		       enum column column, struct tallies *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < record->n_checks; i++) {
		const struct record_check *check = &record->checks[i];
		const char *name = get_name(check, column);

		if (check->cap == cap && name && is_of_verdict(check, verdict))
			add_tally(ret, name, check->count);
	}
	qsort(ret->list, ret->n, sizeof(ret->list[0]), compare_tallies);
}
