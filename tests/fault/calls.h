/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which errors a system call may well give; for inject.c. */
#ifndef TESTS_FAULT_CALLS_H
#define TESTS_FAULT_CALLS_H

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>

enum {
	NOSYS = 1 << 0, /* an old kernel, or a filter that plays one */
	PERM = 1 << 1,	/* a filter, an LSM, a lost capability */
	NOMEM = 1 << 2,
	IO = 1 << 3,
	INTR = 1 << 4,
	NOSPC = 1 << 5,
	PLAIN = NOSYS | PERM | NOMEM,
};

static const struct {
	int number;
	unsigned int mark;
	const char *name;
} faults[] = {
	{ ENOSYS, NOSYS, "ENOSYS" }, { EPERM, PERM, "EPERM" }, { ENOMEM, NOMEM, "ENOMEM" },
	{ EIO, IO, "EIO" },	     { EINTR, INTR, "EINTR" }, { ENOSPC, NOSPC, "ENOSPC" },
};
#define N_FAULTS (sizeof(faults) / sizeof(faults[0]))

struct call {
	long nr;
	const char *name;
	unsigned int faults; /* 0: it cannot fail, or its failure means nothing */
};

#define CALL(name, marks)                \
	{                                \
		SYS_##name, #name, marks \
	}

static const struct call calls[] = {
	CALL(read, PERM | NOMEM | IO | INTR),
	CALL(pread64, PERM | IO | INTR),
	CALL(readv, IO | INTR),
	CALL(write, PERM | IO | INTR | NOSPC),
	CALL(writev, IO | INTR | NOSPC),
	CALL(close, IO | INTR),
	CALL(openat, PERM | NOMEM | IO | INTR | NOSPC),
	CALL(openat2, PLAIN | IO | INTR),
	CALL(newfstatat, PERM | NOMEM | IO),
	CALL(fstat, PERM | NOMEM | IO),
	CALL(statx, PLAIN | IO),
	CALL(statfs, PERM | NOMEM | IO),
	CALL(fstatfs, PERM | NOMEM | IO),
	CALL(faccessat, PERM | IO),
	CALL(faccessat2, PLAIN | IO),
	CALL(readlinkat, PERM | NOMEM | IO),
	CALL(getdents64, PERM | NOMEM | IO),
	CALL(mkdirat, PERM | NOMEM | IO | NOSPC),
	CALL(unlinkat, PERM | IO),
	CALL(renameat2, PLAIN | IO | NOSPC),
	CALL(fsync, PERM | IO | NOSPC),
	CALL(fdatasync, IO | NOSPC),
	CALL(ftruncate, PERM | IO | NOSPC),
	CALL(fchmod, PERM | IO),
	CALL(fchown, PERM | IO),
	CALL(fchmodat, PERM | IO),
	CALL(fchownat, PERM | IO),
	CALL(mount, PERM | NOMEM),
	CALL(umount2, PERM | NOMEM),
	CALL(setns, PERM | NOMEM),
	CALL(unshare, PERM | NOMEM | NOSPC),
	CALL(clone, PERM | NOMEM),
	CALL(clone3, PLAIN),
	CALL(wait4, INTR),
	CALL(waitid, INTR),
	CALL(mmap, NOMEM),
	CALL(mremap, NOMEM),
	CALL(brk, 0), /* malloc() then asks mmap(2) */
	CALL(munmap, 0),
	CALL(mprotect, NOMEM),
	CALL(madvise, 0),
	CALL(exit, 0),
	CALL(exit_group, 0),
	CALL(rt_sigreturn, 0),
	CALL(restart_syscall, 0),
	CALL(getpid, 0),
	CALL(getppid, 0),
	CALL(gettid, 0),
	CALL(getuid, 0),
	CALL(geteuid, 0),
	CALL(getgid, 0),
	CALL(getegid, 0),
	CALL(umask, 0),
	CALL(clock_gettime, 0),
	CALL(futex, 0), /* waits; a lie there is a broken lock */
	CALL(set_robust_list, 0),
	CALL(set_tid_address, 0),
	CALL(rseq, 0),
	CALL(fcntl, PERM),
	CALL(rt_sigaction, PERM),
	CALL(rt_sigprocmask, PERM),
	CALL(rt_sigtimedwait, PERM | INTR),
	CALL(prctl, PERM),
	CALL(ioctl, PERM | IO),
	CALL(lseek, IO),
	CALL(flock, PERM | INTR | NOMEM),
	CALL(socket, PERM | NOMEM),
	CALL(connect, PERM | INTR),
	CALL(sendmsg, PERM | NOMEM | INTR),
	CALL(sendto, PERM | NOMEM | INTR),
	CALL(recvmsg, NOMEM | INTR),
	CALL(pipe2, PERM | NOMEM),
	CALL(dup3, INTR),
	CALL(kill, PERM),
	{ 428, "open_tree", PLAIN },
	{ 429, "move_mount", PLAIN },
	{ 430, "fsopen", PLAIN },
	{ 431, "fsconfig", PLAIN },
	{ 432, "fsmount", PLAIN },
	{ 434, "pidfd_open", PLAIN },
	{ 442, "mount_setattr", PLAIN },
	{ 457, "statmount", PLAIN },
#if defined(__x86_64__)
	CALL(open, PERM | NOMEM | IO | INTR | NOSPC),
	CALL(stat, PERM | NOMEM | IO),
	CALL(lstat, PERM | NOMEM | IO),
	CALL(access, PERM | IO),
	CALL(readlink, PERM | NOMEM | IO),
	CALL(mkdir, PERM | NOMEM | IO | NOSPC),
	CALL(rmdir, PERM | IO),
	CALL(unlink, PERM | IO),
	CALL(rename, PERM | IO | NOSPC),
	CALL(renameat, PERM | IO | NOSPC),
	CALL(fork, NOMEM),
	CALL(vfork, NOMEM),
	CALL(poll, NOMEM | INTR),
	CALL(pipe, NOMEM),
	CALL(dup2, INTR),
	CALL(arch_prctl, 0),
	CALL(time, 0),
#endif
};

static const struct call *call_find(unsigned long long nr)
{
	static const struct call unknown = { -1, NULL, PLAIN };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if ((unsigned long long)calls[i].nr == nr)
			return &calls[i];
	}
	return &unknown;
}

#endif
