/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What "lxc-harden list" shows of a container: the model of check.h, what cap-audit left,
 * and how far the record, the fragment and what runs have come apart.  One struct of fixed
 * size, so that a process with the owner's rights can fill it in shared memory.
 */
#ifndef TOOLS_REPORT_LIST_FACTS_H
#define TOOLS_REPORT_LIST_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/caps.h"
#include "tools/check/check.h"
#include "tools/container/containers.h"
#include "tools/evidence/audit-read.h"

/* Each with a set of capabilities. */
enum list_drift {
	LIST_DRIFT_MORE,     /* what runs holds them, the configuration does not give them */
	LIST_DRIFT_LESS,     /* the configuration gives them, what runs does not hold them */
	LIST_DRIFT_FRAGMENT, /* the fragment takes them, the configuration gives them again */
	LIST_DRIFT_DENIED,   /* denied in a record that is newer than the fragment */
	LIST_DRIFT_NEEDLESS, /* given, though the proof found that the container does without */
	LIST_DRIFT_MISSING,  /* not given, though the proof found that it does not */
	LIST_N_DRIFTS,
};
extern const char *const list_drifts[LIST_N_DRIFTS];

struct list_facts {
	bool known; /* false: .failure says why not */
	char failure[400];
	enum check_state state;
	pid_t pid;
	char level[16]; /* "base", "keep", "strict", "generated", "custom", "none" */
	bool idmapped;
	struct caps configured, held;
	unsigned int score;
	size_t n_findings;
	bool has_audit;
	struct audit_entry audit; /* of the last start */
	struct caps drift[LIST_N_DRIFTS];
};

struct list {
	struct containers containers;
	struct workers_results results;
	const struct list_facts *facts; /* one for each container */
};

/* Reads all; only the one of that name if it is not NULL.  0, or -errno and *ret_error. */
int list_read(const char *const *lxcpaths, size_t n, bool of_users, const char *only,
	      struct list *ret, struct containers_error *ret_error);
void list_done(struct list *list);

#endif
