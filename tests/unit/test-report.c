/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/report. */
#include "config.h"

#include "lib/report.h"

#include "tests/unit/tap.h"

#define HEAD "lxc-harden-report 1\n"

static void test_parse(void)
{
	static const char text[] = HEAD "verdict refused\nmode warn\npolicy base\nlsm a//b\n"
					"finding caps.bounding it holds: sys_admin\n"
					"finding trial the kernel grants: mknod\n"
					"refused net_raw bpf\ngranted mknod\nend\n";
	struct report r;

	CHECK_INT(report_parse(span_of(text), &r), 0);
	CHECK_INT(r.verdict, REPORT_REFUSED);
	CHECK(r.warn);
	CHECK_SPAN(r.policy, "base");
	CHECK_SPAN(r.lsm, "a//b");
	CHECK_INT(r.n_findings, 2);
	CHECK_SPAN(r.finding[0].key, "caps.bounding");
	CHECK_SPAN(r.finding[0].text, "it holds: sys_admin");
	CHECK_SPAN(r.trials[REPORT_TRIAL_REFUSED], "net_raw bpf");
	CHECK_SPAN(r.trials[REPORT_TRIAL_GRANTED], "mknod");
	CHECK_INT(r.trials[REPORT_TRIAL_UNTRIED].n, 0);
}

static void test_garbage(void)
{
	static const char *const bad[] = {
		"",
		"\n",
		"lxc-harden-report 2\nverdict conforms\nend\n",
		HEAD,
		HEAD "end\n",
		HEAD "verdict conforms\n",
		HEAD "verdict conforms\nen",
		HEAD "verdict conforms\nend\nverdict refused\n",
		HEAD "verdict fine\nend\n",
		HEAD "verdict conforms\nmode maybe\nend\n",
		HEAD "verdict conforms\ncolour red\nend\n",
		HEAD "verdict conforms\n\nend\n",
		HEAD "verdict conforms\nfinding a b\nend\n",
		HEAD "verdict refused\nfinding\nend\n",
		HEAD "verdict refused\nfinding a \033[2Jb\nend\n",
		HEAD "verdict refused\nfinding a \xc3\xa4\nend\n",
		HEAD "verdict refused\nfinding\ta b\nend\n",
		HEAD "verdict conforms\r\nend\r\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct report r;

		if (!CHECK_INT(report_parse(span_of(bad[i]), &r), -EINVAL))
			printf("# of text %zu\n", i);
	}
}

static void test_bounds(void)
{
	static char text[REPORT_SIZE_MAX + 2];
	struct emit e = { .buf = text, .size = sizeof(text) };
	struct report r;

	emit_str(&e, HEAD "verdict refused\n");
	for (int i = 0; i < REPORT_FINDINGS_MAX; i++)
		emit_str(&e, "finding a b\n");
	emit_str(&e, "end\n");
	CHECK_INT(report_parse((struct span){ text, e.len }, &r), 0);
	e.len -= 4;
	emit_str(&e, "finding a b\nend\n");
	CHECK_INT(report_parse((struct span){ text, e.len }, &r), -EINVAL);
	/* Within the limit by itself, but for one byte. */
	e.len = 0;
	emit_str(&e, HEAD "verdict conforms\npolicy ");
	while (e.len < REPORT_SIZE_MAX - 4)
		emit_str(&e, "x");
	emit_str(&e, "\nend");
	CHECK_INT(e.len, REPORT_SIZE_MAX);
	CHECK_INT(report_parse((struct span){ text, e.len }, &r), 0);
	emit_str(&e, "\n");
	CHECK_INT(report_parse((struct span){ text, e.len }, &r), -EINVAL);
}

/* All that a report can hold, in bytes that need escaping. */
static void test_worst(void)
{
	static char hostile[4096], text[REPORT_SIZE_MAX + 1];
	const struct span h = { hostile, sizeof(hostile) };
	struct emit e = { .buf = text, .size = sizeof(text) };
	struct report in = { .verdict = REPORT_REFUSED, .policy = h, .lsm = h }, out;

	memset(hostile, '\n', sizeof(hostile));
	in.n_findings = REPORT_FINDINGS_MAX;
	for (size_t i = 0; i < REPORT_FINDINGS_MAX; i++)
		in.finding[i] = (struct report_finding){ span_of("key"), h };
	for (size_t i = 0; i < REPORT_N_TRIALS; i++)
		in.trials[i] = h;
	report_emit(&e, &in);
	CHECK(!e.full);
	CHECK_INT(report_parse((struct span){ text, e.len }, &out), 0);
	CHECK_INT(out.n_findings, REPORT_FINDINGS_MAX);
}

static void test_round_trip(void)
{
	struct report in = { .verdict = REPORT_UNCHECKED, .policy = span_of("p"), .n_findings = 1 };
	char text[REPORT_SIZE_MAX + 1] = "";
	struct emit e = EMIT_INIT(text);
	struct report out;

	in.finding[0] = (struct report_finding){ span_of("k"), span_of("'quoted' text") };
	in.trials[REPORT_TRIAL_UNCLEAR] = span_of("a b");
	report_emit(&e, &in);
	CHECK_INT(report_parse((struct span){ text, e.len }, &out), 0);
	CHECK_INT(out.verdict, REPORT_UNCHECKED);
	CHECK(!out.warn);
	CHECK_SPAN(out.finding[0].text, "'quoted' text");
	CHECK_SPAN(out.trials[REPORT_TRIAL_UNCLEAR], "a b");
	CHECK_STR(report_get_verdict(out.verdict), "unchecked");
}

TAP_MAIN({ "a report", test_parse }, { "what is none", test_garbage }, { "limits", test_bounds },
	 { "the largest fits", test_worst }, { "written and read back", test_round_trip });
