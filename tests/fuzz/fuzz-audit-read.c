/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdicts that cap-audit leaves, in a folder that may be somebody else's. */
#include "config.h"

#include "tests/fuzz/fuzz.h"
#include "tools/evidence/audit-read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_entry e;

	if (audit_parse((struct span){ (const char *)data, size }, &e) < 0)
		return 0;
	FUZZ_ASSERT(e.verdict > AUDIT_WORD_NONE && e.verdict < AUDIT_N_WORDS);
	for (const char *p = e.text; *p; p++)
		FUZZ_ASSERT(*p >= 0x20 && *p < 0x7f);
	for (const char *p = e.policy; *p; p++)
		FUZZ_ASSERT(*p >= 0x20 && *p < 0x7f);
	return 0;
}
