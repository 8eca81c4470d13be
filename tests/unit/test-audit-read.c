/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/evidence/audit-read: what cap-audit writes, and what somebody may have put in its place. */
#include "config.h"

#include "tools/evidence/audit-read.h"

#include "tests/unit/scratch.h"

#define LINE                                                                                  \
	"{\"time\": \"2026-11-24T01:02:03Z\",\"verdict\": \"refused\",\"mode\": \"enforce\"," \
	"\"policy\": \"base\",\"bounding\": \"0000000000200001\",\"findings\": [\"lsm\"],"    \
	"\"text\": \"no <b>label\\u001b[0m\"}"

static void test_line(void)
{
	struct audit_entry e;

	if (!CHECK_INT(audit_parse(span_of(LINE), &e), 0))
		return;
	CHECK_INT(e.verdict, AUDIT_WORD_REFUSED);
	CHECK(!e.warn && e.has_bounding);
	CHECK_INT(e.bounding.bits, 0x200001);
	CHECK_STR(e.time, "2026-11-24T01:02:03Z");
	CHECK_STR(e.policy, "base");
	CHECK_STR(e.text, "no <b>label\\x1b[0m");
}

static void test_record(void)
{
	struct audit_entry e;

	if (!CHECK_INT(
		    audit_parse(span_of("{\"schema\": 1, \"verdict\": \"conforms\", \"mode\": "
					"\"warn\", \"policy\": {\"name\": \"keep\"}, \"findings\": "
					"[{\"key\": \"lsm\", \"text\": \"none\"}], "
					"\"capabilities\": {\"bounding\": [\"chown\", \"21\"]}}"),
				&e),
		    0))
		return;
	CHECK_INT(e.verdict, AUDIT_WORD_CONFORMS);
	CHECK(e.warn);
	CHECK_INT(e.bounding.bits, 0x200001);
	CHECK_STR(e.policy, "keep");
	CHECK_STR(e.text, "none");
}

static void test_refused(void)
{
	static const char *const texts[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"verdict\": 1}",
		"{\"verdict\": \"refused\"",
		"\xff{}",
		"{\"verdict\": \"fine\"}",
		"[[[[[[[[[[[[[[[[[[[[[[",
	};
	struct audit_entry e;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK_INT(audit_parse(span_of(texts[i]), &e), -EINVAL);
	/* Wrong kinds of what is not needed do not matter. */
	CHECK_INT(audit_parse(
			  span_of("{\"verdict\": \"refused\", \"policy\": [], \"findings\": {},"
				  "\"capabilities\": {\"bounding\": [[], {}, null]}, \"time\": 3}"),
			  &e),
		  0);
	CHECK(!e.has_bounding && !e.time[0] && !e.policy[0] && !e.text[0]);
}

static void test_log(void)
{
	struct audit_entry *entries = calloc(AUDIT_ENTRIES_MAX, sizeof(*entries));
	int dirfd = scratch_new();
	static char text[60000];
	size_t n = 0;

	CHECK_INT(audit_read_log(dirfd, entries), -ENOENT);
	scratch_write(dirfd, "audit.log", "{\"time\": \"20\n" LINE "\n\n" LINE,
		      strlen(LINE) * 2 + 15);
	CHECK_INT(audit_read_log(dirfd, entries), 2);
	CHECK_INT(entries[1].verdict, AUDIT_WORD_REFUSED);
	for (int i = 0; i < 150; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "{\"verdict\": \"conforms\", \"time\": \"%d\"}\n", i);
	scratch_write(dirfd, "audit.log", text, n);
	CHECK_INT(audit_read_log(dirfd, entries), AUDIT_ENTRIES_MAX);
	CHECK_STR(entries[0].time, "50");
	CHECK_STR(entries[99].time, "149");
	(void)unlinkat(dirfd, "audit.log", 0);
	scratch_link(dirfd, "audit.log", "/etc/passwd");
	CHECK_INT(audit_read_log(dirfd, entries), -EINVAL);
	scratch_fifo(dirfd, "audit.json");
	CHECK_INT(audit_read_last(dirfd, entries), -EINVAL);
	free(entries);
}

TAP_MAIN({ "a line of the history", test_line }, { "the last verdict", test_record },
	 { "what is no verdict", test_refused }, { "a whole history", test_log });
