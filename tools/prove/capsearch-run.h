/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One run of the search: what it knows, and its questions; see capsearch.c.  Of these files
 * alone.
 */
#ifndef TOOLS_PROVE_CAPSEARCH_RUN_H
#define TOOLS_PROVE_CAPSEARCH_RUN_H

#include "tools/prove/capsearch.h"

enum answer {
	YES,
	NO,
	STOP, /* nothing more can be said now */
};

struct run {
	const struct capsearch *search;
	const struct capsearch_tries *tries;
	const struct capsearch_want *running;
	size_t n_running;
	struct capsearch_want want;
	bool found;	    /* .want is set */
	bool ground;	    /* where to try; true: the other */
	unsigned int times; /* a pass has to be seen */
	double confidence;  /* that tries under way come out as guessed */
	struct caps set;    /* the smallest that works */
	struct capsearch_result result;
};

struct list {
	unsigned char caps[CAPS_MAX + 1];
	size_t n;
};

/* Those of the set that are at most that likely needed; what is wished away most, first. */
void capsearch_list(const struct capsearch *search, struct caps set, unsigned int likely,
		    struct list *ret);
struct caps capsearch_without(struct caps set, unsigned int cap);

/* Whether the set works each of so many times. */
enum answer capsearch_ask_times(struct run *run, struct caps set, unsigned int times, bool ground);
enum answer capsearch_ask(struct run *run, struct caps set);
/* What is tried beside it had better be of use if it works. */
enum answer capsearch_ask_hint(struct run *run, struct caps hint);
/* Whether it fails each time without cap; NO is the steady answer. */
enum answer capsearch_ask_failure(struct run *run, unsigned int cap, unsigned int times);
/* Whether a larger set that failed does so again; NO is the steady answer. */
enum answer capsearch_ask_larger(struct run *run, unsigned int times);

/* How many tries are left: a guess. */
unsigned int capsearch_count_left(const struct run *run);

#endif
