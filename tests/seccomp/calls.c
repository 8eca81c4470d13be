/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calls: root inside tries what base.seccomp closes, by each way that the processor has into
 * the kernel: a line "WAY CALL ERRNO" each, 0 for a call that was answered.  Static, to run in
 * any guest; its 32-bit calls have no pointers.  What is answered is undone at its end.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sched.h>

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif
#define BTRFS_IOC_SNAP_CREATE 0x50009401 /* _IOW(0x94, 1, 4096 bytes) */
#define NOWHERE (-1)

enum way { NATIVE, X32, I386, N_WAYS };
static const char *const ways[] = { "native", "x32", "i386" };

static long call_native(long number, const long a[4])
{
	long r = syscall(number, a[0], a[1], a[2], a[3]);

	return r < 0 ? -errno : r;
}

#ifdef __x86_64__
static long call_i386(long number, const long a[4])
{
	int r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"((int)number), "b"((int)a[0]), "c"((int)a[1]), "d"((int)a[2]),
			   "S"((int)a[3])
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
}
#endif

/* Numbers of a call: as this program's C library has it (and x32 with it), and for i386. */
struct numbers {
	long native, i386;
};

static long call_by(enum way way, struct numbers n, const long a[4])
{
#ifdef __x86_64__
	if (way == X32)
		return call_native(n.native | 0x40000000, a);
	if (way == I386)
		return call_i386(n.i386, a);
#endif
	(void)way;
	return call_native(n.native, a);
}

static void tell(enum way way, const char *name, long r)
{
	printf("%s %s %ld\n", ways[way], name, r < 0 ? -r : 0);
	(void)fflush(stdout); /* children follow */
}

static const struct {
	const char *name;
	struct numbers n;
	long args[4];
} plain[] = {
	/* KEYCTL_GET_KEYRING_ID of the user's key ring, which is the host's */
	{ "keyctl", { SYS_keyctl, 288 }, { 0, -4, 1, 0 } },
	{ "add_key", { SYS_add_key, 286 }, { 0, 0, 0, 0 } },
	{ "request_key", { SYS_request_key, 287 }, { 0, 0, 0, 0 } },
	{ "clone3", { SYS_clone3, 435 }, { 0, 0, 0, 0 } },
	{ "ioctl:btrfs", { SYS_ioctl, 54 }, { NOWHERE, BTRFS_IOC_SNAP_CREATE, 0, 0 } },
	{ "ioctl:tiocsti", { SYS_ioctl, 54 }, { NOWHERE, 0x5412, 0, 0 } },
	{ "ioctl:tioclinux", { SYS_ioctl, 54 }, { NOWHERE, 0x541c, 0, 0 } },
	{ "ioctl:other", { SYS_ioctl, 54 }, { NOWHERE, 0x5401, 0, 0 } },
	{ "unshare:cgroup", { SYS_unshare, 310 }, { CLONE_NEWUSER | CLONE_NEWCGROUP, 0, 0, 0 } },
	/* The kernel refuses it (signal handlers go with memory); the filter comes before. */
	{ "clone:cgroup", { SYS_clone, 120 }, { CLONE_NEWCGROUP | CLONE_SIGHAND, 0, 0, 0 } },
	{ "clone:thread", { SYS_clone, 120 }, { CLONE_SIGHAND, 0, 0, 0 } },
};

static void try_plain(enum way way)
{
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		pid_t child = fork();

		if (child == 0) {
			tell(way, plain[i].name, call_by(way, plain[i].n, plain[i].args));
			_exit(0);
		}
		(void)waitpid(child, NULL, 0);
	}
}

/* The upper half is not the kernel's to look at: it must be nothing to the filter either. */
static void try_families(enum way way, const char *prefix, long upper)
{
	const struct numbers sockets = { SYS_socket, 359 }, pairs = { SYS_socketpair, 360 };
	char name[32];

	for (long family = 0; family < 64; family++) {
		int fds[2];
		const long one[4] = { family | upper, 2, 0, 0 };
		const long two[4] = { family | upper, 2, 0, (long)fds };
		long r = call_by(way, sockets, one);

		if (r >= 0)
			close((int)r);
		(void)snprintf(name, sizeof(name), "%ssocket:%ld", prefix, family);
		tell(way, name, r);
		if (way == I386)
			continue; /* a pointer */
		r = call_by(way, pairs, two);
		if (r >= 0)
			(void)(close(fds[0]), close(fds[1]));
		(void)snprintf(name, sizeof(name), "%ssocketpair:%ld", prefix, family);
		tell(way, name, r);
	}
}

int main(void)
{
	try_plain(NATIVE);
	try_families(NATIVE, "", 0);
#ifdef __x86_64__
	try_families(NATIVE, "upper-", 0x7f00000000);
	try_plain(X32);
	try_families(X32, "", 0);
	try_plain(I386);
#endif
	return 0;
}
