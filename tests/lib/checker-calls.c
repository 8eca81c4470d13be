/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See checker.h: the calls, and what each makes the kernel check. */
#include "config.h"

#include "tests/lib/checker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#define BAD ((void *)1) /* an address that nothing can be read from */

static volatile long sink;

static void op_chown(void)
{
	static uid_t uid;

	uid = uid == CHECKER_FOREIGN ? CHECKER_FOREIGN + 1 : CHECKER_FOREIGN;
	sink = fchown(checker.fd, uid, (gid_t)-1);
}

static void op_open(int flags)
{
	int opened = open(checker.path, flags | O_CLOEXEC);

	sink = opened;
	if (opened >= 0)
		(void)close(opened);
}

static void op_dac_override(void)
{
	op_open(O_WRONLY);
}

static void op_fowner(void)
{
	sink = fchmod(checker.fd, 0);
}

static void op_kill(void)
{
	sink = kill(checker.other, 0);
}

/* The raw calls: the C library's tell all threads. */
static void op_setgid(void)
{
	sink = syscall(SYS_setgid, 0);
}

static void op_setuid(void)
{
	sink = syscall(SYS_setuid, 0);
}

/* No such capability, which is looked at after the check. */
static void op_setpcap(void)
{
	sink = prctl(PR_CAPBSET_DROP, 99, 0, 0, 0);
}

static void op_net_bind_service(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(7) };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int one = 1;

	(void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	sink = bind(s, (const struct sockaddr *)&address, sizeof(address));
	(void)close(s);
}

static void op_net_admin(void)
{
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int one = 1;

	sink = setsockopt(s, SOL_SOCKET, SO_DEBUG, &one, sizeof(one));
	(void)close(s);
}

static void op_net_raw(void)
{
	int s = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	sink = s;
	if (s >= 0)
		(void)close(s);
}

static void op_ipc_owner(void)
{
	struct semid_ds data;

	sink = semctl(checker.sem, 0, IPC_STAT, &data);
}

static void op_sys_chroot(void)
{
	sink = chroot("/");
}

static void op_sys_admin(void)
{
	char name[65];

	(void)gethostname(name, sizeof(name));
	sink = sethostname(name, strlen(name));
}

/* Magic numbers that are none, which is looked at after the check. */
static void op_sys_boot(void)
{
	sink = syscall(SYS_reboot, 0, 0, 0, NULL);
}

static void op_lease(void)
{
	sink = fcntl(checker.fd, F_SETLEASE, F_RDLCK); /* refused later, as we could write */
}

/* An impossible level, which is looked at after the check. */
static void op_syslog(void)
{
	sink = syscall(SYS_syslog, 8, NULL, 0);
}

static void op_wake_alarm(void)
{
	int t = timerfd_create(CLOCK_REALTIME_ALARM, TFD_CLOEXEC);

	sink = t;
	if (t >= 0)
		(void)close(t);
}

static void op_sys_tty_config(void)
{
	sink = syscall(SYS_vhangup);
}

static void op_dac_read_search(void)
{
	op_open(O_RDONLY);
}

/* Asked twice, by setattr_prepare() and by setattr_copy(). */
static void op_fsetid(void)
{
	sink = fchmod(checker.group_fd, S_ISGID | 0600);
}

/* Set, and taken away again, which is asked for only if it was set. */
static void op_linux_immutable(void)
{
	int on = FS_IMMUTABLE_FL, off = 0;

	sink = ioctl(checker.own_fd, FS_IOC_SETFLAGS, &on);
	sink = ioctl(checker.own_fd, FS_IOC_SETFLAGS, &off);
}

/* Nothing at all, when nothing may be locked. */
static void op_ipc_lock(void)
{
	sink = mlock(NULL, 0);
}

/* The name of a module that cannot be read is looked at after the check. */
static void op_sys_module(void)
{
	sink = syscall(SYS_delete_module, BAD, 0);
}

/* The same of a block's number, */
static void op_sys_rawio(void)
{
	sink = ioctl(checker.own_fd, FIBMAP, BAD);
}

/* ... of a file's name, */
static void op_sys_pacct(void)
{
	sink = syscall(SYS_acct, BAD);
}

/* ... of a tick that is none, */
static void op_sys_time(void)
{
	struct timex timex = { .modes = ADJ_TICK };

	sink = syscall(SYS_adjtimex, &timex);
}

