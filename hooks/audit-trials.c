/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of trials.  Each says why it is harmless and what its errors mean; all of
 * them were checked against the kernel's source for the order of its checks, and by
 * experiment with and without the capability.  A call that this kernel does not have
 * (ENOSYS) is a refusal.  Not tried are the capabilities that have no such core:
 * audit_control, audit_write, block_suspend, fowner, fsetid, ipc_owner, kill, lease,
 * mac_admin, mac_override, net_bind_service, net_broadcast, sys_ptrace, sys_tty_config.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>
#if defined(__x86_64__) || defined(__i386__)
#include <sys/io.h>
#endif

#include "hooks/audit-try.h"
#include "hooks/audit.h"
#include "lib/cleanup.h"

/* Headers may be older than the kernel.  These numbers are the same on all architectures. */
enum {
	NR_FSOPEN = 430,
	NR_CLONE3 = 435,
	NR_IO_URING_SETUP = 425,
};

/* A call that worked is granted; else its error tells: denied, or past the check. */
static enum audit_answer answer(bool worked, int denied)
{
	if (worked)
		return AUDIT_GRANTED;
	return errno == denied || errno == EPERM || errno == ENOSYS ? AUDIT_DENIED : AUDIT_UNCLEAR;
}

/* The same for a call that cannot work: with the capability it fails with this error. */
static enum audit_answer answer_error(long r, int granted)
{
	if (r < 0 && errno == granted)
		return AUDIT_GRANTED;
	return answer(r >= 0, EPERM);
}

