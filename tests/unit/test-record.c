/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/evidence/record: adding up, there and back, and what is no record. */
#include "config.h"

#include "tools/evidence/record.h"

#include <limits.h>
#include <sys/capability.h>

#include "lib/cleanup.h"
#include "tests/unit/scratch.h"
#include "tests/unit/tap.h"
#include "tools/container/harden-dir.h"

static struct record_check check_of(unsigned int cap, enum record_answer answer, const char *unit,
				    const char *syscall)
{
	return (struct record_check){ .cap = cap,
				      .answer = answer,
				      .unit = unit,
				      .program = "/usr/sbin/cron",
				      .comm = "cron",
				      .syscall = syscall,
				      .count = 3,
				      .first = 1764000000,
				      .last = 1764000010 };
}

static struct record *sample(void)
{
	struct record *record = record_new("web");
	struct record_check check = check_of(CAP_SETUID, RECORD_GRANTED, "cron.service", "setuid");
	struct record_run run = { .boot = true,
				  .begin = 1764000000,
				  .end = 1764000020,
				  .kernel = "6.18.0",
				  .held = { 1u << CAP_SETUID },
				  .checks = 10 };
	struct record_loss loss = { CAP_CHOWN, RECORD_DENIED, RECORD_OWN, 5 };

	CHECK_INT(record_add_check(record, &check), 0);
	check = check_of(CAP_KILL, RECORD_DENIED, NULL, NULL);
	check.options_known = true;
	check.options = RECORD_NOAUDIT | RECORD_INSETID;
	CHECK_INT(record_add_check(record, &check), 0);
	CHECK_INT(record_add_run(record, &run), 0);
	CHECK_INT(record_add_loss(record, &loss), 0);
	CHECK_INT(record_settle(record), 0);
	return record;
}

static void test_there_and_back(void)
{
	auto_record struct record *record = sample(), *again = NULL;
	auto_free char *text = NULL, *second = NULL;
	struct record_error error;
	size_t n, m;

	CHECK_INT(record_print(record, &text, &n), 0);
	if (!CHECK_INT(record_parse((struct span){ text, n }, &again, &error), 0))
		printf("# %s\n", error.text);
	CHECK_INT(record_print(again, &second, &m), 0);
	CHECK_STR(second, text);
	CHECK_INT(again->n_checks, 2);
	CHECK_INT(again->n_boots, 1);
	CHECK_STR(again->checks[1].unit, "cron.service");
	CHECK(!again->checks[0].unit && !again->checks[0].syscall);
	CHECK_INT(again->checks[0].options, RECORD_NOAUDIT | RECORD_INSETID);
	CHECK_INT(again->checks[1].first, 1764000000);
}

static void test_merge(void)
{
	auto_record struct record *a = sample(), *b = sample();
	struct record_use use;

	b->checks[0].first = 1;
	b->checks[0].last = 1764000011;
	CHECK_INT(record_merge(a, b), 0);
	CHECK_INT(a->n_checks, 2);
	CHECK_INT(a->checks[0].count, 6);
	CHECK_INT(a->checks[0].first, 1);
	CHECK_INT(a->checks[0].last, 1764000011);
	CHECK_INT(a->n_runs, 2);
	CHECK_INT(a->n_boots, 2);
	CHECK_INT(a->n_runs_total, 2);
	CHECK_INT(a->losses[0].count, 10);
	record_get_use(a, CAP_SETUID, &use);
	CHECK_INT(use.verdict, RECORD_NEEDED);
	CHECK_INT(use.granted, 6);
	record_get_use(a, CAP_KILL, &use);
	CHECK_INT(use.verdict, RECORD_PROBED);
	record_get_use(a, CAP_CHOWN, &use);
	CHECK_INT(use.verdict, RECORD_REFUSED);
	CHECK_INT(use.denied, 10);
	record_get_use(a, CAP_SYS_ADMIN, &use);
	CHECK_INT(use.verdict, RECORD_UNUSED);
	CHECK_INT(record_get_granted(a).bits, UINT64_C(1) << CAP_SETUID);
}

