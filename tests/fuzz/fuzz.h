/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a fuzz target is: one function that takes bytes, runs the parser and checks with
 * FUZZ_ASSERT what must hold of any answer.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(): also with NDEBUG. */
#define FUZZ_ASSERT(expr)        \
	do {                     \
		if (!(expr))     \
			abort(); \
	} while (0)

/* True if part lies within whole. */
static inline int fuzz_within(struct span part, struct span whole)
{
	return part.p >= whole.p && part.n <= whole.n &&
	       (size_t)(part.p - whole.p) <= whole.n - part.n;
}

#endif
