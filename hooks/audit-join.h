/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The trials without the guest: a child of the host's audit joins the container's
 * namespaces, takes its bounding set and asks the kernel from there.  Nothing of the
 * guest's runs for it, as a start hook's shell does: while LXC's first process still
 * waits with all capabilities, that shell could reach for it with CAP_SYS_PTRACE.
 *
 * It does not join the container's pid namespace, so that no process in there can see,
 * let alone trace it.  What a capability guards is refused without the help of the seccomp
 * filter or the label; what only the filter refuses is tried under it, if the kernel gives it.
 */
#ifndef HOOKS_AUDIT_JOIN_H
#define HOOKS_AUDIT_JOIN_H

#include "hooks/audit-guest.h"
#include "hooks/audit/network.h"
#include "lib/audit-process.h"
#include "lib/policy.h"

/* Fills *ret as audit_read_guest() does, without looking into the guest, and
 * *ret_network with what it sees there.  0 or -errno. */
int audit_join(int procfd, const struct audit_process *p, const struct policy *policy,
	       struct audit_guest *ret, struct audit_network *ret_network);

#endif
