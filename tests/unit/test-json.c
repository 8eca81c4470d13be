/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/json. */
#include "config.h"

#include "lib/json.h"

#include "tests/unit/tap.h"

static void test_structure(void)
{
	char text[1024] = "";
	struct emit e = EMIT_INIT(text);
	struct json j = { .e = &e };

	json_begin_object(&j, NULL);
	json_u64(&j, "n", UINT64_MAX);
	json_bool(&j, "yes", true);
	json_null(&j, "no");
	json_str(&j, "null", NULL);
	json_begin_array(&j, "empty");
	json_end_array(&j);
	json_begin_array(&j, "list");
	json_str(&j, NULL, "a");
	json_begin_object(&j, NULL);
	json_end_object(&j);
	json_end_array(&j);
	json_end_object(&j);
	json_finish(&j);
	CHECK_STR(text, "{\n"
			"  \"n\": 18446744073709551615,\n"
			"  \"yes\": true,\n"
			"  \"no\": null,\n"
			"  \"null\": null,\n"
			"  \"empty\": [],\n"
			"  \"list\": [\n"
			"    \"a\",\n"
			"    {}\n"
			"  ]\n"
			"}\n");
	CHECK(!e.full);
}

static void test_strings(void)
{
	static const struct {
		struct span in;
		const char *out;
	} cases[] = {
		{ { "", 0 }, "\"\"" },
		{ { "a\"b\\c/", 6 }, "\"a\\\"b\\\\c/\"" },
		{ { "\n\t\0\x1b", 4 }, "\"\\u000a\\u0009\\u0000\\u001b\"" },
		{ { "\x7f", 1 }, "\"\\u007f\"" },
		/* Valid UTF-8 of two, three and four bytes stays. */
		{ { "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9 },
		  "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		/* A C1 control, which is valid, does not. */
		{ { "\xc2\x9b", 2 }, "\"\\u00c2\\u009b\"" },
		/* Cut, stray, overlong, surrogate, beyond Unicode. */
		{ { "\xe2\x82", 2 }, "\"\\u00e2\\u0082\"" },
		{ { "\x80", 1 }, "\"\\u0080\"" },
		{ { "\xff", 1 }, "\"\\u00ff\"" },
		{ { "\xc0\xaf", 2 }, "\"\\u00c0\\u00af\"" },
		{ { "\xe0\x80\xaf", 3 }, "\"\\u00e0\\u0080\\u00af\"" },
		{ { "\xed\xa0\x80", 3 }, "\"\\u00ed\\u00a0\\u0080\"" },
		{ { "\xf4\x90\x80\x80", 4 }, "\"\\u00f4\\u0090\\u0080\\u0080\"" },
		{ { "\xc3\"", 2 }, "\"\\u00c3\\\"\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[128] = "";
		struct emit e = EMIT_INIT(text);
		struct json j = { .e = &e };

		json_span(&j, NULL, cases[i].in);
		CHECK_STR(text, cases[i].out);
	}
}

static void test_caps(void)
{
	char text[128] = "";
	struct emit e = EMIT_INIT(text);
	struct json j = { .e = &e, .compact = true };

	json_begin_object(&j, NULL);
	json_caps(&j, "none", (struct caps){ 0 });
	json_caps(&j, "three", (struct caps){ UINT64_C(1) << CAPS_MAX | 3 });
	json_cap(&j, "one", 12);
	json_end_object(&j);
	CHECK_STR(text, "{\"none\": [],\"three\": [\"chown\",\"dac_override\",\"63\"],"
			"\"one\": \"net_admin\"}");
}

static void test_time(void)
{
	static const struct {
		int64_t in;
		const char *out;
	} cases[] = {
		{ 0, "\"1970-01-01T00:00:00Z\"" },
		{ 1709251199, "\"2024-02-29T23:59:59Z\"" },
		{ INT64_MAX, "\"1970-01-01T00:00:00Z\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64] = "";
		struct emit e = EMIT_INIT(text);
		struct json j = { .e = &e };

		json_time(&j, NULL, cases[i].in);
		CHECK_STR(text, cases[i].out);
	}
}

static void test_full(void)
{
	char text[8] = "";
	struct emit e = EMIT_INIT(text);
	struct json j = { .e = &e };

	json_str(&j, NULL, "longer than that");
	CHECK(e.full);
}

TAP_MAIN({ "objects and arrays", test_structure }, { "any bytes", test_strings },
	 { "capabilities", test_caps }, { "times", test_time },
	 { "too small a buffer is told", test_full });
