/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/idmap. */
#include "config.h"

#include "lib/idmap.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size }, rest = text;
	struct idmap map;
	bool root = false, seen = false;
	int r;

	while ((r = idmap_next(&rest, &map)) > 0) {
		FUZZ_ASSERT(fuzz_within(rest, text));
		seen = seen || (map.count && map.outside == 0);
	}
	FUZZ_ASSERT(idmap_maps_root(text, &root) == r);
	FUZZ_ASSERT(r < 0 || root == seen);
	return 0;
}
