/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/emit. */
#include "config.h"

#include "lib/emit.h"

#include "tests/unit/tap.h"

static void test_fits(void)
{
	char buf[32];
	struct emit e = EMIT_INIT(buf);

	emit_str(&e, "a");
	emit_span(&e, (struct span){ "bcd", 2 });
	emit_span(&e, (struct span){ NULL, 0 });
	emit_printf(&e, "%d-%s", 42, "x");
	CHECK_STR(buf, "abc42-x");
	CHECK_INT(e.len, 7);
	CHECK(!e.full);
}

/* "The buffer is always a string": also before anything is written. */
static void test_empty(void)
{
	char buf[8];
	struct emit e;

	memset(buf, 'z', sizeof(buf));
	e = EMIT_INIT(buf);
	CHECK_INT(buf[0], '\0');
	CHECK_INT(e.len, 0);
	CHECK_INT(e.size, 8);
}

static void test_cut(void)
{
	struct {
		char buf[8], guard[8];
	} s;
	struct emit e = EMIT_INIT(s.buf);

	memset(s.guard, 'g', sizeof(s.guard));
	emit_str(&e, "1234567");
	CHECK(!e.full);
	CHECK_STR(s.buf, "1234567");
	emit_str(&e, "");
	emit_printf(&e, "%s", "");
	CHECK(!e.full);
	emit_str(&e, "8");
	CHECK(e.full);
	CHECK_STR(s.buf, "1234567");
	emit_printf(&e, "%d", 9);
	emit_str(&e, "x");
	CHECK_STR(s.buf, "1234567");
	CHECK_INT(e.len, 7);

	e = EMIT_INIT(s.buf);
	emit_printf(&e, "%s", "1234567");
	CHECK(!e.full);
	e = EMIT_INIT(s.buf);
	emit_printf(&e, "%s", "12345678");
	CHECK(e.full);
	CHECK_STR(s.buf, "1234567");
	CHECK_INT(e.len, 7);
	e = EMIT_INIT(s.buf);
	emit_str(&e, "123456789");
	CHECK(e.full);
	CHECK_STR(s.buf, "1234567");
	CHECK_SPAN(((struct span){ s.guard, 8 }), "gggggggg");
}

static void test_smallest(void)
{
	char buf[1];
	struct emit e = EMIT_INIT(buf);

	emit_str(&e, "");
	CHECK(!e.full);
	emit_str(&e, "a");
	emit_printf(&e, "b");
	CHECK(e.full);
	CHECK_INT(buf[0], '\0');
	CHECK_INT(e.len, 0);
}

static void test_escaped(void)
{
	char buf[128];
	struct emit e = EMIT_INIT(buf);

	emit_escaped(&e, (struct span){ "a b~\n\r\t\x1b[31m\x7f\\'\"\0\xc3\xa9", 19 });
	CHECK_STR(buf, "a b~\\x0a\\x0d\\x09\\x1b[31m\\x7f\\x5c\\x27\\x22\\x00\\xc3\\xa9");
	for (unsigned int c = 0; c < 256; c++) {
		char byte = (char)c;

		e = EMIT_INIT(buf);
		emit_escaped(&e, (struct span){ &byte, 1 });
		if (!CHECK(e.len == 1 ? c >= 0x20 && c < 0x7f && !strchr("\\'\"", (int)c)
				      : e.len == 4))
			printf("# for byte 0x%02x\n", c);
	}
}

static void test_printable(void)
{
	char buf[64];
	struct emit e = EMIT_INIT(buf);

	emit_printable(&e, (struct span){ "a\\'\"\n\0", 6 }, "");
	CHECK_STR(buf, "a\\'\"\\x0a\\x00");
	e = EMIT_INIT(buf);
	emit_printable(&e, (struct span){ "a\\'\"\n\0", 6 }, "\"");
	CHECK_STR(buf, "a\\'\\x22\\x0a\\x00");
}

TAP_MAIN({ "what fits", test_fits }, { "an empty one is a string", test_empty },
	 { "what does not fit is cut", test_cut }, { "a buffer of one byte", test_smallest },
	 { "hostile text", test_escaped }, { "text with quotes of ours", test_printable })
