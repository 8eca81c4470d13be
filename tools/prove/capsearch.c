/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See capsearch.h.
 *
 * run() is the search as one would write it if tries took no time: plain code that asks.
 * A set that is not known yet ends the run; one that is being tried is taken to come out as
 * is likely, so that the run goes on to find something for the next processor to do.  A
 * whole run is some thousand steps, and a try is a boot.
 */
#include "config.h"

#include "tools/prove/capsearch.h"

#include "tools/prove/capsearch-run.h"
#include "tools/prove/capsearch-tries.h"

/* Rounds after which a search that keeps being taken back is given up. */
#define ROUNDS_MAX 200
/* Percent: what is that likely needed is not tried before the rest has gone. */
#define CERTAIN 85
/* How many times as often what works is asked once something was seen to be flaky. */
#define FLAKY_TIMES 3

void capsearch_list(const struct capsearch *search, struct caps set, unsigned int likely,
		    struct list *ret)
{
	ret->n = 0;
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		size_t i = ret->n;

		if (!caps_has(set, cap) || search->likely[cap] > likely)
			continue;
		while (i > 0 && search->strength[ret->caps[i - 1]] < search->strength[cap]) {
			ret->caps[i] = ret->caps[i - 1];
			i--;
		}
		ret->caps[i] = (unsigned char)cap;
		ret->n++;
	}
}

static struct caps caps_of(const unsigned char *caps, size_t n)
{
	struct caps set = { 0 };

	for (size_t i = 0; i < n; i++)
		caps_add(&set, caps[i]);
	return set;
}

/*
 * Takes away as many of these as can be: all of them, else each half by itself.  The second
 * half alone, once the first is gone, is the set that has just failed, and costs nothing.
 */
static enum answer reduce(struct run *run, const unsigned char *caps, size_t n)
{
	struct caps less = caps_minus(run->set, caps_of(caps, n));
	enum answer a = capsearch_ask(run, less);

	if (a == YES)
		run->set = less;
	if (a != NO || n == 1)
		return a;
	if (reduce(run, caps, n / 2) == STOP)
		return STOP;
	return reduce(run, caps + n / 2, n - n / 2);
}

/* In groups of which as good as every other can be taken away at once. */
static enum answer reduce_groups(struct run *run)
{
	struct list list;
	size_t i = 0;

	capsearch_list(run->search, run->set, 49, &list);
	while (i < list.n) {
		size_t n = 0;
		double p = 1;

		do {
			p *= 1 - run->search->likely[list.caps[i + n++]] / 100.0;
		} while (i + n < list.n &&
			 p * (1 - run->search->likely[list.caps[i + n]] / 100.0) >= 0.5);
		if (reduce(run, &list.caps[i], n) == STOP)
			return STOP;
		i += n;
	}
	return YES;
}

static enum answer try_hints(struct run *run)
{
	for (size_t i = 0; i < run->search->n_hints; i++) {
		struct caps hint = { run->search->hints[i].bits & run->search->max.bits };
		enum answer a = hint.bits == run->set.bits ? NO : capsearch_ask_hint(run, hint);

		if (a == STOP)
			return STOP;
		if (a == YES) {
			run->set = hint;
			return YES;
		}
	}
	return NO;
}

/*
 * Each by itself that is at most that likely needed.  All are asked before any is taken, as
 * they can be tried side by side.
 */
static enum answer take_singles(struct run *run, unsigned int likely)
{
	struct list list, spare = { .n = 0 };
	double before = run->confidence, after = before;

	capsearch_list(run->search, run->set, likely, &list);
	for (size_t i = 0; i < list.n; i++) {
		enum answer a = capsearch_ask(run, capsearch_without(run->set, list.caps[i]));

		if (a == STOP)
			return STOP;
		if (a == YES)
			spare.caps[spare.n++] = list.caps[i];
		/* The next one is asked whatever comes of this. */
		after *= run->confidence / before;
		run->confidence = before;
	}
	run->confidence = after;
	if (!spare.n)
		return NO;
	return reduce(run, spare.caps, spare.n) == STOP ? STOP : YES;
}

/* Two at once, where neither can be spared alone; hardly ever does one work. */
static enum answer take_pairs(struct run *run)
{
	double before = run->confidence;
	struct list list;

	capsearch_list(run->search, run->set, 100, &list);
	for (size_t i = 0; i < list.n; i++) {
		for (size_t j = i + 1; j < list.n; j++) {
			struct caps less = capsearch_without(
				capsearch_without(run->set, list.caps[i]), list.caps[j]);
			enum answer a = capsearch_ask(run, less);

			if (a == YES)
				run->set = less;
			if (a != NO)
				return a;
			run->confidence = before;
		}
	}
	return NO;
}

