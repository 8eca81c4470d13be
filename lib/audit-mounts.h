/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Judges a container's mount table against the host's.  Pure: it gets the texts of
 * /proc/PID/mountinfo and /proc/PID/cgroup as the host sees them.  The paths in the
 * container's are hostile: a guest's shell may have run before.
 */
#ifndef LIB_AUDIT_MOUNTS_H
#define LIB_AUDIT_MOUNTS_H

#include <stdbool.h>

#include "lib/audit-findings.h"
#include "lib/audit-mounttable.h"
#include "lib/policy.h"
#include "lib/span.h"

struct audit_mounts {
	struct span container; /* its mountinfo */
	struct span host;      /* the host's */
	struct span cgroup;    /* the container's /proc/PID/cgroup */
	bool idmapped;	       /* the container has no id that is the host's root */
	bool may_unmount;      /* holds CAP_SYS_ADMIN: can take away what covers a mount */
	bool in_own_cgroup;    /* has not moved yet: a mounted cgroup must be just its own */
	bool has_sysrq;	       /* the kernel has /proc/sysrq-trigger */
};

/*
 * Adds a finding for each mount that the policy does not allow.  0, or -EINVAL for a
 * table that cannot be read, -E2BIG for one too large to judge, -ENOMEM.
 */
int audit_judge_mounts(const struct audit_mounts *in, const struct policy *policy,
		       struct audit_findings *f);

/* The same with both tables read already, in->container and in->host. */
void audit_judge_table(const struct audit_mounttable *table, const struct audit_mounts *in,
		       const struct policy *policy, struct audit_findings *f);

#endif
