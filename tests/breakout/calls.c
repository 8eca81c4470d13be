/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls that need no preparation: one row, one call, arguments that do no harm. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/breakout/probe.h"

static unsigned int ring_parameters[64];
/* union bpf_attr: type, key size, value size, entries, flags. */
static const unsigned int map_array[32] = { 2, 4, 4, 1 };
static const unsigned int map_hash[32] = { 1, 4, 4, 1 };
static const unsigned int map_ring[32] = { 27, 0, 0, 4096 };
static const unsigned int map_lpm[32] = { 11, 8, 4, 1, 1 };
static const unsigned int map_local[32] = { 1000, 4, 4, 1 };
/* "return 0": mov r0, 0; exit. */
static const unsigned long program_text[2] = { 0xb7, 0x95 };
struct program {
	unsigned int type, count;
	unsigned long text, licence;
	unsigned long rest[12];
};
#define PROGRAM(type)                                                       \
	{                                                                   \
		type, 2, (unsigned long)program_text, (unsigned long)"GPL", \
		{                                                           \
			0                                                   \
		}                                                           \
	}
static const unsigned int perf_clock[32] = { 1, 128, 0, 0, 0 };
static const unsigned int perf_cycles[32] = { 0, 128, 0, 0, 0 };
static const unsigned int perf_tracepoint[32] = { 2, 128, 1, 0, 0 };
static char page[4096] __attribute__((aligned(4096)));
static void *const pages[1] = { page };
static unsigned long node_mask = 1;
static int node_status;
static unsigned long ldt_entry[4];
static const struct sched_param real_time = { .sched_priority = 1 };
/* struct sched_attr: size, policy 6 (deadline), flags, nice, priority, runtime, deadline, period.
 */
static const struct {
	unsigned int size, policy;
	unsigned long flags;
	int nice;
	unsigned int priority;
	unsigned long runtime, deadline, period;
} deadline = { 48, 6, 0, 0, 0, 10000000, 30000000, 30000000 };
/* ADJ_TICK with a tick of 0: EINVAL, after the permission. */
static unsigned int timex[64] = { 0x4000 };

static long run_program(const struct probe *p)
{
	struct program program = PROGRAM((unsigned int)p->arg[0]);

	program.rest[6] = (unsigned long)p->arg[1];
	return probe_errno(syscall(SYS_bpf, 5, &program, sizeof(program)));
}

/* The time it is, to the nanosecond that the call takes. */
static long run_clock(const struct probe *p)
{
	struct timespec now;

	(void)clock_gettime((clockid_t)p->nr, &now);
	return probe_errno(clock_settime((clockid_t)p->nr, &now));
}

/* What Ctrl-Alt-Del does, set to what systemd sets it to; no such thing in a PID namespace. */
static long run_reboot(const struct probe *p)
{
	long r = probe_errno(syscall(SYS_reboot, 0xfee1dead, 0x28121969, 0, 0));

	(void)p;
	return r == -EINVAL ? -EPERM : r;
}

static long run_limit(const struct probe *p)
{
	struct rlimit limit;

	if (getrlimit((unsigned int)p->nr, &limit) < 0)
		return -errno;
	if (limit.rlim_max == RLIM_INFINITY)
		return -EACCES; /* nothing left to raise: the host gave it */
	limit.rlim_max++;
	return probe_errno(setrlimit((unsigned int)p->nr, &limit));
}

static long run_mlock(const struct probe *p)
{
	struct rlimit limit;

	(void)p;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return -EACCES;
	/* Only what is there can be locked: the limit goes down instead. */
	limit.rlim_cur = 0;
	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return -errno;
	return probe_errno(syscall(SYS_mlock, page, sizeof(page)));
}

static long run_pipe_size(const struct probe *p)
{
	int fds[2];

	(void)p;
	if (pipe(fds) < 0)
		return -errno;
	return probe_errno(fcntl(fds[0], F_SETPIPE_SZ, 2 << 20));
}

#define CALL(name, class, nr, past, ...)                                    \
	{                                                                   \
		name, class, probe_syscall, NULL, nr, { __VA_ARGS__ }, past \
	}
#define MAP(label, attr) CALL("bpf-map-" label, PROBE_KERNEL, SYS_bpf, 0, 0, PROBE_PTR(attr), 72)
#define BPF_PROGRAM(label, type, attach)                                                      \
	{                                                                                     \
		"bpf-program-" label, PROBE_KERNEL, run_program, NULL, 0, { type, attach }, 0 \
	}
#define PERF(label, attr, pid, cpu) \
	CALL("perf-" label, PROBE_KERNEL, SYS_perf_event_open, 0, PROBE_PTR(attr), pid, cpu, -1, 0)
#define KEYCTL(label, ...) CALL("keyctl-" label, PROBE_HOST, SYS_keyctl, 0, __VA_ARGS__)
#define LIMIT(label, which)                                                    \
	{                                                                      \
		"limit-" label, PROBE_DENIAL, run_limit, NULL, which, { 0 }, 0 \
	}
