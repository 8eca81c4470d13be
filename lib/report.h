/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the audit inside the container tells the host: a text of lines
 *
 *   lxc-harden-report 1
 *   verdict refused
 *   mode enforce
 *   policy base
 *   lsm LABEL
 *   finding KEY TEXT        as many as there are
 *   refused|granted|unclear|untried NAME...
 *   end
 *
 * Pure.  It comes out of the guest, so whoever reads it takes it for hearsay: it can add
 * a refusal, never take one away.  The parser accepts only printable ASCII, of bounded
 * size, complete to its last line.
 */
#ifndef LIB_REPORT_H
#define LIB_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/emit.h"
#include "lib/span.h"

#define REPORT_SIZE_MAX 4096
#define REPORT_FINDINGS_MAX 8

enum report_verdict {
	REPORT_CONFORMS,
	REPORT_REFUSED,
	REPORT_UNCHECKED,
};

/* What came of the trials: a list of names for each. */
enum report_trial {
	REPORT_TRIAL_REFUSED,
	REPORT_TRIAL_GRANTED,
	REPORT_TRIAL_UNCLEAR,
	REPORT_TRIAL_UNTRIED,
	REPORT_N_TRIALS,
};

extern const char *const report_trials[REPORT_N_TRIALS];

struct report_finding {
	struct span key, text;
};

struct report {
	enum report_verdict verdict;
	bool warn;		 /* the mode inside */
	struct span policy, lsm; /* may be empty */
	struct report_finding finding[REPORT_FINDINGS_MAX];
	size_t n_findings;
	struct span trials[REPORT_N_TRIALS]; /* names with one blank between them */
};

/* "conforms", "refused", "unchecked" */
const char *report_get_verdict(enum report_verdict verdict);

/* 0, or -EINVAL for what is no report.  The spans point into the text. */
int report_parse(struct span text, struct report *ret);

/*
 * The texts are escaped on the way, and cut where a line would be too long.  e->full if
 * e is smaller than REPORT_SIZE_MAX + 1 and it did not fit.
 */
void report_emit(struct emit *e, const struct report *r);

#endif
