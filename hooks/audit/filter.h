/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The seccomp filter of the waiting init, taken over by a child that tries: so that what only
 * the filter refuses is tried, and not assumed.  The kernel gives a filter to the host's root
 * alone, who runs under none (ptrace(2), PTRACE_SECCOMP_GET_FILTER).
 */
#ifndef HOOKS_AUDIT_FILTER_H
#define HOOKS_AUDIT_FILTER_H

#include <linux/filter.h>
#include <sys/types.h>

#define AUDIT_FILTERS_MAX 8

struct audit_filter {
	size_t n;
	struct sock_fprog program[AUDIT_FILTERS_MAX]; /* oldest first; the instructions are owned */
};

/*
 * Stops the process for a moment; a system call that it waits in goes on.  0; or -errno and
 * there is nothing: -EACCES where the kernel does not give it, -ENOTSUP for a filter that asks a
 * program, as Incus' may, which would not be asked for another process.
 */
int audit_filter_read(pid_t pid, struct audit_filter *ret);
void audit_filter_done(struct audit_filter *filter);

/* For this process and all that it starts, with no_new_privs.  0 or -errno. */
int audit_filter_install(const struct audit_filter *filter);

#endif
