/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The forbidden system calls by the other two doors of an x86-64 kernel: int 0x80,
 * with the numbers of i386, and the numbers of x32.  A filter that looks at one
 * table leaves the others open.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/breakout/probe.h"

#ifdef __x86_64__

/* Static data of a static program is below 4 GiB, so pointers fit; strings as well. */
static long int80(long nr, const long *a)
{
	long r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(nr), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)r;
}

static long run_int80(const struct probe *p)
{
	return int80(p->nr, p->arg);
}

static long run_x32(const struct probe *p)
{
	return probe_errno(syscall(p->nr | 0x40000000, p->arg[0], p->arg[1], p->arg[2], p->arg[3],
				   p->arg[4], p->arg[5]));
}

/* What socketcall(2) reads: family, type, protocol. */
static const int vsock_words[3] = { 40, 1, 0 };
static const int netfilter_words[3] = { 16, 3, 12 };
static unsigned int ring_parameters[64];
static const unsigned int map_array[32] = { 2, 4, 4, 1 };
static const unsigned int perf_cpu_clock[32] = { 1, 128 };
static const unsigned int clone3_user[32] = { 0x10000000 };
static unsigned int handle_room[40] = { 128 };
static const int before_1970 = -1;
static int number;

/* Fails by itself where a child would have to be waited for: a flag that needs another. */
#define CLONE_BAD (CLONE_NEWUSER | CLONE_FS | SIGCHLD)
#define INT80(label, class, nr, past, ...)                                        \
	{                                                                         \
		"int80-" label, class, run_int80, NULL, nr, { __VA_ARGS__ }, past \
	}
#define X32(label, class, nr, past, ...)                                      \
	{                                                                     \
		"x32-" label, class, run_x32, NULL, nr, { __VA_ARGS__ }, past \
	}

