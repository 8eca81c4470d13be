/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever a guest writes: a report that is read can be written, and that can be read. */
#include "config.h"

#include "lib/report.h"

#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[REPORT_SIZE_MAX + 1];
	struct emit e = EMIT_INIT(text);
	struct report r;

	if (report_parse((struct span){ (const char *)data, size }, &r) < 0)
		return 0;
	report_emit(&e, &r);
	if (e.full || report_parse((struct span){ text, e.len }, &r) < 0)
		abort();
	return 0;
}
