/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/fdinfo. */
#include "config.h"

#include "lib/fdinfo.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fdinfo info = { .mnt_id = 4711 };

	/* No output is touched on the way to failing. */
	if (fdinfo_parse((struct span){ (const char *)data, size }, &info) < 0)
		FUZZ_ASSERT(info.mnt_id == 4711 && !info.cloexec);
	return 0;
}