/* ... of type information that is empty, */
static void op_bpf(void)
{
	union bpf_attr attr = { .btf_size = 0 };

	sink = syscall(SYS_bpf, BPF_BTF_LOAD, &attr, sizeof(attr));
}

/* ... and of a frequency that is too high. */
static void op_perfmon(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.freq = 1,
					.sample_freq = UINT64_MAX >> 1,
					.exclude_kernel = 1,
					.namespaces = 1 };

	sink = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* A process with the number of an init, which is there. */
static void op_checkpoint_restore(void)
{
	pid_t wanted = 1;
	struct clone_args args = { .flags = CLONE_VM | CLONE_VFORK,
				   .set_tid = (uint64_t)(uintptr_t)&wanted,
				   .set_tid_size = 1 };

	sink = syscall(SYS_clone3, &args, sizeof(args));
}

static void op_sys_ptrace(void)
{
	void *head;
	size_t size;

	sink = syscall(SYS_get_robust_list, checker.other, &head, &size);
}

static void op_sys_nice(void)
{
	sink = setpriority(PRIO_PROCESS, (id_t)checker.other, 19);
}

/* Down by one, which everybody may, and up. */
static void op_sys_resource(void)
{
	static struct rlimit limit;

	if (!limit.rlim_max)
		(void)getrlimit(RLIMIT_MSGQUEUE, &limit);
	limit.rlim_cur = 0;
	limit.rlim_max--;
	sink = setrlimit(RLIMIT_MSGQUEUE, &limit);
	limit.rlim_max++;
	sink = setrlimit(RLIMIT_MSGQUEUE, &limit);
}

static void op_mknod(void)
{
	sink = mknod(checker.own_name, S_IFCHR | 0600, makedev(1, 3));
	if (sink == 0)
		(void)unlink(checker.own_name);
}

static void op_setfcap(void)
{
	sink = fremovexattr(checker.group_fd, "security.capability");
}

static int audit_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
}

/* Of the socket's maker and of the sender. */
static void op_audit_write(void)
{
	struct nlmsghdr header = { .nlmsg_len = sizeof(header),
				   .nlmsg_type = AUDIT_USER,
				   .nlmsg_flags = NLM_F_REQUEST };
	int s = audit_socket();

	sink = send(s, &header, sizeof(header), 0);
	(void)close(s);
}

static void op_audit_read(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK,
				       .nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1) };
	int s = audit_socket();

	sink = bind(s, (const struct sockaddr *)&address, sizeof(address));
	(void)close(s);
}

static void op_audit_control(void)
{
	sink = pwrite(checker.login_fd, "0", 1, 0);
}

/* For a descriptor that is not in the set, which is looked at after the check. */
static void op_block_suspend(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLWAKEUP };
	int e = epoll_create1(EPOLL_CLOEXEC), s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	sink = epoll_ctl(e, EPOLL_CTL_MOD, s, &event);
	(void)close(s);
	(void)close(e);
}

/* --- What this kernel has -------------------------------------------------------- */

static bool has_modules(void)
{
	/* A name that cannot be read: nothing is taken away. */
	return syscall(SYS_delete_module, BAD, 0) == 0 || errno != ENOSYS;
}

static bool has_accounting(void)
{
	return access("/proc/sys/kernel/acct", F_OK) == 0;
}

static bool has_audit(void)
{
	int s = audit_socket();

	if (s < 0)
		return false;
	(void)close(s);
	return true;
}

static bool has_sleep(void)
{
	return access("/sys/power/wakeup_count", F_OK) == 0;
}

/* Debian's kernel has a level 3, at which it asks once more. */
static bool has_perf(void)
{
	FILE *f = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
	int level = f ? fgetc(f) : '3';

	if (f)
		(void)fclose(f);
	return level != '3' && level != '4';
}

/* Linux 6.5 no longer asks before it looks at what is wanted of bpf(2). */
static bool is_old(void)
{
	struct utsname host;
	char *end;
	long major;

	(void)uname(&host);
	major = strtol(host.release, &end, 10);
	return major < 6 || (major == 6 && strtol(end + 1, NULL, 10) < 5);
}

static bool is_new(void)
{
	return !is_old();
}

