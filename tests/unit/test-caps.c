/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/caps. */
#include "config.h"

#include "lib/caps.h"

#include <linux/capability.h>

#include "tests/unit/tap.h"

static void test_names(void)
{
	static const struct {
		const char *name;
		unsigned int cap;
	} rows[] = {
		{ "chown", CAP_CHOWN },
		{ "net_admin", CAP_NET_ADMIN },
		{ "sys_admin", CAP_SYS_ADMIN },
		{ "checkpoint_restore", 40 },
		{ "0", 0 },
		{ "21", 21 },
		{ "63", 63 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int cap = 99;

		CHECK_INT(caps_parse_name(span_of(rows[i].name), &cap), 0);
		if (!CHECK_INT(cap, rows[i].cap))
			printf("# of \"%s\"\n", rows[i].name);
	}
}

static void test_bad_names(void)
{
	static const char *const bad[] = {
		"",	      "64",
		"4294967296", "18446744073709551616",
		"-1",	      "+1",
		" 1",	      "0x1",
		"1a",	      "cap_chown",
		"CHOWN",      "CAP_CHOWN",
		"Chown",      "chown ",
		"chow",	      "chownn",
		"all",	      "none",
		"_",	      "cap_",
		"net-admin",  "chown,fowner",
		"chown=ep",   "a_name_that_is_much_longer_than_any_capability_will_ever_be_named",
	};
	unsigned int cap = 4711;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!CHECK_INT(caps_parse_name(span_of(bad[i]), &cap), -EINVAL))
			printf("# of \"%s\"\n", bad[i]);
	}
	CHECK_INT(caps_parse_name((struct span){ "chown\0x", 7 }, &cap), -EINVAL);
	CHECK_INT(caps_parse_name((struct span){ NULL, 0 }, &cap), -EINVAL);
	CHECK_INT(cap, 4711);
	/* Only the span. */
	CHECK_INT(caps_parse_name((struct span){ "chownx", 5 }, &cap), 0);
	CHECK_INT(cap, CAP_CHOWN);
}

/* Each number that has a name is read back from it, and one without stays a number. */
static void test_round_trip(void)
{
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		char buf[64], number[8];
		struct emit e = EMIT_INIT(buf);
		unsigned int again = 99;

		caps_emit_name(&e, cap);
		CHECK_INT(caps_parse_name(span_of(buf), &again), 0);
		CHECK_INT(again, cap);
		(void)snprintf(number, sizeof(number), "%u", cap);
		if (cap <= CAP_LAST_CAP)
			CHECK(strcmp(buf, number) != 0);
		if (cap == CAPS_MAX)
			CHECK_STR(buf, number);
	}
}

static void test_sets(void)
{
	struct caps set = { 0 };

	CHECK(!caps_has(set, 0));
	caps_add(&set, 0);
	caps_add(&set, 63);
	CHECK(caps_has(set, 0));
	CHECK(!caps_has(set, 1));
	CHECK(caps_has(set, 63));
	caps_add(&set, 64);
	caps_add(&set, 65);
	caps_add(&set, UINT32_MAX);
	CHECK_INT(set.bits, UINT64_C(1) << 63 | 1);
	CHECK(!caps_has(set, 64));
	CHECK(!caps_has(set, UINT32_MAX));
	CHECK_INT(caps_minus((struct caps){ 7 }, (struct caps){ 10 }).bits, 5);
}

static void test_emit(void)
{
	static const struct {
		uint64_t bits;
		const char *text;
	} rows[] = {
		{ 0, "none" },
		{ 1, "chown" },
		{ 0x5eb, "chown, dac_override, fowner, kill, setgid, setuid, setpcap, "
			 "net_bind_service" },
		{ UINT64_C(1) << 63 | 1, "chown, 63" },
	};
	char buf[128];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct emit e = EMIT_INIT(buf);

		caps_emit(&e, (struct caps){ rows[i].bits }, ", ");
		CHECK_STR(buf, rows[i].text);
	}
}

static void test_up_to(void)
{
	CHECK_INT(caps_up_to(0).bits, 1);
	CHECK_INT(caps_up_to(40).bits, UINT64_C(0x1ffffffffff));
	CHECK_INT(caps_up_to(CAPS_MAX).bits, UINT64_MAX);
	CHECK_INT(caps_up_to(CAPS_MAX + 1).bits, UINT64_MAX);
}

TAP_MAIN({ "names and numbers", test_names }, { "bad names", test_bad_names },
	 { "names read back", test_round_trip }, { "sets", test_sets },
	 { "writing a set", test_emit }, { "all of a kernel", test_up_to })
