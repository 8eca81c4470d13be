/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/trial/unitlist. */
#include "config.h"

#include "tools/trial/unitlist.h"

#include "tests/unit/tap.h"

static const char text[] =
	"-.mount                 loaded    active   mounted Root Mount\n"
	"cron.service            loaded    active   running Regular background program\n"
	"\n"
	"nginx.service           loaded    failed   failed  A high performance web server\n"
	"postgresql@15-main.service loaded activating auto-restart PostgreSQL\n"
	"evil                    loaded    active   running no suffix\n"
	"e\033[31mvil.service    loaded    active   running a terminal's colours\n"
	"short.service loaded active\n"
	"syslog.service          not-found inactive dead    syslog.service";

static void test_rows(void)
{
	static const char *const want[][3] = {
		{ "-.mount", "active", "mounted" },
		{ "cron.service", "active", "running" },
		{ "nginx.service", "failed", "failed" },
		{ "postgresql@15-main.service", "activating", "auto-restart" },
		{ "syslog.service", "inactive", "dead" },
	};
	struct span rest = span_of(text);
	struct unitlist_row row;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		if (!CHECK(unitlist_next(&rest, &row)))
			return;
		CHECK(span_is(row.name, want[i][0]));
		CHECK(span_is(row.active, want[i][1]));
		CHECK(span_is(row.sub, want[i][2]));
	}
	CHECK(!unitlist_next(&rest, &row));
}

static void test_names(void)
{
	char longest[UNITLIST_NAME_MAX + 10];

	CHECK(unitlist_is_name(span_of("a.service")));
	CHECK(unitlist_is_name(span_of("dev-disk-by\\x2duuid.device")));
	CHECK(!unitlist_is_name(span_of("")));
	CHECK(!unitlist_is_name(span_of(".service")));
	CHECK(!unitlist_is_name(span_of("a.servic")));
	CHECK(!unitlist_is_name(span_of("a b.service")));
	CHECK(!unitlist_is_name(span_of("a;b.service")));
	CHECK(!unitlist_is_name(span_of("../a.service")));
	CHECK(!unitlist_is_name((struct span){ "a\0b.service", 11 }));
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + UNITLIST_NAME_MAX - 9, ".service", 9);
	CHECK(unitlist_is_name(span_of(longest)));
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + UNITLIST_NAME_MAX - 8, ".service", 9);
	CHECK(!unitlist_is_name(span_of(longest)));
}

static void test_find(void)
{
	struct span unit;

	CHECK(unitlist_find_unit(span_of("/lxc.payload.web/system.slice/cron.service"), &unit));
	CHECK(span_is(unit, "cron.service"));
	/* A service may have cgroups of its own below it. */
	CHECK(unitlist_find_unit(span_of("/x/system.slice/d.service/supervise"), &unit));
	CHECK(span_is(unit, "d.service"));
	CHECK(unitlist_find_unit(span_of("/x/user.slice/user-0.slice/user@0.service/init.scope"),
				 &unit));
	CHECK(span_is(unit, "init.scope"));
	CHECK(!unitlist_find_unit(span_of("/lxc.payload.web"), &unit));
	CHECK(!unitlist_find_unit(span_of("/"), &unit));
	CHECK(!unitlist_find_unit(span_of(""), &unit));
}

TAP_MAIN({ "rows", test_rows }, { "names", test_names }, { "the unit of a cgroup", test_find });
