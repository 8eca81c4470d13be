/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the search reads out of the tries; see capsearch.h.  Pure. */
#ifndef TOOLS_PROVE_CAPSEARCH_TRIES_H
#define TOOLS_PROVE_CAPSEARCH_TRIES_H

#include <stdbool.h>

#include "tools/prove/capsearch.h"

/* By the tries on that ground alone; t may be NULL. */
enum capsearch_verdict capsearch_judge(const struct capsearch_try *t, bool ground);
/* What works here was seen to fail there: only there can be trusted. */
bool capsearch_is_refuted(const struct capsearch_tries *tries);
/* Any set came out both ways on that ground. */
bool capsearch_is_flaky(const struct capsearch_tries *tries, bool ground);

#endif
