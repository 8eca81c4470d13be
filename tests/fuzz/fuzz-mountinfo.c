/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/mountinfo. */
#include "config.h"

#include "lib/mountinfo.h"

#include "tests/fuzz/fuzz.h"

static void check_path(struct span path)
{
	char buf[256];

	if (mountinfo_unescape(path, buf, sizeof(buf)) == 0)
		FUZZ_ASSERT(strlen(buf) <= path.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size }, rest = text;
	struct mountinfo m;

	while (mountinfo_next(&rest, &m) > 0) {
		FUZZ_ASSERT(fuzz_within(rest, text) && fuzz_within(m.root, text) &&
			    fuzz_within(m.target, text) && fuzz_within(m.options, text) &&
			    fuzz_within(m.fstype, text) && fuzz_within(m.source, text) &&
			    fuzz_within(m.super_options, text));
		FUZZ_ASSERT(m.root.n && m.target.n && m.options.n && m.fstype.n &&
			    m.super_options.n);
		(void)mountinfo_has_option(m.options, "ro");
		check_path(m.root);
		check_path(m.target);
	}
	check_path(text);
	return 0;
}
