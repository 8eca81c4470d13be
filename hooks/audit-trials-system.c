/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-trials.h: capabilities over the system. */
#include "config.h"

#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#if defined(__x86_64__) || defined(__i386__)
#include <sys/io.h>
#endif

#include "hooks/audit-trials.h"
#include "lib/cleanup.h"

/* Headers may be older than the kernel.  These numbers are the same on all architectures. */
enum {
	NR_FSOPEN = 430,
	NR_CLONE3 = 435,
};

/*
 * mount(2) asks may_mount() right after it has found the target; two propagation types at
 * once are then EINVAL, so that nothing is mounted or changed.  An LSM answers EACCES.
 */
static enum audit_answer try_mount(void)
{
	auto_close int fd = -EBADF;
	enum { MS_PRIVATE_ = 1 << 18, MS_SHARED_ = 1 << 20 };
	long r = syscall(SYS_mount, NULL, "/", NULL, MS_PRIVATE_ | MS_SHARED_, NULL);

	if (r < 0 && errno == EINVAL)
		return AUDIT_GRANTED;
	/* The new interface: a configuration that is never made a mount. */
	fd = (int)syscall(NR_FSOPEN, "tmpfs", 1 /* FSOPEN_CLOEXEC */);
	return answer(fd >= 0, EACCES);
}

/* A host name of its own for this child, which ends. */
enum audit_answer audit_try_sys_admin(void)
{
	enum audit_answer a = try_mount();

	return a == AUDIT_GRANTED ? a : answer(unshare(CLONE_NEWUTS) == 0, EPERM);
}

/* /dev/null once more, in a folder of ours on a mount with nodev; its name is taken away at once.
 */
enum audit_answer audit_try_mknod(void)
{
	auto_close int dirfd = open_folder();
	int r;

	if (dirfd < 0)
		return AUDIT_UNCLEAR;
	r = mknodat(dirfd, ".trial", S_IFCHR | 0600, makedev(1, 3));
	if (r == 0)
		(void)unlinkat(dirfd, ".trial", 0); /* the folder goes with the container */
	return answer(r == 0 || errno == EEXIST, EPERM);
}

/* Never bound, and closed at once.  (AF_PACKET asks the same and may load a module.) */
enum audit_answer audit_try_net_raw(void)
{
	auto_close int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	return answer(fd >= 0, EPERM);
}

/* An ioctl that is checked as all changes to an interface, and then is not implemented: EOPNOTSUPP.
 */
enum audit_answer audit_try_net_admin(void)
{
	auto_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_name = "lo" };

	if (fd < 0)
		return AUDIT_UNCLEAR;
	return answer_error(ioctl(fd, SIOCSIFMETRIC, &ifr), EOPNOTSUPP);
}

/* No module has a slash in its name. */
enum audit_answer audit_try_sys_module(void)
{
	return answer_error(syscall(SYS_delete_module, "lxc-harden/none", O_NONBLOCK), ENOENT);
}

#if defined(__x86_64__) || defined(__i386__)
/* Allows this child to use the port that takes diagnostics; it does not, and ends. */
enum audit_answer audit_try_sys_rawio(void)
{
	return answer(ioperm(0x80, 1, 1) == 0, EPERM);
}
#endif

#ifdef SYS_settimeofday
/* A time zone beyond 15 hours is EINVAL, but only for who may set it; the time is not given. */
enum audit_answer audit_try_sys_time(void)
{
	struct timezone zone = { .tz_minuteswest = 16 * 60 };

	return answer_error(syscall(SYS_settimeofday, NULL, &zone), EINVAL);
}
#endif

/* The magic numbers are looked at after the permission, and wrong. */
enum audit_answer audit_try_sys_boot(void)
{
	return answer_error(syscall(SYS_reboot, 0, 0, 0, NULL), EINVAL);
}

/* The child's root stays what it is. */
enum audit_answer audit_try_sys_chroot(void)
{
	return answer(chroot("/") == 0, EPERM);
}

