/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/unitfile: systemd.syntax(7). */
#include "config.h"

#include "lib/unitfile.h"

#include "tests/unit/tap.h"

static void test_settings(void)
{
	struct unitfile u = UNITFILE_INIT(span_of("A=0\n# c\n; c\n[Unit]\n Key = value \nnothing\n"
						  "[Service]\r\nEmpty=\r\nB=x=y"));
	struct unitfile_setting s;

	CHECK(unitfile_next(&u, &s));
	CHECK(!s.section.n && span_is(s.key, "A") && span_is(s.value, "0"));
	CHECK(unitfile_next(&u, &s));
	CHECK(span_is(s.section, "Unit") && span_is(s.key, "Key") && span_is(s.value, "value"));
	CHECK(unitfile_next(&u, &s));
	CHECK(span_is(s.section, "Service") && span_is(s.key, "Empty") && !s.value.n);
	CHECK(unitfile_next(&u, &s));
	CHECK(span_is(s.key, "B") && span_is(s.value, "x=y"));
	CHECK(!unitfile_next(&u, &s));
}

static void test_continuation(void)
{
	struct unitfile u =
		UNITFILE_INIT(span_of("[S]\nA=one \\\n# no\n\ttwo\\\n \"th ree\"\nB=b\\"));
	struct unitfile_setting s;
	struct span word;

	CHECK(unitfile_next(&u, &s));
	CHECK(span_is(s.key, "A"));
	CHECK(unitfile_next_word(&s.value, &word) && span_is(word, "one"));
	CHECK(unitfile_next_word(&s.value, &word) && span_is(word, "two"));
	CHECK(unitfile_next_word(&s.value, &word) && span_is(word, "th ree"));
	CHECK(!unitfile_next_word(&s.value, &word));
	CHECK(unitfile_next(&u, &s));
	CHECK(span_is(s.key, "B"));
	CHECK(!unitfile_next(&u, &s));
}

static void test_bool(void)
{
	CHECK_INT(unitfile_parse_bool(span_of("Yes")), 1);
	CHECK_INT(unitfile_parse_bool(span_of("1")), 1);
	CHECK_INT(unitfile_parse_bool(span_of("off")), 0);
	CHECK_INT(unitfile_parse_bool(span_of("full")), -EINVAL);
	CHECK_INT(unitfile_parse_bool(span_of("")), -EINVAL);
}

TAP_MAIN({ "sections, keys, comments", test_settings }, { "values over lines", test_continuation },
	 { "booleans", test_bool });
