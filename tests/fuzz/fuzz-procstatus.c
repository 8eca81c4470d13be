/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/procstatus. */
#include "config.h"

#include "lib/procstatus.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct procstatus st = { .ppid = -4711 };

	if (procstatus_parse((struct span){ (const char *)data, size }, &st) < 0)
		FUZZ_ASSERT(st.ppid == -4711);
	else
		FUZZ_ASSERT(st.ppid >= 0 && st.seccomp <= PROCSTATUS_SECCOMP_UNKNOWN);
	return 0;
}