/* Each of these must not make a capability look needed. */
static void test_what_does_not_count(void)
{
	auto_record struct record *record = record_new("web");
	struct record_check check = check_of(CAP_SYS_ADMIN, RECORD_GRANTED, NULL, "mmap");
	struct record_use use;

	CHECK_INT(record_add_check(record, &check), 0); /* a probe */
	check.syscall = "mount";
	check.target = RECORD_OTHER;
	CHECK_INT(record_add_check(record, &check), 0);
	check.target = RECORD_BELOW;
	CHECK_INT(record_add_check(record, &check), 0);
	check.target = RECORD_OWN;
	check.borrowed = true;
	CHECK_INT(record_add_check(record, &check), 0);
	check.borrowed = false;
	check.origin = RECORD_LXC;
	CHECK_INT(record_add_check(record, &check), 0);
	CHECK_INT(record_settle(record), 0);
	CHECK_INT(record->n_checks, 5);
	record_get_use(record, CAP_SYS_ADMIN, &use);
	CHECK_INT(use.verdict, RECORD_PROBED);
	CHECK_INT(use.granted, 0);
	CHECK_INT(use.probed, 3);
	CHECK_INT(use.other, 3);
	CHECK_INT(use.below, 3);
	CHECK_INT(use.borrowed, 3);
	CHECK_INT(use.lxc, 3);
	/* Where the kernel says that it is no probe, the system call does not matter. */
	check = check_of(CAP_SYS_ADMIN, RECORD_GRANTED, NULL, "mmap");
	check.options_known = true;
	CHECK_INT(record_is_probe(&check), false);
}

static void test_hostile_names(void)
{
	auto_record struct record *record = record_new("web");
	struct record_check check = check_of(0, RECORD_GRANTED, "a\"\n\x1b[31m\\x41", "chown");
	auto_free char *text = NULL, *name = malloc(RECORD_TEXT_MAX + 2);
	size_t n;

	CHECK_INT(record_add_check(record, &check), 0);
	CHECK_STR(record->checks[0].unit, "a\\x22\\x0a\\x1b[31m\\x41");
	memset(name, 'x', RECORD_TEXT_MAX + 1);
	name[RECORD_TEXT_MAX + 1] = '\0';
	check.unit = name;
	CHECK_INT(record_add_check(record, &check), -EINVAL);
	name[RECORD_TEXT_MAX] = '\0';
	CHECK_INT(record_add_check(record, &check), 0);
	CHECK_INT(record_settle(record), 0);
	CHECK_INT(record_print(record, &text, &n), 0);
	CHECK(!strchr(text, '\x1b'));
}

/* More different checks than a file holds: the rarest go, and are counted as lost. */
static void test_too_many(void)
{
	auto_record struct record *record = record_new("web");
	struct record_check check = check_of(0, RECORD_GRANTED, NULL, "chown");
	char name[32];

	check.count = 1;
	for (int i = 0; i < RECORD_CHECKS_MAX + 10; i++) {
		(void)snprintf(name, sizeof(name), "unit-%d", i);
		check.unit = name;
		check.count = i == 7 ? 9 : 1;
		if (!CHECK_INT(record_add_check(record, &check), 0))
			return;
	}
	CHECK_INT(record_settle(record), 0);
	CHECK_INT(record->n_checks, RECORD_CHECKS_MAX);
	CHECK_INT(record->n_losses, 1);
	CHECK_INT(record->losses[0].count, 10);
	for (size_t i = 0; i < record->n_checks; i++) {
		if (record->checks[i].count == 9)
			return;
	}
	CHECK(!"the one that was seen most was kept");
}

/* Names at their longest, so that the text would be larger than a file may be. */
static void test_too_large(void)
{
	auto_record struct record *record = record_new("web"), *again = NULL;
	auto_free char *text = NULL;
	char unit[RECORD_TEXT_MAX + 1];
	struct record_check check = check_of(0, RECORD_GRANTED, unit, "chown");
	struct record_error error;
	size_t n;

	memset(unit, 'u', sizeof(unit) - 1);
	unit[sizeof(unit) - 1] = '\0';
	for (int i = 0; i < 24000; i++) {
		(void)snprintf(unit, 7, "%06d", i);
		unit[6] = 'u';
		CHECK_INT(record_add_check(record, &check), 0);
	}
	CHECK_INT(record_settle(record), 0);
	CHECK_INT(record_print(record, &text, &n), 0);
	CHECK(n <= RECORD_SIZE_MAX);
	CHECK_INT(record_parse((struct span){ text, n }, &again, &error), 0);
	CHECK(again->n_checks < 24000);
	CHECK_INT(again->losses[0].count + 3 * again->n_checks, 3 * 24000);
}

static void test_overflow(void)
{
	auto_record struct record *record = record_new("web");
	struct record_check check = check_of(0, RECORD_GRANTED, NULL, "chown");
	struct record_use use;

	check.count = INT64_MAX;
	CHECK_INT(record_add_check(record, &check), 0);
	CHECK_INT(record_add_check(record, &check), 0);
	CHECK_INT(record_settle(record), 0);
	record_get_use(record, 0, &use);
	CHECK_INT(use.granted, INT64_MAX);
}

