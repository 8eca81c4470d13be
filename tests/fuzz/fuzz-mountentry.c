/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/config/mountentry. */
#include "config.h"

#include "tools/config/mountentry.h"

#include <errno.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span value = { (const char *)data, size }, bare;
	struct mountentry m;
	int r = mountentry_parse(value, &m);

	FUZZ_ASSERT(r == 0 || r == -EINVAL);
	if (r < 0)
		return 0;
	FUZZ_ASSERT(m.source.n && m.target.n);
	FUZZ_ASSERT(fuzz_within(m.source, value) && fuzz_within(m.target, value));
	FUZZ_ASSERT(!m.type.n || fuzz_within(m.type, value));
	FUZZ_ASSERT(!m.options.n || fuzz_within(m.options, value));
	FUZZ_ASSERT(!mountentry_is_bind(&m) || mountentry_has(&m, "bind") ||
		    mountentry_has(&m, "rbind"));
	bare = mountentry_strip(m.target);
	FUZZ_ASSERT(!bare.n || (bare.p[0] != '/' && bare.p[bare.n - 1] != '/'));
	FUZZ_ASSERT(!bare.n || span_is_within(bare, bare));
	return 0;
}
