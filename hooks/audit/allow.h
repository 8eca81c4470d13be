/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * "harden.allow = PATH" in the container's own configuration and what it includes, lines that
 * LXC passes over: what "mount.allow" is in a policy.  Believed only in a file of root's or of
 * the caller's own that no other user may write to.
 */
#ifndef HOOKS_AUDIT_ALLOW_H
#define HOOKS_AUDIT_ALLOW_H

#include "hooks/audit.h"
#include "lib/audit-findings.h"

/*
 * Adds them to the policy, which keeps the texts.  A line that is wrong or not to be believed is
 * a finding.  A file that cannot be read has none: LXC, which has read it, decides about that.
 */
void audit_read_allow(const char *config_file, struct audit_policy *policy,
		      struct audit_findings *f);

#endif