const struct checker_op checker_ops[] = {
	{ op_chown, 0, { "chown", 1, 1 }, { NULL }, NULL },
	{ op_dac_override, 0, { "dac_override", 1, 1 }, { NULL }, NULL },
	{ op_dac_read_search, 0, { "dac_read_search", 1, 1 }, { "dac_override", 0, 1 }, NULL },
	{ op_fowner, 0, { "fowner", 1, 1 }, { NULL }, NULL },
	{ op_fsetid, 0, { "fsetid", 2, 2 }, { NULL }, NULL },
	{ op_kill, CHECKER_FAST | CHECKER_OTHER, { "kill", 1, 1 }, { NULL }, NULL },
	{ op_setgid, CHECKER_FAST, { "setgid", 1, 1 }, { NULL }, NULL },
	{ op_setuid, CHECKER_FAST, { "setuid", 1, 1 }, { NULL }, NULL },
	{ op_setpcap, CHECKER_FAST | CHECKER_BELOW, { "setpcap", 1, 1 }, { NULL }, NULL },
	{ op_linux_immutable, CHECKER_HOST, { "linux_immutable", 2, 1 }, { NULL }, NULL },
	{ op_net_bind_service, 0, { "net_bind_service", 1, 1 }, { NULL }, NULL },
	{ op_net_admin, CHECKER_HOST, { "net_admin", 1, 1 }, { NULL }, NULL },
	{ op_net_raw, 0, { "net_raw", 1, 1 }, { NULL }, NULL },
	{ op_ipc_lock, CHECKER_HOST, { "ipc_lock", 1, 1 }, { NULL }, NULL },
	{ op_ipc_owner, 0, { "ipc_owner", 1, 1 }, { NULL }, NULL },
	{ op_sys_module, CHECKER_HOST, { "sys_module", 1, 1 }, { NULL }, has_modules },
	{ op_sys_rawio, CHECKER_HOST, { "sys_rawio", 1, 1 }, { NULL }, NULL },
	{ op_sys_chroot, CHECKER_BELOW, { "sys_chroot", 1, 1 }, { NULL }, NULL },
	{ op_sys_ptrace, CHECKER_OTHER, { "sys_ptrace", 1, 1 }, { NULL }, NULL },
	{ op_sys_pacct, CHECKER_HOST, { "sys_pacct", 1, 1 }, { NULL }, has_accounting },
	{ op_sys_admin, 0, { "sys_admin", 1, 1 }, { NULL }, NULL },
	{ op_sys_boot, CHECKER_FAST, { "sys_boot", 1, 1 }, { NULL }, NULL },
	{ op_sys_nice, CHECKER_OTHER, { "sys_nice", 1, 1 }, { NULL }, NULL },
	{ op_sys_resource, CHECKER_HOST, { "sys_resource", 1, 1 }, { NULL }, NULL },
	{ op_sys_time, CHECKER_HOST, { "sys_time", 1, 1 }, { NULL }, NULL },
	{ op_sys_tty_config, CHECKER_HOST, { "sys_tty_config", 1, 1 }, { NULL }, NULL },
	{ op_mknod, CHECKER_HOST, { "mknod", 1, 1 }, { NULL }, NULL },
	{ op_lease, CHECKER_HOST, { "lease", 1, 1 }, { NULL }, NULL },
	{ op_audit_write, CHECKER_HOST_ONLY, { "audit_write", 2, 1 }, { NULL }, has_audit },
	{ op_audit_control, CHECKER_HOST, { "audit_control", 1, 1 }, { NULL }, has_audit },
	{ op_audit_read, CHECKER_HOST, { "audit_read", 1, 1 }, { NULL }, has_audit },
	{ op_setfcap, 0, { "setfcap", 1, 1 }, { NULL }, NULL },
	{ op_syslog, CHECKER_FAST | CHECKER_HOST, { "syslog", 1, 1 }, { NULL }, NULL },
	{ op_wake_alarm, CHECKER_HOST, { "wake_alarm", 1, 1 }, { NULL }, NULL },
	{ op_block_suspend, CHECKER_HOST, { "block_suspend", 1, 1 }, { NULL }, has_sleep },
	{ op_perfmon, CHECKER_HOST, { "perfmon", 1, 1 }, { NULL }, has_perf },
	{ op_bpf, CHECKER_HOST, { "bpf", 1, 1 }, { NULL }, is_new },
	{ op_bpf, CHECKER_HOST, { "bpf", 2, 2 }, { NULL }, is_old },
	{ op_checkpoint_restore, 0, { "checkpoint_restore", 1, 1 }, { NULL }, NULL },
};
const size_t checker_n_ops = sizeof(checker_ops) / sizeof(checker_ops[0]);
