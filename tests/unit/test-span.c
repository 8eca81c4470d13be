/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/span. */
#include "config.h"

#include "lib/span.h"

#include "tests/unit/tap.h"

static const struct span nothing = { NULL, 0 };

static void test_compare(void)
{
	CHECK(span_is(span_of("ab"), "ab"));
	CHECK(!span_is(span_of("ab"), "a"));
	CHECK(!span_is(span_of("ab"), "abc"));
	CHECK(!span_is(span_of("ab"), "aB"));
	CHECK(span_is(nothing, ""));
	CHECK(!span_is(nothing, "a"));
	CHECK(!span_is((struct span){ "ab\0c", 4 }, "ab"));
	CHECK(span_starts(span_of("abc"), "ab"));
	CHECK(span_starts(span_of("ab"), "ab"));
	CHECK(!span_starts(span_of("a"), "ab"));
	CHECK(!span_starts(span_of("xab"), "ab"));
	CHECK(span_starts(nothing, ""));
	CHECK(span_ends(span_of("a.conf"), ".conf"));
	CHECK(!span_ends(span_of(".conf"), ".conf"));
	CHECK(!span_ends(span_of("a.conf~"), ".conf"));
	CHECK(!span_ends(span_of("conf"), ".conf"));
	CHECK(!span_ends((struct span){ "a.conf", 5 }, ".conf"));
	CHECK(!span_ends(nothing, ".conf"));
	CHECK(span_same(span_of("ab"), (struct span){ "abc", 2 }));
	CHECK(!span_same(span_of("ab"), span_of("abc")));
	CHECK(!span_same(span_of("ab"), span_of("aB")));
	CHECK(!span_same((struct span){ "a\0b", 3 }, (struct span){ "a\0c", 3 }));
	CHECK(span_same(nothing, span_of("")));
	CHECK(!span_same(nothing, span_of("a")));
}

static void test_within(void)
{
	CHECK(span_is_within(span_of("run/lock"), span_of("run")));
	CHECK(span_is_within(span_of("run"), span_of("run")));
	CHECK(!span_is_within(span_of("runner"), span_of("run")));
	CHECK(!span_is_within(span_of("run"), span_of("run/lock")));
	CHECK(!span_is_within((struct span){ "run/lock", 2 }, span_of("run")));
	CHECK(span_is_within(span_of("run"), span_of("")));
	CHECK(span_is_within(nothing, nothing));
	CHECK(!span_is_within(nothing, span_of("run")));
}

static void test_trim(void)
{
	CHECK_SPAN(span_trim(span_of(" \t a b\t ")), "a b");
	CHECK_SPAN(span_trim(span_of("a")), "a");
	CHECK_SPAN(span_trim(span_of(" \t ")), "");
	CHECK_SPAN(span_trim(span_of("")), "");
	CHECK_SPAN(span_trim(span_of("\na\r ")), "\na\r");
	CHECK_INT(span_trim(nothing).n, 0);
}

static void test_lines(void)
{
	struct span rest = span_of("one\n\ntwo three\nlast"), line;

	CHECK(span_next_line(&rest, &line));
	CHECK_SPAN(line, "one");
	CHECK(span_next_line(&rest, &line));
	CHECK_SPAN(line, "");
	CHECK(span_next_line(&rest, &line));
	CHECK_SPAN(line, "two three");
	CHECK(span_next_line(&rest, &line));
	CHECK_SPAN(line, "last");
	CHECK(!span_next_line(&rest, &line));
	CHECK(!span_next_line(&rest, &line));

	rest = span_of("only\n");
	CHECK(span_next_line(&rest, &line));
	CHECK_SPAN(line, "only");
	CHECK(!span_next_line(&rest, &line));
	rest = nothing;
	CHECK(!span_next_line(&rest, &line));
}

static void test_words(void)
{
	struct span rest = span_of(" \tone  two\t"), word;

	CHECK(span_next_word(&rest, &word));
	CHECK_SPAN(word, "one");
	CHECK(span_next_word(&rest, &word));
	CHECK_SPAN(word, "two");
	CHECK(!span_next_word(&rest, &word));
	rest = span_of(" ");
	CHECK(!span_next_word(&rest, &word));
	rest = nothing;
	CHECK(!span_next_word(&rest, &word));
}

