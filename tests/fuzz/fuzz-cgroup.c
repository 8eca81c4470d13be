/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/cgroup. */
#include "config.h"

#include "lib/cgroup.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	struct cgroup cg;

	if (cgroup_parse(text, &cg) < 0)
		return 0;
	for (enum cgroup_hierarchy h = 0; h < CGROUP_N_HIERARCHIES; h++) {
		if (cg.path[h].p)
			FUZZ_ASSERT(fuzz_within(cg.path[h], text) && cg.path[h].p[0] == '/');
		FUZZ_ASSERT(cgroup_is_ns_root(&cg, h) == (cg.path[h].p && cg.path[h].n == 1));
	}
	return 0;
}
