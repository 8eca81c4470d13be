/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See filter.h. */
#include "config.h"

#include "hooks/audit/filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* In <linux/ptrace.h>, which cannot be had beside <sys/ptrace.h>. */
#define GET_FILTER 0x420c
#define RET_USER_NOTIF 0x7fc00000U

static int get_filter(pid_t pid, struct sock_fprog *program, unsigned long index)
{
	long n = ptrace((enum __ptrace_request)GET_FILTER, pid, index, NULL);

	if (n < 0)
		return -errno;
	if (n == 0 || n > UINT16_MAX)
		return -EINVAL;
	program->filter = calloc((size_t)n, sizeof(*program->filter));
	if (!program->filter)
		return -ENOMEM;
	program->len = (unsigned short)n;
	if (ptrace((enum __ptrace_request)GET_FILTER, pid, index, program->filter) != n)
		return -errno;
	for (long i = 0; i < n; i++) {
		if (program->filter[i].code == (BPF_RET | BPF_K) &&
		    (program->filter[i].k & SECCOMP_RET_ACTION_FULL) == RET_USER_NOTIF)
			return -ENOTSUP;
	}
	return 0;
}

static int get_filters(pid_t pid, struct audit_filter *ret)
{
	int r = 0;

	while (r == 0) {
		if (ret->n == AUDIT_FILTERS_MAX)
			return -E2BIG;
		r = get_filter(pid, &ret->program[ret->n], ret->n);
		ret->n++; /* also what failed half-way, for audit_filter_done() */
	}
	/* No filter of that number: these were all. */
	if (r == -ENOENT && ret->n > 1) {
		ret->n--;
		return 0;
	}
	return r;
}

int audit_filter_read(pid_t pid, struct audit_filter *ret)
{
	struct audit_filter filter = { 0 };
	int status, r;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
		return -errno;
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 || waitpid(pid, &status, __WALL) < 0)
		r = -errno;
	else if (!WIFSTOPPED(status))
		return -ESRCH;
	else
		r = get_filters(pid, &filter);
	/* It waits for LXC in a call that begins again; our end would let it go as well. */
	(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
	if (r < 0)
		audit_filter_done(&filter);
	else
		*ret = filter;
	return r;
}

void audit_filter_done(struct audit_filter *filter)
{
	for (size_t i = 0; i < filter->n; i++)
		free(filter->program[i].filter);
	*filter = (struct audit_filter){ 0 };
}

int audit_filter_install(const struct audit_filter *filter)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	for (size_t i = 0; i < filter->n; i++) {
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter->program[i]) < 0)
			return -errno;
	}
	return 0;
}
