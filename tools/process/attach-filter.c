/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See attach-parts.h: the seccomp filters of a process, by ptrace(2).  The kernel gives them to
 * root alone, who has no filter himself (CONFIG_CHECKPOINT_RESTORE).
 */
#include "config.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/process/attach-parts.h"

#define SECONDS 4

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif
#ifndef PTRACE_SECCOMP_GET_METADATA
#define PTRACE_SECCOMP_GET_METADATA 0x420d
#endif

struct metadata { /* struct seccomp_metadata, which some headers have twice */
	uint64_t filter_off, flags;
};

/* The process is stopped.  Number 0 is the oldest: 1 if there is that one, 0 if not, or -errno. */
static int read_one(pid_t pid, unsigned long number, struct attach_filters *f)
{
	unsigned int at = f->n ? f->filter[f->n - 1].at + f->filter[f->n - 1].n : 0;
	struct metadata meta = { .filter_off = number };
	long n = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, number, NULL);

	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	if (f->n == ATTACH_FILTERS_MAX || (unsigned long)n > ATTACH_CODE_MAX - at)
		return -E2BIG;
	if (ptrace(PTRACE_SECCOMP_GET_FILTER, pid, number, &f->code[at]) != n)
		return -EIO;
	f->filter[f->n].at = at;
	f->filter[f->n].n = (unsigned int)n;
	/* A kernel that does not know says nothing: then it is not logged. */
	if (ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(meta), &meta) >= 0 &&
	    meta.flags & SECCOMP_FILTER_FLAG_LOG)
		f->filter[f->n].flags = SECCOMP_FILTER_FLAG_LOG;
	f->n++;
	return 1;
}

static int read_all(pid_t pid, struct attach_filters *f)
{
	int status, r = 1;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 || waitpid(pid, &status, __WALL) < 0)
		return -errno;
	if (!WIFSTOPPED(status))
		return -ESRCH;
	for (unsigned long i = 0; r > 0; i++)
		r = read_one(pid, i, f);
	/* A signal that was just on its way to it goes on. */
	(void)ptrace(PTRACE_DETACH, pid, NULL,
		     status >> 16 ? 0ul
				  : (unsigned long)WSTOPSIG(status)); /* our end does it too */
	if (r == 0 && f->n == 0)
		return -ENODATA; /* it was said to have some */
	return r;
}

int attach_filters_read(pid_t pid, struct attach_filters **ret)
{
	struct attach_filters *f =
		mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r, status;
	pid_t child;

	if (f == MAP_FAILED)
		return -errno;
	f->status = -ETIMEDOUT;
	/* A child, whose end leaves the process alone again whatever happens: a frozen one never
	 * stops. */
	child = fork();
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)signal(SIGALRM, SIG_DFL);
		(void)alarm(SECONDS);
		f->status = read_all(pid, f);
		_exit(0);
	}
	r = child < 0 ? -errno : 0;
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (r == 0)
		r = f->status;
	if (r < 0)
		attach_filters_free(f);
	else
		*ret = f;
	return r;
}

void attach_filters_free(struct attach_filters *filters)
{
	if (filters)
		(void)munmap(filters, sizeof(*filters)); /* what mmap(2) gave */
}

int attach_filters_load(const struct attach_filters *filters)
{
	for (unsigned int i = 0; filters && i < filters->n; i++) {
		struct sock_fprog program = {
			.len = (unsigned short)filters->filter[i].n,
			/* Read only, though the type does not say so. */
			.filter = (struct sock_filter *)(uintptr_t)&filters
					  ->code[filters->filter[i].at],
		};

		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filters->filter[i].flags,
			    &program) < 0)
			return -errno;
	}
	return 0;
}
