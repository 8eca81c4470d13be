/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known of guests in general: how often each capability turns out to be needed,
 * which is wished away most, and where a narrower one may do.  It only decides in which
 * order things are tried; what comes out is decided by the tries.
 */
#ifndef TOOLS_PROVE_HINTS_H
#define TOOLS_PROVE_HINTS_H

#include <stdbool.h>

#include "tools/prove/capsearch.h"

#define PROVE_HINTS_MAX 4

struct prove_hints {
	struct caps sets[PROVE_HINTS_MAX];
};

/* Sets .likely, .strength, .swaps, .hints of search, whose .max is set; hints keeps the sets. */
void prove_hints_fill(struct capsearch *search, bool idmapped, struct prove_hints *hints);

/* A record's word goes before: what it saw granted is likely, all else is not. */
void prove_hints_add_used(struct capsearch *search, struct caps used, struct prove_hints *hints);

#endif
