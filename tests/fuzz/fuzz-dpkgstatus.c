/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/guest/dpkgstatus. */
#include "config.h"

#include "tools/guest/dpkgstatus.h"

#include "tests/fuzz/fuzz.h"

static void check_names(struct span list)
{
	struct span rest = list, name;

	while (dpkgstatus_next_name(&rest, &name)) {
		FUZZ_ASSERT(name.n && fuzz_within(name, list));
		FUZZ_ASSERT(fuzz_within(rest, list));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size }, rest = text;
	struct dpkgstatus p;

	while (dpkgstatus_next(&rest, &p)) {
		FUZZ_ASSERT(p.package.n && fuzz_within(p.package, text));
		FUZZ_ASSERT(fuzz_within(rest, text));
		if (p.depends.n)
			check_names(p.depends);
		if (p.pre_depends.n)
			check_names(p.pre_depends);
	}
	return 0;
}
