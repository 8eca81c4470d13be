/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tools/config/mountentry.h"

#include "tests/unit/tap.h"

static void test_fields(void)
{
	struct mountentry m;

	CHECK_INT(mountentry_parse(span_of("/a\tb  none bind,ro,create=dir 0 0"), &m), 0);
	CHECK_SPAN(m.source, "/a");
	CHECK_SPAN(m.target, "b");
	CHECK_SPAN(m.type, "none");
	CHECK(mountentry_is_bind(&m) && mountentry_has(&m, "ro") && mountentry_has(&m, "create="));
	CHECK(!mountentry_has(&m, "create") && !mountentry_has(&m, "r"));
	CHECK_INT(mountentry_parse(span_of("/a b"), &m), 0);
	CHECK(!m.type.n && !m.options.n && !mountentry_is_bind(&m));
	CHECK_INT(mountentry_parse(span_of("/a b c"), &m), 0);
	CHECK(!m.options.n);
	CHECK_INT(mountentry_parse(span_of("/a"), &m), -EINVAL);
	CHECK_INT(mountentry_parse(span_of(" "), &m), -EINVAL);
}

static void test_strip(void)
{
	CHECK_SPAN(mountentry_strip(span_of("//a/b//")), "a/b");
	CHECK_SPAN(mountentry_strip(span_of("/")), "");
}

TAP_MAIN({ "the fields of an entry", test_fields }, { "a path without its slashes", test_strip });
