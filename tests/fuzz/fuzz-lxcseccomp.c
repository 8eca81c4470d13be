/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/config/lxcseccomp and tools/config/mountentry: a profile, asked twice; its lines as mount
 * entries. */
#include "config.h"

#include "tools/config/lxcseccomp.h"
#include "tools/config/mountentry.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lxcseccomp_call call = { "unshare", 272, { 0x10000000 } };
	struct span text = { (const char *)data, size }, rest = text, line;
	struct lxcseccomp p;
	struct mountentry m;
	unsigned int number;

	if (lxcseccomp_parse(text, &p, &number) == 0)
		FUZZ_ASSERT(lxcseccomp_passes(&p, &call) == lxcseccomp_passes(&p, &call));
	while (span_next_line(&rest, &line)) {
		if (mountentry_parse(line, &m) == 0)
			FUZZ_ASSERT(fuzz_within(m.source, text) && fuzz_within(m.target, text));
	}
	return 0;
}