static int open_folder(void)
{
	return open(AUDIT_INSIDE_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A file without a name, on the tmpfs that the fragment mounts for us; gone when closed. */
static int open_nameless(void)
{
	return open(AUDIT_INSIDE_FOLDER, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

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
static enum audit_answer try_sys_admin(void)
{
	enum audit_answer a = try_mount();

	return a == AUDIT_GRANTED ? a : answer(unshare(CLONE_NEWUTS) == 0, EPERM);
}

/* /dev/null once more, in a folder of ours on a mount with nodev; its name is taken away at once.
 */
static enum audit_answer try_mknod(void)
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
static enum audit_answer try_net_raw(void)
{
	auto_close int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	return answer(fd >= 0, EPERM);
}

/* An ioctl that is checked as all changes to an interface, and then is not implemented: EOPNOTSUPP.
 */
static enum audit_answer try_net_admin(void)
{
	auto_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_name = "lo" };

	if (fd < 0)
		return AUDIT_UNCLEAR;
	return answer_error(ioctl(fd, SIOCSIFMETRIC, &ifr), EOPNOTSUPP);
}

/* No module has a slash in its name. */
static enum audit_answer try_sys_module(void)
{
	return answer_error(syscall(SYS_delete_module, "lxc-harden/none", O_NONBLOCK), ENOENT);
}

#if defined(__x86_64__) || defined(__i386__)
/* Allows this child to use the port that takes diagnostics; it does not, and ends. */
static enum audit_answer try_sys_rawio(void)
{
	return answer(ioperm(0x80, 1, 1) == 0, EPERM);
}
#endif

#ifdef SYS_settimeofday
/* A time zone beyond 15 hours is EINVAL, but only for who may set it; the time is not given. */
static enum audit_answer try_sys_time(void)
{
	struct timezone zone = { .tz_minuteswest = 16 * 60 };

	return answer_error(syscall(SYS_settimeofday, NULL, &zone), EINVAL);
}
#endif

/* The magic numbers are looked at after the permission, and wrong. */
static enum audit_answer try_sys_boot(void)
{
	return answer_error(syscall(SYS_reboot, 0, 0, 0, NULL), EINVAL);
}

/* The child's root stays what it is. */
static enum audit_answer try_sys_chroot(void)
{
	return answer(chroot("/") == 0, EPERM);
}

/* Down to the lowest priority, which anybody may, and one up again: this child's only. */
static enum audit_answer try_sys_nice(void)
{
	struct rlimit limit;

	/* The limit allows it as well, so it goes first. */
	if (getrlimit(RLIMIT_NICE, &limit) < 0)
		return AUDIT_UNCLEAR;
	limit.rlim_cur = 0;
	if (setrlimit(RLIMIT_NICE, &limit) < 0 || setpriority(PRIO_PROCESS, 0, 19) < 0)
		return AUDIT_UNCLEAR;
	return answer(setpriority(PRIO_PROCESS, 0, 18) == 0, EACCES);
}

/* An address outside of user space is EINVAL, after the permission. */
static enum audit_answer try_sys_resource(void)
{
	return answer_error(prctl(PR_SET_MM, PR_SET_MM_START_CODE, ~0UL, 0UL, 0UL), EINVAL);
}

/* An empty name is no file: ENOENT, after the permission. */
static enum audit_answer try_sys_pacct(void)
{
	return answer_error(acct(""), ENOENT);
}

/* The console's level may be 1 to 8; 0 is EINVAL, after the permission. */
static enum audit_answer try_syslog(void)
{
	return answer_error(klogctl(8, NULL, 0), EINVAL);
}

/* A timer that is never set. */
static enum audit_answer try_wake_alarm(void)
{
	auto_close int fd = timerfd_create(CLOCK_BOOTTIME_ALARM, TFD_CLOEXEC);

	return answer(fd >= 0, EPERM);
}

/* A map of one entry, closed at once.  Its kind needs the capability even where others do not. */
static enum audit_answer try_bpf(void)
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
static enum audit_answer try_perfmon(void)
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
static enum audit_answer try_checkpoint_restore(void)
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
static enum audit_answer try_dac_read_search(void)
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
static enum audit_answer try_audit_read(void)
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

/* A page of this child's, with no limit that would allow it. */
static enum audit_answer try_ipc_lock(void)
{
	struct rlimit limit;
	char page[64];

	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return AUDIT_UNCLEAR;
	limit.rlim_cur = 0;
	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return AUDIT_UNCLEAR;
	return answer(mlock(page, sizeof(page)) == 0, EPERM);
}

/* There is no such capability to drop: EINVAL, after the permission. */
static enum audit_answer try_setpcap(void)
{
	return answer_error(prctl(PR_CAPBSET_DROP, ~0UL, 0UL, 0UL, 0UL), EINVAL);
}

/* Takes away what is not there: ENODATA, after the permission. */
static enum audit_answer try_setfcap(void)
{
	auto_close int fd = open_nameless();

	if (fd < 0)
		return AUDIT_UNCLEAR;
	return answer_error(fremovexattr(fd, "security.capability"), ENODATA);
}

/* A file without a name, given away. */
static enum audit_answer try_chown(void)
{
	auto_close int fd = open_nameless();

	if (fd < 0)
		return AUDIT_UNCLEAR;
	return answer(fchown(fd, 1, (gid_t)-1) == 0, EPERM);
}

/* A file without a name and without permissions. */
static enum audit_answer try_dac_override(void)
{
	auto_close int fd = open_nameless();

	if (fd < 0 || fchmod(fd, 0) < 0)
		return AUDIT_UNCLEAR;
	if (syscall(439 /* faccessat2 */, fd, "", W_OK, AT_EACCESS | AT_EMPTY_PATH) == 0)
		return AUDIT_GRANTED;
	return errno == EACCES ? AUDIT_DENIED : AUDIT_UNCLEAR;
}

/* Another user, for the rest of this child's life. */
static enum audit_answer try_setuid(void)
{
	return answer(setresuid(1, 1, 1) == 0, EPERM);
}

static enum audit_answer try_setgid(void)
{
	return answer(setresgid(1, 1, 1) == 0, EPERM);
}

/*
 * Opened for writing, not written to.  What is not there cannot be written.  Only a file
 * of proc or sysfs: opening anything else that a guest has put there could act.
 */
static enum audit_answer try_file(const char *path)
{
	auto_close int pathfd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	auto_close int fd = -EBADF;
	struct statfs fs;

	if (pathfd < 0)
		return errno == ENOENT || errno == EACCES ? AUDIT_DENIED : AUDIT_UNCLEAR;
	if (fstatfs(pathfd, &fs) < 0 || ((unsigned long)fs.f_type != PROC_SUPER_MAGIC &&
					 (unsigned long)fs.f_type != SYSFS_MAGIC))
		return AUDIT_UNCLEAR;
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return AUDIT_GRANTED;
	return errno == EROFS || errno == EACCES || errno == EPERM ? AUDIT_DENIED : AUDIT_UNCLEAR;
}

static enum audit_answer try_core_pattern(void)
{
	return try_file("/proc/sys/kernel/core_pattern");
}

static enum audit_answer try_sysrq(void)
{
	return try_file("/proc/sysrq-trigger");
}

/* Run as root on the host when set; where that is not built in, a setting that every kernel has. */
static enum audit_answer try_sys_files(void)
{
	enum audit_answer a = try_file("/sys/kernel/uevent_helper");

	return a == AUDIT_GRANTED ? a : try_file("/sys/module/kernel/parameters/panic");
}

/* A user namespace for this child, which ends: the way to capabilities over itself. */
static enum audit_answer try_user_namespace(void)
{
	return answer(unshare(CLONE_NEWUSER) == 0, EPERM);
}

/* No entries and no address: EINVAL or EFAULT where the call is not refused. */
static enum audit_answer try_io_uring(void)
{
	long r = syscall(NR_IO_URING_SETUP, 0, NULL);

	if (r < 0 && errno == EFAULT)
		return AUDIT_GRANTED;
	return answer_error(r, EINVAL);
}

/* Flags that do not exist: EINVAL.  Where a sysctl restricts it, EPERM may come first. */
static enum audit_answer try_userfaultfd(void)
{
	return answer_error(syscall(SYS_userfaultfd, ~0), EINVAL);
}

/* An operation that does not exist. */
static enum audit_answer try_keyring(void)
{
	return answer_error(syscall(SYS_keyctl, 0x7fffffff, 0, 0, 0, 0), EOPNOTSUPP);
}

#define CAP(c) (UINT64_C(1) << CAP_##c)
#define BY(bits)     \
	{            \
		bits \
	}

/* Those with .dirty last, as each costs a new child when it is granted. */
const struct audit_trial audit_trials[] = {
	{ .name = "mknod", .run = try_mknod, .granted_by = BY(CAP(MKNOD)) },
	{ .name = "net_raw", .run = try_net_raw, .granted_by = BY(CAP(NET_RAW)) },
	{ .name = "net_admin", .run = try_net_admin, .granted_by = BY(CAP(NET_ADMIN)) },
	{ .name = "sys_module", .run = try_sys_module, .granted_by = BY(CAP(SYS_MODULE)) },
#ifdef SYS_settimeofday
	{ .name = "sys_time", .run = try_sys_time, .granted_by = BY(CAP(SYS_TIME)) },
#endif
	{ .name = "sys_boot", .run = try_sys_boot, .granted_by = BY(CAP(SYS_BOOT)) },
	{ .name = "sys_chroot", .run = try_sys_chroot, .granted_by = BY(CAP(SYS_CHROOT)) },
	{ .name = "sys_resource", .run = try_sys_resource, .granted_by = BY(CAP(SYS_RESOURCE)) },
	{ .name = "sys_pacct", .run = try_sys_pacct, .granted_by = BY(CAP(SYS_PACCT)) },
	{ .name = "syslog", .run = try_syslog, .granted_by = BY(CAP(SYSLOG) | CAP(SYS_ADMIN)) },
	{ .name = "wake_alarm", .run = try_wake_alarm, .granted_by = BY(CAP(WAKE_ALARM)) },
	{ .name = "bpf", .run = try_bpf, .granted_by = BY(CAP(BPF) | CAP(SYS_ADMIN)) },
	{ .name = "perfmon", .run = try_perfmon, .granted_by = BY(CAP(PERFMON) | CAP(SYS_ADMIN)) },
	{ .name = "checkpoint_restore",
	  .run = try_checkpoint_restore,
	  .granted_by = BY(CAP(CHECKPOINT_RESTORE) | CAP(SYS_ADMIN)) },
	{ .name = "dac_read_search",
	  .run = try_dac_read_search,
	  .granted_by = BY(CAP(DAC_READ_SEARCH) | CAP(SYS_ADMIN)) },
	{ .name = "audit_read", .run = try_audit_read, .granted_by = BY(CAP(AUDIT_READ)) },
	{ .name = "setpcap", .run = try_setpcap, .granted_by = BY(CAP(SETPCAP)) },
	{ .name = "setfcap", .run = try_setfcap, .granted_by = BY(CAP(SETFCAP)) },
	{ .name = "chown", .run = try_chown, .granted_by = BY(CAP(CHOWN)) },
	{ .name = "dac_override", .run = try_dac_override, .granted_by = BY(CAP(DAC_OVERRIDE)) },
	{ .name = "core_pattern", .run = try_core_pattern, .file = true },
	{ .name = "sysrq", .run = try_sysrq, .file = true },
	{ .name = "sys_files", .run = try_sys_files, .file = true },
	{ .name = "io_uring", .run = try_io_uring },
	{ .name = "userfaultfd", .run = try_userfaultfd },
	{ .name = "keyring", .run = try_keyring },
	{ .name = "ipc_lock", .run = try_ipc_lock, .granted_by = BY(CAP(IPC_LOCK)), .dirty = true },
#if defined(__x86_64__) || defined(__i386__)
	{ .name = "sys_rawio",
	  .run = try_sys_rawio,
	  .granted_by = BY(CAP(SYS_RAWIO)),
	  .dirty = true },
#endif
	{ .name = "sys_admin",
	  .run = try_sys_admin,
	  .granted_by = BY(CAP(SYS_ADMIN)),
	  .dirty = true },
	{ .name = "setgid", .run = try_setgid, .granted_by = BY(CAP(SETGID)), .dirty = true },
	{ .name = "setuid", .run = try_setuid, .granted_by = BY(CAP(SETUID)), .dirty = true },
	{ .name = "user_namespace", .run = try_user_namespace, .dirty = true },
	/* The last: it leaves the child at the lowest priority. */
	{ .name = "sys_nice", .run = try_sys_nice, .granted_by = BY(CAP(SYS_NICE)), .dirty = true },
};

const size_t audit_n_trials = sizeof(audit_trials) / sizeof(audit_trials[0]);

_Static_assert(sizeof(audit_trials) / sizeof(audit_trials[0]) <= AUDIT_TRIALS_MAX, "room for all");