static void test_fields(void)
{
	struct span rest = span_of(":a::b"), field;

	CHECK(span_next_field(&rest, ':', &field));
	CHECK_SPAN(field, "");
	CHECK(span_next_field(&rest, ':', &field));
	CHECK_SPAN(field, "a");
	CHECK_SPAN(rest, ":b");
	CHECK(span_next_field(&rest, ':', &field));
	CHECK_SPAN(field, "");
	CHECK(span_next_field(&rest, ':', &field));
	CHECK_SPAN(field, "b");
	CHECK(!span_next_field(&rest, ':', &field));

	/* A NUL is a byte as any other, and what follows the span is not looked at. */
	rest = (struct span){ "a\0b:c", 3 };
	CHECK(span_next_field(&rest, ':', &field));
	CHECK_INT(field.n, 3);
	CHECK(!span_next_field(&rest, ':', &field));
}

static void test_numbers(void)
{
	static const struct {
		struct span text;
		unsigned int base;
		uint64_t max;
		int r;
		uint64_t value;
	} rows[] = {
		{ { "0", 1 }, 10, 0, 0, 0 },
		{ { "1", 1 }, 10, 0, -ERANGE, 0 },
		{ { "63", 2 }, 10, 63, 0, 63 },
		{ { "64", 2 }, 10, 63, -ERANGE, 0 },
		{ { "007", 3 }, 10, 7, 0, 7 },
		{ { "18446744073709551615", 20 }, 10, UINT64_MAX, 0, UINT64_MAX },
		{ { "18446744073709551616", 20 }, 10, UINT64_MAX, -ERANGE, 0 },
		{ { "18446744073709551620", 20 }, 10, UINT64_MAX, -ERANGE, 0 },
		{ { "184467440737095516160", 21 }, 10, UINT64_MAX, -ERANGE, 0 },
		{ { "fFfFffffFFFFffff", 16 }, 16, UINT64_MAX, 0, UINT64_MAX },
		{ { "10000000000000000", 17 }, 16, UINT64_MAX, -ERANGE, 0 },
		{ { "00000000000005eb", 16 }, 16, UINT64_MAX, 0, 0x5eb },
		{ { "377", 3 }, 8, 255, 0, 255 },
		{ { "400", 3 }, 8, 255, -ERANGE, 0 },
		{ { "8", 1 }, 8, 255, -EINVAL, 0 },
		{ { "a", 1 }, 10, 255, -EINVAL, 0 },
		{ { "g", 1 }, 16, 255, -EINVAL, 0 },
		{ { "", 0 }, 10, 255, -EINVAL, 0 },
		{ { NULL, 0 }, 10, 255, -EINVAL, 0 },
		{ { "-1", 2 }, 10, UINT64_MAX, -EINVAL, 0 },
		{ { "+1", 2 }, 10, 255, -EINVAL, 0 },
		{ { " 1", 2 }, 10, 255, -EINVAL, 0 },
		{ { "1 ", 2 }, 10, 255, -EINVAL, 0 },
		{ { "1\n", 2 }, 10, 255, -EINVAL, 0 },
		{ { "1\0", 2 }, 10, 255, -EINVAL, 0 },
		{ { "0x1", 3 }, 16, 255, -EINVAL, 0 },
		{ { "1.0", 3 }, 10, 255, -EINVAL, 0 },
		{ { "\xff", 1 }, 16, 255, -EINVAL, 0 },
		{ { "123", 2 }, 10, 255, 0, 12 }, /* not beyond the span */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t value = 4711;
		bool ok;

		ok = CHECK_INT(span_parse_u64(rows[i].text, rows[i].base, rows[i].max, &value),
			       rows[i].r);
		ok = CHECK_INT(value, rows[i].r ? 4711 : rows[i].value) && ok;
		if (!ok)
			printf("# in row %zu\n", i);
	}
}

static void test_copy(void)
{
	char buf[4] = "zzz";

	CHECK_INT(span_copy(span_of("abc"), buf, sizeof(buf)), 0);
	CHECK_STR(buf, "abc");
	CHECK_INT(span_copy(span_of("abcd"), buf, sizeof(buf)), -ENAMETOOLONG);
	CHECK_INT(span_copy((struct span){ "a\0b", 3 }, buf, sizeof(buf)), -EINVAL);
	CHECK_STR(buf, "abc");
	CHECK_INT(span_copy(nothing, buf, sizeof(buf)), 0);
	CHECK_STR(buf, "");
	CHECK_INT(span_copy(nothing, buf, 0), -ENAMETOOLONG);
}

TAP_MAIN({ "comparing", test_compare }, { "a path within a folder", test_within },
	 { "trimming", test_trim }, { "lines", test_lines }, { "words", test_words },
	 { "fields", test_fields }, { "numbers: the whole span or nothing", test_numbers },
	 { "copying", test_copy })