static const struct probe rows[] = {
	INT80("mount", PROBE_HOST, 21, ENODEV, PROBE_PTR("none"), PROBE_PTR("."),
	      PROBE_PTR("nosuchfs")),
	INT80("umount2", PROBE_HOST, 52, EINVAL, PROBE_PTR(".")),
	INT80("umount", PROBE_HOST, 22, EINVAL, PROBE_PTR(".")),
	INT80("pivot_root", PROBE_HOST, 217, ENOENT, PROBE_PTR("nowhere"), PROBE_PTR("nowhere")),
	INT80("fsopen", PROBE_HOST, 430, 0, PROBE_PTR("tmpfs")),
	INT80("open_tree", PROBE_HOST, 428, 0, AT_FDCWD, PROBE_PTR("/"), 1),
	INT80("unshare-user", PROBE_KERNEL, 310, 0, CLONE_NEWUSER),
	INT80("unshare-mount", PROBE_HOST, 310, 0, CLONE_NEWNS),
	INT80("clone-user", PROBE_KERNEL, 120, EINVAL, CLONE_BAD),
	INT80("clone3-user", PROBE_KERNEL, 435, EINVAL, PROBE_PTR(clone3_user), 88),
	INT80("setns", PROBE_KERNEL, 346, EBADF, -1, 0),
	INT80("io_uring_setup", PROBE_KERNEL, 425, 0, 4, PROBE_PTR(ring_parameters)),
	INT80("bpf", PROBE_KERNEL, 357, 0, 0, PROBE_PTR(map_array), 72),
	INT80("perf_event_open", PROBE_KERNEL, 336, 0, PROBE_PTR(perf_cpu_clock), 0, -1, -1, 0),
	INT80("add_key", PROBE_HOST, 286, 0, PROBE_PTR("user"), PROBE_PTR("probe"), PROBE_PTR("x"),
	      1, -1),
	INT80("keyctl", PROBE_HOST, 288, 0, 0, -3, 0),
	INT80("userfaultfd", PROBE_KERNEL, 374, 0, 0),
	INT80("ptrace-me", PROBE_KERNEL, 26, 0, 0),
	INT80("process_vm_readv", PROBE_KERNEL, 347, 0, 1, 0, 0, 0, 0),
	INT80("name_to_handle_at", PROBE_SECRETS, 341, 0, AT_FDCWD, PROBE_PTR("/"),
	      PROBE_PTR(handle_room), PROBE_PTR(&number), 0),
	INT80("open_by_handle_at", PROBE_HOST, 342, 0, AT_FDCWD, PROBE_PTR(handle_room), 0),
	INT80("socket-vsock", PROBE_HOST, 359, 0, 40, 1, 0),
	INT80("socket-netfilter", PROBE_KERNEL, 359, 0, 16, 3, 12),
	INT80("socket-alg", PROBE_KERNEL, 359, 0, 38, 5, 0),
	INT80("socketcall-vsock", PROBE_HOST, 102, 0, 1, PROBE_PTR(vsock_words)),
	INT80("socketcall-netfilter", PROBE_KERNEL, 102, 0, 1, PROBE_PTR(netfilter_words)),
	INT80("init_module", PROBE_HOST, 128, 0, PROBE_PTR(""), 0, PROBE_PTR("")),
	INT80("kexec_load", PROBE_HOST, 283, 0, 0, 0, 0, 0xffff),
	/* No time before 1970 can be set, which is found out after the permission. */
	INT80("stime", PROBE_HOST, 25, EINVAL, PROBE_PTR(&before_1970)),
	INT80("settimeofday", PROBE_HOST, 79, 0, 0, 0),
	INT80("tiocsti", PROBE_KERNEL, 54, EBADF, 999, 0x5412, PROBE_PTR("x")),
	INT80("mknod-mem", PROBE_HOST, 14, 0, PROBE_PTR("mem80"), 020600, 0x101),
	INT80("swapon", PROBE_HOST, 87, ENOENT, PROBE_PTR("nowhere"), 0),
	INT80("personality", PROBE_KERNEL, 136, 0, 0x40000),
	INT80("vm86", PROBE_KERNEL, 166, 0, 0, 0),
	INT80("modify_ldt", PROBE_KERNEL, 123, 0, 0, PROBE_PTR(handle_room), 8),
	INT80("iopl", PROBE_HOST, 110, 0, 3),
	INT80("syslog", PROBE_SECRETS, 103, 0, 10, 0, 0),
	INT80("quotactl", PROBE_KERNEL, 131, 0, 0x80000100, 0, 0, 0),
	X32("mount", PROBE_HOST, SYS_mount, ENODEV, PROBE_PTR("none"), PROBE_PTR("."),
	    PROBE_PTR("nosuchfs")),
	X32("unshare-user", PROBE_KERNEL, SYS_unshare, 0, CLONE_NEWUSER),
	X32("clone-user", PROBE_KERNEL, SYS_clone, EINVAL, CLONE_BAD),
	X32("io_uring_setup", PROBE_KERNEL, SYS_io_uring_setup, 0, 4, PROBE_PTR(ring_parameters)),
	X32("bpf", PROBE_KERNEL, SYS_bpf, 0, 0, PROBE_PTR(map_array), 72),
	X32("add_key", PROBE_HOST, SYS_add_key, 0, PROBE_PTR("user"), PROBE_PTR("probe"),
	    PROBE_PTR("x"), 1, -1),
	X32("socket-vsock", PROBE_HOST, SYS_socket, 0, 40, 1, 0),
	X32("tiocsti", PROBE_KERNEL, 514, EBADF, 999, 0x5412, PROBE_PTR("x")),
	X32("ptrace-me", PROBE_KERNEL, 521, 0, 0),
	X32("kexec_load", PROBE_HOST, 528, 0, 0, 0, 0, 0xffff),
	/* Before Linux 5.4 the x32-only numbers also worked without the x32 bit. */
	{ "x32-bare-ptrace-me", PROBE_KERNEL, probe_syscall, NULL, 521, { 0 }, 0 },
	{ "x32-bare-tiocsti",
	  PROBE_KERNEL,
	  probe_syscall,
	  NULL,
	  514,
	  { 999, 0x5412, PROBE_PTR("x") },
	  EBADF },
};

const struct probe_table probe_foreign = { rows, PROBE_COUNT(rows) };

#else
const struct probe_table probe_foreign = { NULL, 0 };
#endif
