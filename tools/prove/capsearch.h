/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Searches the smallest set of capabilities with which something works, by trying.  Pure:
 * it says which set to try next, the caller tries and notes what came of it.  The search
 * is worked out anew from the noted tries each time, so it goes on where another ended,
 * several tries can be under way at once, and a try that later turns out otherwise takes
 * everything back that was built on it.
 *
 * Nothing is taken for granted: a larger set may fail where a smaller one works, and one
 * capability may be in the way of another's absence.  The result is a set that works, each
 * time it was tried, and of which no single one, and no two together, can be left out.
 * It need not be the only such set.
 */
#ifndef TOOLS_PROVE_CAPSEARCH_H
#define TOOLS_PROVE_CAPSEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/caps.h"
#include "tools/prove/capsearch-tries.h"

/* A weaker capability that may do in place of a stronger one. */
struct capsearch_swap {
	unsigned int strong, narrow;
	bool prefer; /* take it; else only say that it would do */
};

struct capsearch {
	struct caps max; /* the largest set; it must work */
	/* Smaller sets that may well work, most promising first. */
	const struct caps *hints;
	size_t n_hints;
	/* How likely each is needed, in percent, and how much it is wished away. */
	unsigned char likely[CAPS_MAX + 1], strength[CAPS_MAX + 1];
	const struct capsearch_swap *swaps;
	size_t n_swaps;
	/* How often the tries on which the answer rests are made; at least 1. */
	unsigned int repeat;
	bool pairs; /* leave out any two together, too */
	/*
	 * Try the result on other ground as well, which is dearer and decides: where it says
	 * otherwise, the whole search is made there.
	 */
	bool confirm;
};

enum capsearch_stage {
	CAPSEARCH_REDUCE,
	CAPSEARCH_SINGLES,
	CAPSEARCH_SWAPS,
	CAPSEARCH_PAIRS,
	CAPSEARCH_REPEAT,
	CAPSEARCH_DONE,
	CAPSEARCH_UNSTEADY, /* max does not work each time: there is no answer */
};

struct capsearch_result {
	enum capsearch_stage stage;
	struct caps set;	 /* the smallest that worked so far; the answer when DONE */
	struct caps flaky;	 /* those of it whose absence worked at times: kept */
	struct caps swappable;	 /* those of it in whose place a narrower one would do */
	unsigned int tries_left; /* a guess */
};

/*
 * The next try worth making, while those in running are under way: 1 and *ret, or 0 if
 * none is: wait for a running one, or, with none running, *ret_result is final.
 */
int capsearch_next(const struct capsearch *search, const struct capsearch_tries *tries,
		   const struct capsearch_want *running, size_t n_running,
		   struct capsearch_want *ret, struct capsearch_result *ret_result);

#endif
