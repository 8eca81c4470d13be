/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/unitfile: a whole file, each value by words. */
#include "config.h"

#include "lib/unitfile.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	struct unitfile unit = UNITFILE_INIT(text);
	struct unitfile_setting s;
	struct span word;

	while (unitfile_next(&unit, &s)) {
		FUZZ_ASSERT(fuzz_within(unit.rest, text));
		FUZZ_ASSERT(fuzz_within(s.key, text) && fuzz_within(s.value, text));
		(void)unitfile_parse_bool(s.value); /* only has to come back */
		while (unitfile_next_word(&s.value, &word))
			FUZZ_ASSERT(fuzz_within(word, text) && fuzz_within(s.value, text));
	}
	return 0;
}