/* One lower, which anybody may, and up again: this child's only. */
enum audit_answer audit_try_sys_nice(void)
{
	int own = getpriority(PRIO_PROCESS, 0), lower = own < 19 ? own + 1 : 19;
	struct rlimit limit;

	/* The limit allows it as well, so it goes first. */
	if (getrlimit(RLIMIT_NICE, &limit) < 0)
		return AUDIT_UNCLEAR;
	limit.rlim_cur = 0;
	if (setrlimit(RLIMIT_NICE, &limit) < 0 || setpriority(PRIO_PROCESS, 0, lower) < 0)
		return AUDIT_UNCLEAR;
	return answer(setpriority(PRIO_PROCESS, 0, lower - 1) == 0, EACCES);
}

/* An address outside of user space is EINVAL, after the permission. */
enum audit_answer audit_try_sys_resource(void)
{
	return answer_error(prctl(PR_SET_MM, PR_SET_MM_START_CODE, ~0UL, 0UL, 0UL), EINVAL);
}

/* An empty name is no file: ENOENT, after the permission. */
enum audit_answer audit_try_sys_pacct(void)
{
	return answer_error(acct(""), ENOENT);
}

/* The console's level may be 1 to 8; 0 is EINVAL, after the permission. */
enum audit_answer audit_try_syslog(void)
{
	return answer_error(klogctl(8, NULL, 0), EINVAL);
}

/* A timer that is never set. */
enum audit_answer audit_try_wake_alarm(void)
{
	auto_close int fd = timerfd_create(CLOCK_BOOTTIME_ALARM, TFD_CLOEXEC);

	return answer(fd >= 0, EPERM);
}

/* A map of one entry, closed at once.  Its kind needs the capability even where others do not. */
enum audit_answer audit_try_bpf(void)
{
	union bpf_attr attr;
	auto_close int fd = -EBADF;

	memset(&attr, 0, sizeof(attr)); /* the kernel wants the rest of the union clear */
	attr.map_type = BPF_MAP_TYPE_LPM_TRIE;
	attr.key_size = 8;
	attr.value_size = 4;
	attr.max_entries = 1;
	attr.map_flags = BPF_F_NO_PREALLOC;
	fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	return answer(fd >= 0, EPERM);
}

/* An event that counts nothing, of this child, disabled; "namespaces" is what asks for the
 * capability. */
enum audit_answer audit_try_perfmon(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
		.namespaces = 1,
	};
	auto_close int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 8 /* cloexec */);

	return answer(fd >= 0, EACCES);
}

/* A child with this process's own number: there is one already, EEXIST, after the permission. */
enum audit_answer audit_try_checkpoint_restore(void)
{
	pid_t own = getpid();
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
		uint64_t set_tid, set_tid_size;
	} args = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&own, .set_tid_size = 1 };
	long r = syscall(NR_CLONE3, &args, sizeof(args));

	if (r == 0)
		_exit(0); /* cannot be */
	return answer_error(r, EEXIST);
}

/*
 * A handle too short for any file system: ESTALE after the permission.  (It must look
 * sound: since 6.13 the kernel looks at it before it asks for the permission.)
 */
enum audit_answer audit_try_dac_read_search(void)
{
	auto_close int dirfd = open_folder();
	union {
		struct file_handle head;
		unsigned char room[sizeof(struct file_handle) + 4];
	} handle = { .head = { .handle_bytes = 4, .handle_type = 1 } };

	if (dirfd < 0)
		return AUDIT_UNCLEAR;
	return answer_error(open_by_handle_at(dirfd, &handle.head, O_RDONLY), ESTALE);
}

/* Listens for no message at all: closed at once. */
enum audit_answer audit_try_audit_read(void)
{
	auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = AUDIT_NLGRP_READLOG,
	};

	if (fd < 0)
		return AUDIT_DENIED; /* the kernel does not audit */
	return answer(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0, EPERM);
}
