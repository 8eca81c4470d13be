/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run of the search asks; see capsearch-run.h. */
#include "config.h"

#include "tools/prove/capsearch-run.h"

#include "tools/prove/capsearch-tries.h"

/* How likely what follows from guesses has to be for it to be tried meanwhile. */
#define CONFIDENT 0.8
/* How likely what has worked works again, or a hint. */
#define STEADY 0.95
#define HINTED 0.8

static unsigned int count_running(const struct run *run, struct caps set, bool confirm)
{
	unsigned int n = 0;

	for (size_t i = 0; i < run->n_running; i++)
		n += run->running[i].set.bits == set.bits && run->running[i].confirm == confirm;
	return n;
}

/* How likely it works, as far as one can tell from what it lacks. */
static double expect(const struct run *run, struct caps set)
{
	struct caps lacks = caps_minus(run->set, set);
	double p = 1;

	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		if (caps_has(lacks, cap))
			p *= 1 - run->search->likely[cap] / 100.0;
	}
	return p;
}

/* The answer of a try that is under way, and how much of what follows rests on it. */
static enum answer guess(struct run *run, double works)
{
	run->confidence *= works >= 0.5 ? works : 1 - works;
	return works >= 0.5 ? YES : NO;
}

static enum answer want(struct run *run, struct caps set, bool ground)
{
	/* A processor that waits costs less than a boot of which nothing is learnt. */
	if (run->confidence < CONFIDENT)
		return STOP;
	run->want = (struct capsearch_want){ .set = set, .confirm = ground };
	run->found = true;
	return STOP;
}

/* Whether the set works each of so many times. */
enum answer capsearch_ask_times(struct run *run, struct caps set, unsigned int times, bool ground)
{
	const struct capsearch_try *t = capsearch_find(run->tries, set);
	unsigned int passes = t ? t->passes[ground] : 0;

	if (t && t->fails[ground])
		return NO;
	if (passes >= times)
		return YES;
	if (passes + count_running(run, set, ground) < times)
		return want(run, set, ground);
	return guess(run, passes ? STEADY : expect(run, set));
}

enum answer capsearch_ask(struct run *run, struct caps set)
{
	return capsearch_ask_times(run, set, run->times, run->ground);
}

struct caps capsearch_without(struct caps set, unsigned int cap)
{
	struct caps one = { 0 };

	caps_add(&one, cap);
	return caps_minus(set, one);
}

/*
 * How often the same thing failed without cap and one more, where the lack of that other fails
 * by something else.  Two of these are better than a repeat, as chance would have to hit twice
 * among a few, and they have been tried already for the sake of the pairs.
 */
static unsigned int count_same_cause(const struct run *run, unsigned int cap)
{
	const struct capsearch_try *t =
		capsearch_find(run->tries, capsearch_without(run->set, cap));
	unsigned int n = 0;

	for (unsigned int other = 0; t && t->cause && other <= CAPS_MAX; other++) {
		const struct capsearch_try *one, *both;

		if (other == cap || !caps_has(run->set, other))
			continue;
		one = capsearch_find(run->tries, capsearch_without(run->set, other));
		both = capsearch_find(run->tries, capsearch_without(t->set, other));
		n += one && one->cause && one->cause != t->cause && both &&
		     capsearch_judge(both, run->ground) == CAPSEARCH_FAIL &&
		     both->cause == t->cause;
	}
	return n;
}

/* Whether it fails each time without cap; NO is the steady answer. */
enum answer capsearch_ask_failure(struct run *run, unsigned int cap, unsigned int times)
{
	struct caps set = capsearch_without(run->set, cap);
	const struct capsearch_try *t = capsearch_find(run->tries, set);
	unsigned int n = t ? t->passes[run->ground] + t->fails[run->ground] : 0;

	if (capsearch_judge(t, run->ground) == CAPSEARCH_FLAKY)
		return YES;
	if (t && (t->sure || n + count_same_cause(run, cap) / 2 >= times))
		return NO;
	if (n + count_running(run, set, run->ground) < times)
		return want(run, set, run->ground);
	return NO;
}

/*
 * Where a smaller set works: more capabilities can break a guest, and so can chance.  The
 * smallest such is the least likely to be the former.
 */
static const struct capsearch_try *find_larger(const struct run *run)
{
	const struct capsearch_try *found = NULL;

	for (size_t i = 0; i < run->tries->n; i++) {
		const struct capsearch_try *t = &run->tries->list[i];

		if (t->set.bits != run->set.bits && !caps_minus(run->set, t->set).bits &&
		    capsearch_judge(t, run->ground) == CAPSEARCH_FAIL &&
		    (!found || caps_count(t->set) < caps_count(found->set)))
			found = t;
	}
	return found;
}

enum answer capsearch_ask_larger(struct run *run, unsigned int times)
{
	const struct capsearch_try *t = find_larger(run);

	/* One that told its cause is asked, too: that it needs what it lacks has been refuted. */
	if (t && t->fails[run->ground] + count_running(run, t->set, run->ground) < times)
		return want(run, t->set, run->ground);
	return NO;
}

/* What is tried beside it had better be of use if it works. */
enum answer capsearch_ask_hint(struct run *run, struct caps hint)
{
	if (count_running(run, hint, run->ground) && !capsearch_find(run->tries, hint))
		return guess(run, HINTED);
	return capsearch_ask(run, hint);
}
