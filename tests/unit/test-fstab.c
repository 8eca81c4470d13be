/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/guest/fstab. */
#include "config.h"

#include "tools/guest/fstab.h"

#include "tests/unit/tap.h"

static void test_lines(void)
{
	struct span rest = span_of("# comment\n\n  tmpfs\t/run/x  tmpfs size=1m,ro 0 0\n"
				   "too few\nUUID=1 / ext4 defaults\nx /y tmpfs");
	struct fstab_entry e;

	CHECK(fstab_next(&rest, &e));
	CHECK(span_is(e.spec, "tmpfs") && span_is(e.file, "/run/x"));
	CHECK(span_is(e.type, "tmpfs") && span_is(e.options, "size=1m,ro"));
	CHECK(fstab_next(&rest, &e));
	CHECK(span_is(e.file, "/") && span_is(e.options, "defaults"));
	CHECK(fstab_next(&rest, &e));
	CHECK(span_is(e.file, "/y") && span_is(e.type, "tmpfs") && !e.options.n);
	CHECK(!fstab_next(&rest, &e));
}

TAP_MAIN({ "comments, blanks, short lines, no newline at the end", test_lines });
