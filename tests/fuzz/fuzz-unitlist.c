/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/trial/unitlist: the rows, and the text as a path of a cgroup. */
#include "config.h"

#include "tools/trial/unitlist.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size }, rest = text, unit;
	struct unitlist_row row;

	while (unitlist_next(&rest, &row)) {
		FUZZ_ASSERT(fuzz_within(rest, text) && fuzz_within(row.sub, text));
		FUZZ_ASSERT(unitlist_is_name(row.name) && row.load.n && row.active.n && row.sub.n);
	}
	if (unitlist_find_unit(text, &unit))
		FUZZ_ASSERT(fuzz_within(unit, text) && unitlist_is_name(unit));
	return 0;
}
