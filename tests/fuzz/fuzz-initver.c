/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/initver. */
#include "config.h"

#include "lib/initver.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };

	FUZZ_ASSERT(initver_parse_name(text) <= 9999);
	FUZZ_ASSERT(initver_parse_program(text) <= 9999);
	return 0;
}
