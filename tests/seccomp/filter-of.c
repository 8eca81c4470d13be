/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * filter-of PID: writes the seccomp filter that a process got last, as the kernel runs it
 * (an array of struct sock_filter), to standard output.  Wants CAP_SYS_ADMIN.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <linux/filter.h>

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif

static int fail(const char *what)
{
	fprintf(stderr, "filter-of: %s: %s\n", what, strerror(errno));
	return 1;
}

int main(int argc, char *argv[])
{
	static struct sock_filter program[BPF_MAXINSNS];
	pid_t pid = argc == 2 ? (pid_t)strtol(argv[1], NULL, 10) : 0;
	long n;

	if (pid <= 0) {
		fputs("usage: filter-of PID\n", stderr);
		return 2;
	}
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
		return fail("cannot seize the process");
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 || waitpid(pid, NULL, __WALL) < 0)
		return fail("cannot stop the process");
	n = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void *)0, program);
	if (n < 0)
		return fail("cannot get the filter");
	/* The end of this process lets the other one go on. */
	return fwrite(program, sizeof(program[0]), (size_t)n, stdout) == (size_t)n ? 0
										   : fail("write");
}
