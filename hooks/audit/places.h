/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The places of a container where something is mounted, judged by what stands there: each is
 * opened beneath the container's root (O_PATH: nothing acts, nothing is read) and asked for its
 * type, its device, its file system and the namespace that it belongs to.  A device node, a
 * socket and another container's proc work through a read-only mount as well, so "ro" decides
 * none of these.  lib/audit-mounts judges what the mount table alone tells.
 */
#ifndef HOOKS_AUDIT_PLACES_H
#define HOOKS_AUDIT_PLACES_H

#include "lib/audit-findings.h"
#include "lib/audit-mounts.h"
#include "lib/policy.h"

/* procfd: of init; table, in: as audit_judge_table() gets them.  0 or -errno. */
int audit_judge_places(int procfd, const struct audit_mounttable *table,
		       const struct audit_mounts *in, const struct policy *policy,
		       struct audit_findings *f);

#endif
