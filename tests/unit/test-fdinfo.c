/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/fdinfo: texts as the kernel writes them, and others. */
#include "config.h"

#include "lib/fdinfo.h"

#include "tests/unit/tap.h"

static void test_real(void)
{
	struct fdinfo info;

	CHECK_INT(fdinfo_parse(span_of("pos:\t0\nflags:\t012600000\nmnt_id:\t39\nino:\t1\n"),
			       &info),
		  0);
	CHECK_INT(info.mnt_id, 39);
	CHECK(info.cloexec);
	CHECK_INT(fdinfo_parse(span_of("pos:\t0\nflags:\t0100000\nmnt_id:\t27\n"), &info), 0);
	CHECK_INT(info.mnt_id, 27);
	CHECK(!info.cloexec);
}

/* What the kind of file adds comes later, and the first line of a name counts. */
static void test_added(void)
{
	struct fdinfo info;

	CHECK_INT(fdinfo_parse(span_of("flags:\t02\nmnt_id:\t5\nflags:\t02000000\nmnt_id:\tx\n"
				       "tfd: 5 events: 19\n"),
			       &info),
		  0);
	CHECK_INT(info.mnt_id, 5);
	CHECK(!info.cloexec);
}

static void test_malformed(void)
{
	static const char *const texts[] = { "",
					     "flags:\t02\n",
					     "mnt_id:\t5\n",
					     "flags:\t8\nmnt_id:\t5\n",
					     "flags:\t02\nmnt_id:\t-1\n",
					     "flags:\nmnt_id:\t5\n" };
	struct fdinfo info;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK_INT(fdinfo_parse(span_of(texts[i]), &info), -EINVAL);
}

TAP_MAIN({ "as the kernel writes it", test_real }, { "what a kind adds", test_added },
	 { "malformed texts", test_malformed });
