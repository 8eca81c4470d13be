/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A policy that is read can be written, and is then read as the same one. */
#include "config.h"

#include "lib/policy.h"

#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

static char first[POLICY_SIZE_MAX * 2], second[POLICY_SIZE_MAX * 2];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct emit e = EMIT_INIT(first), f = EMIT_INIT(second);
	struct policy_error error = { 0 };
	struct policy p;

	if (policy_parse((struct span){ (const char *)data, size }, &p, &error) < 0) {
		if (!error.reason)
			abort();
		return 0;
	}
	policy_emit(&e, &p);
	if (e.full)
		return 0;
	if (policy_parse((struct span){ first, e.len }, &p, &error) < 0)
		abort();
	policy_emit(&f, &p);
	if (e.len != f.len || memcmp(first, second, e.len) != 0)
		abort();
	return 0;
}