#define HEAD                                                                                    \
	"{\"schema\":\"lxc-harden-record\",\"version\":1,\"container\":\"c\",\"runs_total\":0," \
	"\"boots\":0,"
#define CHECK_HEAD HEAD "\"runs\":[],\"losses\":[],\"checks\":[{\"capability\":\"chown\","
#define CHECK_TAIL                                                                            \
	"\"origin\":\"guest\",\"borrowed\":false,\"options\":null,\"unit\":null,\"program\":" \
	"null,\"comm\":null,\"syscall\":null,\"first\":\"2026-11-24T00:00:00Z\","             \
	"\"last\":\"2026-11-24T00:00:00Z\""

static const struct {
	const char *text, *error;
} bad[] = {
	{ "", "1:1: ends too early" },
	{ "{", "1:2: ends too early" },
	{ "[]", "no record: not an object" },
	{ "{\n\n  nonsense}", "3:3: " },
	{ "{} x", "1:4: " },
	{ "{}", "schema: missing" },
	{ "{\"schema\":1}", "schema: is int, not string" },
	{ "{\"schema\":\"else\"}", "schema: 'else' is no record of lxc-harden" },
	{ "{\"schema\":\"\\u001b\"}", "schema: holds a character" },
	{ "{\"schema\":\"lxc-harden-record\\u0000\"}", "schema: holds a character" },
	{ "{\"schema\":\"lxc-harden-record\",\"version\":2}",
	  "version: 2, this lxc-harden knows 1" },
	{ HEAD "\"runs\":{}}", "runs: is object, not array" },
	{ HEAD "\"runs\":[]}", "losses: missing" },
	{ HEAD "\"runs\":[7]}", "runs[0]: is no object" },
	{ HEAD "\"runs\":[{}]}", "runs[0].boot: missing" },
	{ HEAD "\"runs\":[],\"losses\":[{\"capability\":\"bogus\"}]}",
	  "losses[0].capability: no capability 'bogus'" },
	{ CHECK_HEAD "\"answer\":\"perhaps\"}]}", "checks[0].answer: unknown word 'perhaps'" },
	{ CHECK_HEAD "\"answer\":\"granted\",\"target\":\"own\",\"count\":0," CHECK_TAIL "}]}",
	  "checks[0].count: less than 1" },
	{ CHECK_HEAD "\"answer\":\"granted\",\"target\":\"own\",\"count\":1.5," CHECK_TAIL "}]}",
	  "checks[0].count: is double, not int" },
	{ CHECK_HEAD "\"answer\":\"granted\",\"target\":\"own\",\"count\":1," CHECK_TAIL
		     ",\"first\":\"2026-13-24 00:00:00Z\"}]}",
	  "checks[0].first: '2026-13-24 00:00:00Z' is no time" },
	{ "[[[[[[[[[[[[", "1:" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct record *record = NULL;
		struct record_error error = { "" };

		if (!CHECK_INT(record_parse(span_of(bad[i].text), &record, &error), -EINVAL))
			printf("#   %s\n", bad[i].text);
		if (!CHECK(strncmp(error.text, bad[i].error, strlen(bad[i].error)) == 0))
			printf("#   '%s' of %s\n", error.text, bad[i].text);
		CHECK(!record);
	}
}

static void test_file(void)
{
	auto_record struct record *record = sample(), *again = NULL;
	auto_close int fd = scratch_new();
	struct record_error error;

	CHECK_INT(record_read_at(fd, &again, &error), -ENOENT);
	CHECK_INT(record_write_at(fd, record), 0);
	CHECK_INT(record_read_at(fd, &again, &error), 0);
	CHECK_STR(again->container, "web");
	CHECK_INT(scratch_count(fd), 1);
	CHECK_INT(unlinkat(fd, HARDEN_RECORD, 0), 0);
	scratch_fifo(fd, HARDEN_RECORD);
	CHECK_INT(record_read_at(fd, &again, &error), -EINVAL);
	CHECK_STR(error.text, "is no regular file");
}

TAP_MAIN({ "a record can be read as it was written", test_there_and_back },
	 { "two records add up", test_merge },
	 { "probes and foreign checks make nothing look needed", test_what_does_not_count },
	 { "names cannot break out", test_hostile_names },
	 { "too many checks: the rarest are counted as lost", test_too_many },
	 { "names too long for a file: the same", test_too_large },
	 { "counts do not overflow", test_overflow },
	 { "what is no record is refused, with its place", test_bad }, { "as a file", test_file });
