/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has been tried so far, and what the search reads out of it; see capsearch.h.  Pure. */
#ifndef TOOLS_PROVE_CAPSEARCH_TRIES_H
#define TOOLS_PROVE_CAPSEARCH_TRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/caps.h"

enum capsearch_verdict {
	CAPSEARCH_UNKNOWN,
	CAPSEARCH_PASS,
	CAPSEARCH_FAIL,
	CAPSEARCH_FLAKY, /* both have been seen; counts as failed */
};

/* One set, as often as it was tried, here and on other ground (see confirm below). */
struct capsearch_try {
	struct caps set;
	unsigned int passes[2], fails[2];
	bool sure;	/* a failure told its cause: it need not be repeated */
	uint64_t cause; /* what failed, the first time; 0: not known */
};

struct capsearch_tries {
	struct capsearch_try *list;
	size_t n, size;
};

/* A try to be made. */
struct capsearch_want {
	struct caps set;
	bool confirm; /* on the other ground */
};

enum capsearch_outcome {
	CAPSEARCH_PASSED,
	CAPSEARCH_FAILED,
	CAPSEARCH_FAILED_SURELY, /* by a cause that chance does not make: no need to repeat it */
};

/*
 * Notes what came of a try: 0 or -ENOMEM.  cause is a number for what failed, the same one for
 * the same thing, or 0.
 */
int capsearch_note(struct capsearch_tries *tries, const struct capsearch_want *what,
		   enum capsearch_outcome outcome, uint64_t cause);
void capsearch_tries_done(struct capsearch_tries *tries);
const struct capsearch_try *capsearch_find(const struct capsearch_tries *tries, struct caps set);
/* By all tries of the set; the other ground decides if any were refuted there. */
enum capsearch_verdict capsearch_get_verdict(const struct capsearch_tries *tries, struct caps set);

/* By the tries on that ground alone; t may be NULL. */
enum capsearch_verdict capsearch_judge(const struct capsearch_try *t, bool ground);
/* What works here was seen to fail there: only there can be trusted. */
bool capsearch_is_refuted(const struct capsearch_tries *tries);
/* Any set came out both ways on that ground. */
bool capsearch_is_flaky(const struct capsearch_tries *tries, bool ground);

#endif
