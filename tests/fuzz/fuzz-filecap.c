/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/guest/filecap. */
#include "config.h"

#include "tools/guest/filecap.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filecap f;

	if (filecap_parse((struct span){ (const char *)data, size }, &f) == 0)
		FUZZ_ASSERT(f.version >= 1 && f.version <= 3 && (f.version == 3 || !f.rootid));
	return 0;
}
