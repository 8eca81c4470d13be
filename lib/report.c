/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See report.h. */
#include "config.h"

#include "lib/report.h"

#include <errno.h>

#define HEADER "lxc-harden-report 1"

/* How much of each is written, so that the worst case fits. */
enum {
	KEY_MAX = 24,
	TEXT_MAX = 264,
	LIST_MAX = 300,
	LABEL_MAX = 96,
};

_Static_assert(REPORT_FINDINGS_MAX *(KEY_MAX + TEXT_MAX + sizeof("finding  ")) +
			       REPORT_N_TRIALS * (LIST_MAX + sizeof("untried ")) +
			       2 * (LABEL_MAX + sizeof("policy ")) + 64 <=
		       REPORT_SIZE_MAX,
	       "every report fits");

static const char *const verdicts[] = {
	[REPORT_CONFORMS] = "conforms",
	[REPORT_REFUSED] = "refused",
	[REPORT_UNCHECKED] = "unchecked",
};

const char *const report_trials[REPORT_N_TRIALS] = {
	[REPORT_TRIAL_REFUSED] = "refused",
	[REPORT_TRIAL_GRANTED] = "granted",
	[REPORT_TRIAL_UNCLEAR] = "unclear",
	[REPORT_TRIAL_UNTRIED] = "untried",
};

const char *report_get_verdict(enum report_verdict verdict)
{
	return verdicts[verdict];
}

static int parse_verdict(struct span value, struct report *r)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (span_is(value, verdicts[i])) {
			r->verdict = (enum report_verdict)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_finding(struct span value, struct report *r)
{
	struct report_finding f;

	if (r->n_findings == REPORT_FINDINGS_MAX || !span_next_word(&value, &f.key))
		return -EINVAL;
	f.text = span_trim(value);
	r->finding[r->n_findings++] = f;
	return 0;
}

static int parse_line(struct span line, struct report *r, bool *seen_verdict)
{
	struct span key, value = line;

	if (!span_next_word(&value, &key))
		return -EINVAL;
	value = span_trim(value);
	if (span_is(key, "verdict")) {
		*seen_verdict = true;
		return parse_verdict(value, r);
	}
	if (span_is(key, "mode")) {
		r->warn = span_is(value, "warn");
		return r->warn || span_is(value, "enforce") ? 0 : -EINVAL;
	}
	if (span_is(key, "finding"))
		return parse_finding(value, r);
	if (span_is(key, "policy"))
		r->policy = value;
	else if (span_is(key, "lsm"))
		r->lsm = value;
	else {
		size_t i = 0;

		while (i < REPORT_N_TRIALS && !span_is(key, report_trials[i]))
			i++;
		if (i == REPORT_N_TRIALS)
			return -EINVAL;
		r->trials[i] = value;
	}
	return 0;
}

int report_parse(struct span text, struct report *ret)
{
	struct report r = { 0 };
	bool seen_verdict = false, ended = false;
	struct span line;

	if (text.n > REPORT_SIZE_MAX)
		return -EINVAL;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '\n' && (text.p[i] < 0x20 || text.p[i] > 0x7e))
			return -EINVAL;
	}
	if (!span_next_line(&text, &line) || !span_is(line, HEADER))
		return -EINVAL;
	while (!ended && span_next_line(&text, &line)) {
		ended = span_is(line, "end");
		if (!ended && parse_line(line, &r, &seen_verdict) < 0)
			return -EINVAL;
	}
	if (!ended || text.n || !seen_verdict)
		return -EINVAL;
	/* Saying both is a lie in one of them. */
	if (r.verdict == REPORT_CONFORMS && r.n_findings)
		return -EINVAL;
	*ret = r;
	return 0;
}

/* Escaped as emit_escaped() does, but for quotes, which are ours; cut after max bytes. */
static void emit_text(struct emit *e, struct span text, size_t max)
{
	size_t end = e->len + max;

	for (size_t i = 0; i < text.n && e->len + 4 <= end; i++)
		emit_printable(e, (struct span){ text.p + i, 1 }, "");
}

void report_emit(struct emit *e, const struct report *r)
{
	emit_printf(e, HEADER "\nverdict %s\nmode %s\n", verdicts[r->verdict],
		    r->warn ? "warn" : "enforce");
	if (r->policy.n) {
		emit_str(e, "policy ");
		emit_text(e, r->policy, LABEL_MAX);
		emit_str(e, "\n");
	}
	if (r->lsm.n) {
		emit_str(e, "lsm ");
		emit_text(e, r->lsm, LABEL_MAX);
		emit_str(e, "\n");
	}
	for (size_t i = 0; i < r->n_findings; i++) {
		emit_str(e, "finding ");
		emit_text(e, r->finding[i].key, KEY_MAX);
		emit_str(e, " ");
		emit_text(e, r->finding[i].text, TEXT_MAX);
		emit_str(e, "\n");
	}
	for (size_t i = 0; i < REPORT_N_TRIALS; i++) {
		if (!r->trials[i].n)
			continue;
		emit_printf(e, "%s ", report_trials[i]);
		emit_text(e, r->trials[i], LIST_MAX);
		emit_str(e, "\n");
	}
	emit_str(e, "end\n");
}
