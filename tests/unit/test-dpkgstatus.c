/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/guest/dpkgstatus. */
#include "config.h"

#include "tools/guest/dpkgstatus.h"

#include "tests/unit/tap.h"

static void test_paragraphs(void)
{
	struct span rest = span_of("\n\nPackage: a\nStatus: install ok installed\n"
				   "Depends: libc6 (>= 2.36),\n liburing2 | x,\n\ty\n"
				   "Description: no\n Status: deinstall\n\n"
				   "Orphan: 1\n\n"
				   "Package: b\nStatus: deinstall ok config-files\n"
				   "Pre-Depends: c\n\nPackage: last");
	struct dpkgstatus p;

	CHECK(dpkgstatus_next(&rest, &p));
	CHECK(span_is(p.package, "a") && p.installed);
	CHECK(span_is(p.depends, "libc6 (>= 2.36),\n liburing2 | x,\n\ty"));
	CHECK(dpkgstatus_next(&rest, &p));
	CHECK(span_is(p.package, "b") && !p.installed && !p.depends.n);
	CHECK(span_is(p.pre_depends, "c"));
	CHECK(dpkgstatus_next(&rest, &p));
	CHECK(span_is(p.package, "last") && !p.installed);
	CHECK(!dpkgstatus_next(&rest, &p));
}

static void test_names(void)
{
	static const char *const want[] = { "a", "b", "c", "libstdc++6" };
	struct span rest = span_of(" a (>= 1.0~x), b:any | c [amd64],\n libstdc++6,,  ");
	struct span name;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		CHECK(dpkgstatus_next_name(&rest, &name) && span_is(name, want[i]));
	CHECK(!dpkgstatus_next_name(&rest, &name));
}

TAP_MAIN({ "paragraphs, continued values, what is not installed", test_paragraphs },
	 { "names of a dependency list", test_names });
