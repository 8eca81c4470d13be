/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What init is given beside its paths and bits: its working directory, its root, and the
 * descriptors that it keeps when it executes.  Each is asked where it leads, by the mount
 * that it was opened through; what it is called does not count.
 */
#ifndef HOOKS_AUDIT_OBJECTS_H
#define HOOKS_AUDIT_OBJECTS_H

#include <stdbool.h>

#include "lib/audit-findings.h"
#include "lib/audit-mounttable.h"

/*
 * procfd: of init.  mounts: its mount table.  0, or -errno for what cannot be read, and
 * *ret_what says what that is.
 */
int audit_judge_directories(int procfd, const struct audit_mounttable *mounts,
			    struct audit_findings *f, const char **ret_what);

/* Only of a process that has not executed init yet; idmapped: it is not the host's root. */
int audit_judge_descriptors(int procfd, const struct audit_mounttable *mounts, bool idmapped,
			    struct audit_findings *f, const char **ret_what);

#endif
