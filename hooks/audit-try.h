/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Trials: asking the kernel itself.  Each does the harmless core of something that needs
 * a capability or must be forbidden: a call that is refused for lack of the capability
 * before anything else, and fails for another reason, or has no effect, if it is not.
 * They run in a child, so that neither a seccomp filter that kills nor a call that hangs
 * ends the audit.
 */
#ifndef HOOKS_AUDIT_TRY_H
#define HOOKS_AUDIT_TRY_H

#include <stdbool.h>
#include <stddef.h>

#include "hooks/audit/filter.h"
#include "lib/caps.h"
#include "lib/span.h"

enum audit_answer {
	AUDIT_NOT_RUN, /* zero: the child did not come so far */
	AUDIT_DENIED,
	AUDIT_GRANTED,
	AUDIT_UNCLEAR,
};

#define AUDIT_TRIALS_MAX 64

struct audit_trial {
	const char *name; /* of the capability, or of what is tried */
	enum audit_answer (*run)(void);
	/* Any of these grants it; none: no capability does, it must be refused whenever asked for.
	 */
	struct caps granted_by;
	bool file;  /* a file that mounts = private promises to be read-only */
	bool dirty; /* the child that was granted it is not the one it was, and ends */
};

/* The table; a trial is known by its index. */
extern const struct audit_trial audit_trials[];
extern const size_t audit_n_trials;

/* The trial of that name, or NULL. */
const struct audit_trial *audit_find_trial(struct span name);

/* What to run: arrays of audit_n_trials, and no trial in both. */
struct audit_plan {
	const bool *now, *later;	   /* later: when the filter is installed */
	const struct audit_filter *filter; /* NULL: nothing runs later */
};

/*
 * Runs them in one child, unless one of them ends it, and fills ret_answers[].  *ret_filtered: the
 * filter could be installed, else those for later have no answer.  0, or -errno if no child
 * could be had.
 */
int audit_run_trials(const struct audit_plan *plan, enum audit_answer *ret_answers,
		     bool *ret_filtered);

#endif
