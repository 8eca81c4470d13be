/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/guest/fstab. */
#include "config.h"

#include "tools/guest/fstab.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size }, rest = text;
	struct fstab_entry e;

	while (fstab_next(&rest, &e)) {
		FUZZ_ASSERT(fuzz_within(rest, text));
		FUZZ_ASSERT(e.spec.n && e.file.n && e.type.n);
		FUZZ_ASSERT(fuzz_within(e.options, text));
	}
	return 0;
}
