/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/emit. */
#include "config.h"

#include "lib/emit.h"

#include "tests/fuzz/fuzz.h"

/* Whatever comes in, printable ASCII comes out, and nothing is lost while there is room. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char buf[256];
	struct emit e = EMIT_INIT(buf);

	emit_escaped(&e, (struct span){ (const char *)data, size });
	FUZZ_ASSERT(e.len < sizeof(buf) && strlen(buf) == e.len);
	FUZZ_ASSERT(e.full || e.len >= size);
	for (size_t i = 0; i < e.len; i++)
		FUZZ_ASSERT(buf[i] >= 0x20 && buf[i] < 0x7f && buf[i] != '\'' && buf[i] != '"');
	return 0;
}
