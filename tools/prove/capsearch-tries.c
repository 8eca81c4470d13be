/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has been tried so far: see capsearch.h and capsearch-tries.h. */
#include "config.h"

#include "tools/prove/capsearch-tries.h"

#include <errno.h>
#include <stdlib.h>

static size_t find_try(const struct capsearch_tries *tries, struct caps set)
{
	size_t i = 0;

	while (i < tries->n && tries->list[i].set.bits != set.bits)
		i++;
	return i;
}

const struct capsearch_try *capsearch_find(const struct capsearch_tries *tries, struct caps set)
{
	size_t i = find_try(tries, set);

	return i < tries->n ? &tries->list[i] : NULL;
}

int capsearch_note(struct capsearch_tries *tries, const struct capsearch_want *what,
		   enum capsearch_outcome outcome, uint64_t cause)
{
	size_t i = find_try(tries, what->set);
	struct capsearch_try *t;

	if (i == tries->size) {
		size_t size = tries->size ? tries->size * 2 : 64;

		t = reallocarray(tries->list, size, sizeof(*t));
		if (!t)
			return -ENOMEM;
		tries->list = t;
		tries->size = size;
	}
	t = &tries->list[i];
	if (i == tries->n) {
		*t = (struct capsearch_try){ .set = what->set };
		tries->n++;
	}
	(outcome == CAPSEARCH_PASSED ? t->passes : t->fails)[what->confirm]++;
	t->sure = t->sure || outcome == CAPSEARCH_FAILED_SURELY;
	if (outcome != CAPSEARCH_PASSED && !t->cause)
		t->cause = cause;
	return 0;
}

void capsearch_tries_done(struct capsearch_tries *tries)
{
	free(tries->list);
	*tries = (struct capsearch_tries){ 0 };
}

enum capsearch_verdict capsearch_judge(const struct capsearch_try *t, bool ground)
{
	if (!t)
		return CAPSEARCH_UNKNOWN;
	if (t->passes[ground] && t->fails[ground])
		return CAPSEARCH_FLAKY;
	if (t->fails[ground])
		return CAPSEARCH_FAIL;
	return t->passes[ground] ? CAPSEARCH_PASS : CAPSEARCH_UNKNOWN;
}

/* What works here was seen to fail there: only there can be trusted. */
bool capsearch_is_refuted(const struct capsearch_tries *tries)
{
	for (size_t i = 0; i < tries->n; i++) {
		if (tries->list[i].fails[true])
			return true;
	}
	return false;
}

bool capsearch_is_flaky(const struct capsearch_tries *tries, bool ground)
{
	for (size_t i = 0; i < tries->n; i++) {
		if (capsearch_judge(&tries->list[i], ground) == CAPSEARCH_FLAKY)
			return true;
	}
	return false;
}

enum capsearch_verdict capsearch_get_verdict(const struct capsearch_tries *tries, struct caps set)
{
	return capsearch_judge(capsearch_find(tries, set), capsearch_is_refuted(tries));
}
