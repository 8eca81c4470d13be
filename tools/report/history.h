/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What became of containers over time, for the page: what their configurations would give
 * without lxc-harden, and the verdicts that cap-audit kept.  Read with the owners' rights.
 */
#ifndef TOOLS_REPORT_HISTORY_H
#define TOOLS_REPORT_HISTORY_H

#include <stddef.h>

#include "tools/check/check.h"
#include "tools/evidence/audit-read.h"

struct history {
	struct check_before before;
	size_t n_audits; /* oldest first */
	struct audit_entry audits[AUDIT_ENTRIES_MAX];
};

struct histories {
	const struct history *items; /* one for each container */
	struct workers_results results;
};

/* 0 and *ret (histories_done()), or -errno.  What cannot be read is empty. */
int histories_read(const struct container *containers, size_t n, unsigned int jobs,
		   struct histories *ret);
void histories_done(struct histories *histories);

#endif