static enum answer take_swaps(struct run *run)
{
	const struct capsearch *search = run->search;

	run->result.swappable.bits = 0;
	for (size_t i = 0; i < search->n_swaps; i++) {
		const struct capsearch_swap *swap = &search->swaps[i];
		struct caps other = capsearch_without(run->set, swap->strong);
		enum answer a;

		if (!caps_has(run->set, swap->strong) || caps_has(run->set, swap->narrow) ||
		    !caps_has(search->max, swap->narrow))
			continue;
		caps_add(&other, swap->narrow);
		a = capsearch_ask(run, other);
		if (a == STOP)
			return STOP;
		if (a == YES && swap->prefer) {
			run->set = other;
			return YES;
		}
		if (a == YES)
			caps_add(&run->result.swappable, swap->strong);
	}
	return NO;
}

/* The tries on which the answer rests, as often as wished. */
static enum answer repeat_last(struct run *run)
{
	unsigned int times = run->times > 1 ? run->times : run->search->repeat;
	struct list list;
	enum answer a;

	a = YES;
	/* There it is stricter: that it works there, too, is one of the times. */
	if (run->search->confirm && !run->ground) {
		a = capsearch_ask_times(run, run->set, 1, true);
		times -= times > 1;
	}
	if (a == YES)
		a = capsearch_ask_times(run, run->set, times, run->ground);
	if (a != YES)
		return a;
	times = run->search->repeat;
	if (capsearch_ask_larger(run, times + 1) == STOP)
		return STOP;
	run->result.flaky.bits = 0;
	capsearch_list(run->search, run->set, 100, &list);
	for (size_t i = 0; i < list.n; i++) {
		a = capsearch_ask_failure(run, list.caps[i], times);
		if (a == STOP)
			return STOP;
		if (a == YES)
			caps_add(&run->result.flaky, list.caps[i]);
	}
	return YES;
}

/* YES: something was taken, once more from the singles; NO: nothing can be. */
static enum answer take_more(struct run *run)
{
	enum answer a;

	run->result.stage = CAPSEARCH_SINGLES;
	a = take_singles(run, CERTAIN);
	if (a == NO)
		a = take_singles(run, 100);
	if (a != NO)
		return a;
	run->result.stage = CAPSEARCH_SWAPS;
	a = take_swaps(run);
	if (a != NO || !run->search->pairs)
		return a;
	run->result.stage = CAPSEARCH_PAIRS;
	return take_pairs(run);
}

/* YES: the answer is there. */
static enum answer search_all(struct run *run)
{
	enum answer a;

	run->set = run->search->max;
	run->confidence = 1;
	run->result = (struct capsearch_result){ .stage = CAPSEARCH_REDUCE };
	a = capsearch_ask(run, run->set);
	if (a != YES) {
		if (a == NO)
			run->result.stage = CAPSEARCH_UNSTEADY;
		return a;
	}
	if (try_hints(run) == STOP || reduce_groups(run) == STOP)
		return STOP;
	for (unsigned int i = 0; i < ROUNDS_MAX; i++) {
		a = take_more(run);
		if (a == STOP)
			return STOP;
		if (a == NO)
			break;
	}
	run->result.stage = CAPSEARCH_REPEAT;
	a = repeat_last(run);
	if (a == YES)
		run->result.stage = CAPSEARCH_DONE;
	return a;
}

int capsearch_next(const struct capsearch *search, const struct capsearch_tries *tries,
		   const struct capsearch_want *running, size_t n_running,
		   struct capsearch_want *ret, struct capsearch_result *ret_result)
{
	struct run run = {
		.search = search, .tries = tries, .running = running, .n_running = n_running
	};
	enum answer a = NO;

	/*
	 * A guest that is flaky anywhere has to be asked more often everywhere: what works every
	 * other time is seen to work twice in a row by one in four.
	 */
	run.ground = capsearch_is_refuted(tries);
	run.times = capsearch_is_flaky(tries, run.ground) ? FLAKY_TIMES * search->repeat : 1;
	/* A NO at the end is an answer that was taken back: it counts as failed from now on. */
	for (unsigned int i = 0; i < ROUNDS_MAX && a == NO; i++) {
		a = search_all(&run);
		if (run.result.stage == CAPSEARCH_UNSTEADY)
			break;
	}
	if (a == NO)
		run.result.stage = CAPSEARCH_UNSTEADY;
	run.result.set = run.set;
	run.result.tries_left = capsearch_count_left(&run);
	*ret_result = run.result;
	if (run.found)
		*ret = run.want;
	return run.found;
}
