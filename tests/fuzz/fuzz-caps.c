/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/caps. */
#include "config.h"

#include "lib/caps.h"

#include "tests/fuzz/fuzz.h"

/* A name that is taken is read back from what is written of it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	unsigned int cap = 4711, again;
	char buf[64];
	struct emit e = EMIT_INIT(buf);

	if (caps_parse_name(text, &cap) < 0) {
		FUZZ_ASSERT(cap == 4711);
		return 0;
	}
	FUZZ_ASSERT(cap <= CAPS_MAX);
	caps_emit_name(&e, cap);
	FUZZ_ASSERT(!e.full && caps_parse_name(span_of(buf), &again) == 0 && again == cap);
	return 0;
}
