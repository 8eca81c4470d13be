/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much of a search is left; see capsearch-run.h. */
#include "config.h"

#include "tools/prove/capsearch-run.h"

/* A guess for the progress bar: what a search of this kind does from here. */
static unsigned int guess_left(const struct run *run)
{
	unsigned int n = caps_count(run->set), left = 0;
	unsigned int times = run->search->repeat;

	if (run->result.stage >= CAPSEARCH_DONE)
		return 0;
	if (run->result.stage == CAPSEARCH_REDUCE)
		n = n > 12 ? 8 : n;
	switch (run->result.stage) {
	case CAPSEARCH_REDUCE:
		left += n + 4;
		__attribute__((fallthrough));
	case CAPSEARCH_SINGLES:
		left += n;
		__attribute__((fallthrough));
	case CAPSEARCH_SWAPS:
	case CAPSEARCH_PAIRS:
		left += run->search->pairs ? n * (n - (n > 0)) / 2 : 0;
		__attribute__((fallthrough));
	default:
		left += (times - 1) * (n + 1) + run->search->confirm;
	}
	return left;
}

/* Of that, what has been tried already. */
static unsigned int count_known(const struct run *run)
{
	struct list list;
	unsigned int n = 0;

	capsearch_list(run->search, run->set, 100, &list);
	for (size_t i = 0; i < list.n; i++) {
		struct caps less = capsearch_without(run->set, list.caps[i]);

		n += run->result.stage <= CAPSEARCH_SINGLES &&
		     capsearch_get_verdict(run->tries, less) != CAPSEARCH_UNKNOWN;
		for (size_t j = i + 1; run->search->pairs && j < list.n; j++)
			n += run->result.stage < CAPSEARCH_REPEAT &&
			     capsearch_get_verdict(run->tries,
						   capsearch_without(less, list.caps[j])) !=
				     CAPSEARCH_UNKNOWN;
	}
	return n;
}

unsigned int capsearch_count_left(const struct run *run)
{
	unsigned int left = guess_left(run), known = count_known(run);

	return left > known ? left - known : run->found;
}
