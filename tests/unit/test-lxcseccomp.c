/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tools/config/lxcseccomp.h"

#include <sys/syscall.h>

#include "tests/unit/tap.h"

static struct lxcseccomp parsed(const char *text)
{
	struct lxcseccomp p = { 0 };
	unsigned int line;

	CHECK_INT(lxcseccomp_parse(span_of(text), &p, &line), 0);
	return p;
}

static bool passes(const char *text, const char *name, uint64_t arg)
{
	struct lxcseccomp p = parsed(text);
	struct lxcseccomp_call call = { name, SYS_unshare, { arg, arg } };

	return lxcseccomp_passes(&p, &call);
}

static void test_lists(void)
{
	CHECK(passes("2\ndenylist\n[all]\nunshare errno 1\n", "mount", 0));
	CHECK(!passes("2\ndenylist\n[all]\nunshare errno 1\n", "unshare", 0));
	CHECK(!passes("2\nblacklist\nunshare\n", "unshare", 0));
	CHECK(passes("2\ndenylist errno 1\nunshare allow\n", "unshare", 0));
	CHECK(!passes("2\nallowlist\n[all]\nread\n", "unshare", 0));
	CHECK(passes("2\nwhitelist errno 38\nunshare\n", "unshare", 0));
	CHECK(passes("2\nallowlist allow\n", "unshare", 0));
	CHECK(passes("2\nallowlist\nunshare notify\n", "unshare", 0));
	CHECK(passes("2\ndenylist\nreject_force_umount  # x\n# unshare\n", "unshare", 0));
}

static void test_version_1(void)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "1\nallowlist\n0\n%d\n", (int)SYS_unshare);
	CHECK(passes(text, "unshare", 0));
	CHECK(!passes("1\nallowlist\n0\n", "unshare", 0));
}

static void test_arguments(void)
{
	static const char text[] = "2\nallowlist errno 38\n[all]\n"
				   "unshare allow [0,0,SCMP_CMP_MASKED_EQ,0x10000000]\n"
				   "unshare errno 1 [0,0x10000000,SCMP_CMP_MASKED_EQ,0x10000000]\n"
				   "clone allow [0,5,==][1,5,<=]\n";

	CHECK(passes(text, "unshare", 0x20000));
	CHECK(!passes(text, "unshare", 0x10000000));
	CHECK(!passes(text, "unshare", 0x10020000));
	CHECK(passes(text, "clone", 5));
	CHECK(!passes(text, "clone", 4));
}

static void test_both_fit(void)
{
	CHECK(passes("2\nallowlist\nunshare allow\nunshare errno 1 [0,0,>=]\n", "unshare", 0));
}

static void test_foreign_section(void)
{
	CHECK(passes("2\ndenylist\n[ppc64]\nunshare errno 1\n", "unshare", 0));
	CHECK(passes("2\nallowlist\n[ppc64]\nunshare\n", "unshare", 0));
}

static void refused(const char *text, unsigned int want)
{
	struct lxcseccomp p;
	unsigned int line = 0;

	CHECK_INT(lxcseccomp_parse(span_of(text), &p, &line), -EINVAL);
	CHECK_INT(line, want);
}

static void test_refused(void)
{
	refused("", 1);
	refused("3\ndenylist\n", 1);
	refused("2\n", 2);
	refused("2\nnolist\n", 2);
	refused("2\nallowlist bogus\n", 2);
	refused("2\ndenylist\n[all]\n\nunshare bogus\n", 5);
	refused("2\ndenylist\nunshare errno 1 [9,0,==]\n", 3);
	refused("2\ndenylist\nunshare errno 1 [0,0,~]\n", 3);
	refused("1\nallowlist\nread\n", 3);
}

TAP_MAIN({ "lists of what is denied and of what is allowed", test_lists },
	 { "version 1, by numbers", test_version_1 }, { "conditions on arguments", test_arguments },
	 { "two rules that both fit: what is open counts", test_both_fit },
	 { "a section of another architecture stops nothing", test_foreign_section },
	 { "what LXC refuses, with its line", test_refused });