#define CLOCK(label, which)                                                          \
	{                                                                            \
		"clock_settime-" label, PROBE_HOST, run_clock, NULL, which, { 0 }, 0 \
	}

static const struct probe rows[] = {
	CALL("init_module", PROBE_HOST, SYS_init_module, 0, PROBE_PTR(page), 0, PROBE_PTR("")),
	CALL("finit_module", PROBE_HOST, SYS_finit_module, EBADF, -1, PROBE_PTR(""), 0),
	CALL("delete_module", PROBE_HOST, SYS_delete_module, ENOENT, PROBE_PTR("probe_no_such"),
	     O_NONBLOCK),
	CALL("kexec_load", PROBE_HOST, SYS_kexec_load, 0, 0, 0, 0, 0xffff),
	CALL("kexec_file_load", PROBE_HOST, SYS_kexec_file_load, EBADF, -1, -1, 0, 0, 0x8000),
	{ "reboot-host", PROBE_HOST, run_reboot, NULL, 0, { 0 }, 0 },
	MAP("array", map_array),
	MAP("hash", map_hash),
	MAP("ringbuf", map_ring),
	MAP("lpm", map_lpm),
	MAP("unknown", map_local),
	BPF_PROGRAM("socket", 1, 0),
	BPF_PROGRAM("kprobe", 2, 0),
	BPF_PROGRAM("tracepoint", 5, 0),
	BPF_PROGRAM("xdp", 6, 0),
	BPF_PROGRAM("cgroup", 8, 0),
	BPF_PROGRAM("lsm", 29, 27),
	CALL("bpf-next-id", PROBE_SECRETS, SYS_bpf, ENOENT, 11, PROBE_PTR(page), 72),
	PERF("clock", perf_clock, 0, -1),
	PERF("cycles", perf_cycles, 0, -1),
	PERF("all-processes", perf_clock, -1, 0),
	PERF("tracepoint", perf_tracepoint, 0, -1),
	CALL("add_key", PROBE_HOST, SYS_add_key, 0, PROBE_PTR("user"), PROBE_PTR("probe"),
	     PROBE_PTR("x"), 1, -1),
	CALL("request_key", PROBE_HOST, SYS_request_key, 126 /* ENOKEY */, PROBE_PTR("user"),
	     PROBE_PTR("probe"), 0, -1),
	KEYCTL("session", 0, -3, 0),
	KEYCTL("user", 0, -4, 1),
	KEYCTL("join", 1, 0),
	KEYCTL("persistent", 22, -1, -1),
	KEYCTL("describe", 6, -4, 0, 0),
	CALL("userfaultfd", PROBE_KERNEL, SYS_userfaultfd, 0, 0),
	CALL("userfaultfd-user", PROBE_KERNEL, SYS_userfaultfd, 0, 1),
	CALL("io_uring_setup", PROBE_KERNEL, SYS_io_uring_setup, 0, 4, PROBE_PTR(ring_parameters)),
	CALL("io_uring_enter", PROBE_KERNEL, SYS_io_uring_enter, EBADF, -1, 0, 0, 0, 0, 0),
	CALL("io_uring_register", PROBE_KERNEL, SYS_io_uring_register, EBADF, -1, 0, 0, 0),
	CALL("fanotify-notify", PROBE_KERNEL, SYS_fanotify_init, 0, 0, 0),
	CALL("fanotify-content", PROBE_KERNEL, SYS_fanotify_init, 0, 4, 0),
	CALL("fanotify-handles", PROBE_KERNEL, SYS_fanotify_init, 0, 0x200, 0),
	CALL("memfd_secret", PROBE_DENIAL, SYS_memfd_secret, 0, 0),
	CALL("setns", PROBE_KERNEL, SYS_setns, EBADF, -1, 0),
	CALL("kcmp", PROBE_SECRETS, SYS_kcmp, ESRCH, 1, 1, 1, 0, 0),
	CALL("process_madvise", PROBE_DENIAL, SYS_process_madvise, EBADF, -1, 0, 0, 0, 0),
	CALL("process_mrelease", PROBE_DENIAL, SYS_process_mrelease, EBADF, -1, 0),
	CALL("personality-no-randomize", PROBE_KERNEL, SYS_personality, 0, 0x0040000),
	CALL("personality-read-exec", PROBE_KERNEL, SYS_personality, 0, 0x0400000),
	CALL("personality-map-zero", PROBE_KERNEL, SYS_personality, 0, 0x0100000),
	CALL("mbind", PROBE_DENIAL, SYS_mbind, 0, PROBE_PTR(page), sizeof(page), 0, 0, 0, 0),
	CALL("set_mempolicy", PROBE_DENIAL, SYS_set_mempolicy, 0, 0, 0, 0),
	CALL("get_mempolicy", PROBE_SECRETS, SYS_get_mempolicy, 0, 0, 0, 0, 0, 0),
	CALL("migrate_pages", PROBE_DENIAL, SYS_migrate_pages, 0, 0, 8, PROBE_PTR(&node_mask),
	     PROBE_PTR(&node_mask)),
	CALL("move_pages", PROBE_SECRETS, SYS_move_pages, 0, 0, 1, PROBE_PTR(pages), 0,
	     PROBE_PTR(&node_status), 0),
	CALL("adjtimex", PROBE_HOST, SYS_adjtimex, 0, PROBE_PTR(timex)),
	CALL("clock_adjtime", PROBE_HOST, SYS_clock_adjtime, 0, CLOCK_REALTIME, PROBE_PTR(timex)),
	CALL("settimeofday", PROBE_HOST, SYS_settimeofday, 0, 0, 0),
	CLOCK("realtime", CLOCK_REALTIME),
	CALL("swapon", PROBE_HOST, SYS_swapon, ENOENT, PROBE_PTR("nowhere"), 0),
	CALL("swapoff", PROBE_HOST, SYS_swapoff, ENOENT, PROBE_PTR("nowhere")),
	CALL("acct", PROBE_KERNEL, SYS_acct, ENOENT, PROBE_PTR("nowhere")),
	CALL("quotactl", PROBE_KERNEL, SYS_quotactl, ENOENT, 0x80000300, PROBE_PTR("nowhere"), 0,
	     0),
	CALL("quotactl_fd", PROBE_KERNEL, SYS_quotactl_fd, EBADF, -1, 0x80000300, 0, 0),
	CALL("syslog-size", PROBE_SECRETS, SYS_syslog, 0, 10, 0, 0),
	CALL("syslog-read-all", PROBE_SECRETS, SYS_syslog, 0, 3, PROBE_PTR(page), sizeof(page)),
	CALL("syslog-open", PROBE_HOST, SYS_syslog, 0, 1, 0, 0),
	CALL("vhangup", PROBE_KERNEL, SYS_vhangup, 0, 0),
	CALL("ioprio-real-time", PROBE_DENIAL, SYS_ioprio_set, 0, 1, 0, 1 << 13),
	CALL("setpriority", PROBE_DENIAL, SYS_setpriority, 0, PRIO_PROCESS, 0, -5),
	CALL("sched-fifo", PROBE_DENIAL, SYS_sched_setscheduler, 0, 0, SCHED_FIFO,
	     PROBE_PTR(&real_time)),
	CALL("sched-deadline", PROBE_DENIAL, SYS_sched_setattr, 0, 0, PROBE_PTR(&deadline), 0),
	LIMIT("files", RLIMIT_NOFILE),
	LIMIT("locked", RLIMIT_MEMLOCK),
	LIMIT("processes", RLIMIT_NPROC),
	LIMIT("queues", RLIMIT_MSGQUEUE),
	{ "mlock-past-limit", PROBE_DENIAL, run_mlock, NULL, 0, { 0 }, 0 },
	{ "pipe-past-limit", PROBE_DENIAL, run_pipe_size, NULL, 0, { 0 }, 0 },
#ifdef __x86_64__
	CALL("iopl", PROBE_HOST, SYS_iopl, 0, 3),
	CALL("ioperm", PROBE_HOST, SYS_ioperm, 0, 0x80, 1, 1),
	CALL("modify_ldt", PROBE_KERNEL, SYS_modify_ldt, 0, 1, PROBE_PTR(ldt_entry), 16),
	CALL("lookup_dcookie", PROBE_SECRETS, SYS_lookup_dcookie, 0, 0, PROBE_PTR(page), 1),
	CALL("nfsservctl", PROBE_KERNEL, 180, 0, 0, 0, 0),
	CALL("sysctl", PROBE_HOST, 156, EFAULT, 0),
	CALL("uselib", PROBE_KERNEL, 134, ENOENT, PROBE_PTR("nowhere")),
	CALL("sysfs", PROBE_SECRETS, 139, 0, 3),
	CALL("ustat", PROBE_SECRETS, 136, 0, 1, PROBE_PTR(page)),
	CALL("remap_file_pages", PROBE_KERNEL, SYS_remap_file_pages, 0, PROBE_PTR(page), 0, 0, 0,
	     0),
#endif
	/* Numbers that no kernel has yet: a filter by name closes them only by default. */
	CALL("listmount", PROBE_KERNEL, 458, EFAULT, 0, 0, 0, 0),
	CALL("statmount", PROBE_KERNEL, 457, EFAULT, 0, 0, 0, 0),
	CALL("open_tree_attr", PROBE_HOST, 467, 0, AT_FDCWD, PROBE_PTR("/"), 1, 0, 0),
	CALL("lsm_set_self_attr", PROBE_KERNEL, 460, 0, 0, 0, 0, 0),
	CALL("cachestat", PROBE_SECRETS, 451, EBADF, -1, 0, 0, 0),
};

const struct probe_table probe_calls = { rows, PROBE_COUNT(rows) };
