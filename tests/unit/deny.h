/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An older kernel, played: a seccomp filter answers chosen system calls with ENOSYS, for
 * this process and what it starts, for ever.  Classic BPF by hand (seccomp(2)).
 */
#ifndef TESTS_UNIT_DENY_H
#define TESTS_UNIT_DENY_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#define DENY_MAX 16

/* 0 or -errno.  At most DENY_MAX numbers. */
static inline int deny_syscalls(const unsigned int *numbers, unsigned short n)
{
	struct sock_filter filter[DENY_MAX + 3];
	struct sock_fprog program = { .len = (unsigned short)(n + 3), .filter = filter };

	if (n > DENY_MAX)
		return -E2BIG;
	filter[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	for (unsigned short i = 0; i < n; i++)
		filter[1 + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, numbers[i],
							     (unsigned char)(n - i), 0);
	filter[1 + n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	filter[2 + n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return 0;
	/* Without CAP_SYS_ADMIN the kernel wants the promise first. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return -errno;
	return 0;
}

static inline int deny_syscall(unsigned int number)
{
	return deny_syscalls(&number, 1);
}

#endif
