/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See score.h.  lxc-harden-check(8) has the scale in words. */
#include "config.h"

#include "tools/risk/score.h"

#include <linux/capability.h>

#define BIT(n) (UINT64_C(1) << (n))

/* A reason holds if this fact does, and, where there are any, one of these capabilities or facts.
 */
struct rule {
	enum reason_id reason;
	enum check_fact fact; /* its line is the reason's */
	uint64_t any_caps, any_facts;
};

static const struct rule rules[] = {
	{ REASON_IDMAP_NONE, FACT_PRIVILEGED, 0, 0 },
	{ REASON_NS_NET, FACT_NS_NET, 0, 0 },
	{ REASON_NS_PID, FACT_NS_PID, 0, 0 },
	{ REASON_NS_IPC, FACT_NS_IPC, 0, 0 },
	{ REASON_NS_UTS, FACT_NS_UTS, BIT(CAP_SYS_ADMIN), 0 },
	{ REASON_NS_MNT, FACT_NS_MNT, 0, 0 },
	{ REASON_NS_CGROUP, FACT_NS_CGROUP, 0, 0 },
	{ REASON_NS_CONTAINER, FACT_NS_CONTAINER, 0, 0 },
	{ REASON_ROOTFS_HOST, FACT_ROOTFS_HOST, 0, 0 },
	{ REASON_ROOTFS_OPEN, FACT_ROOTFS_OPEN, 0, 0 },
	{ REASON_MOUNT_SYSTEM, FACT_MOUNT_SYSTEM, 0, 0 },
	{ REASON_MOUNT_SOCKET, FACT_MOUNT_SOCKET, 0, 0 },
	{ REASON_MOUNT_DEVICE, FACT_MOUNT_DEVICE, 0, 0 },
	{ REASON_MOUNT_HOST, FACT_MOUNT_HOST, 0, 0 },
	{ REASON_MOUNT_SECRETS, FACT_MOUNT_SECRETS, 0, 0 },
	{ REASON_MOUNT_CREATE, FACT_MOUNT_CREATE, 0, 0 },
	{ REASON_PROC_SYS, FACT_PROC_SYS, 0, 0 },
	{ REASON_PROC_SWITCHES, FACT_PROC_SWITCHES, 0, 0 },
	{ REASON_SYS_RW, FACT_SYS_RW, 0, 0 },
	{ REASON_SYS_FUSE, FACT_SYS_FUSE, 0, 0 },
	{ REASON_CGROUP_HOST, FACT_CGROUP_HOST, 0, 0 },
	{ REASON_HOOK_START, FACT_HOOK_START, BIT(CAP_SYS_PTRACE), 0 },
	{ REASON_NESTING, FACT_NESTING, 0, 0 },
	{ REASON_LSM_NONE, FACT_LSM_NONE, 0, 0 },
	{ REASON_SECCOMP_NONE, FACT_SECCOMP_NONE, 0, 0 },
	{ REASON_CALL_USERNS, FACT_CALL_USERNS, 0, 0 },
	{ REASON_CALL_MOUNT, FACT_CALL_MOUNT, BIT(CAP_SYS_ADMIN), BIT(FACT_CALL_USERNS) },
	{ REASON_CALL_BPF, FACT_CALL_BPF, 0, 0 },
	{ REASON_CALL_PERF, FACT_CALL_PERF, 0, 0 },
	{ REASON_CALL_IO_URING, FACT_CALL_IO_URING, 0, 0 },
	{ REASON_CALL_USERFAULTFD, FACT_CALL_USERFAULTFD, 0, 0 },
	{ REASON_CALL_KEYCTL, FACT_CALL_KEYCTL, 0, 0 },
	{ REASON_CALL_PTRACE, FACT_CALL_PTRACE, 0, 0 },
	{ REASON_CALL_SOCKETS, FACT_CALL_SOCKETS, 0, 0 },
	{ REASON_CALL_VSOCK, FACT_CALL_VSOCK, 0, 0 },
	{ REASON_CALL_TIOCSTI, FACT_CALL_TIOCSTI, 0, 0 },
	{ REASON_CALL_RARE, FACT_CALL_RARE, 0, 0 },
	{ REASON_KEYRING, FACT_KEYRING, 0, 0 },
	{ REASON_PROC_KERNEL, FACT_PROC_KERNEL, 0, 0 },
	{ REASON_PROC_HOST, FACT_PROC_HOST, 0, 0 },
	{ REASON_SYS_HOST, FACT_SYS_HOST, 0, 0 },
	{ REASON_LIMIT_MEMORY, FACT_LIMIT_MEMORY, 0, 0 },
	{ REASON_LIMIT_PIDS, FACT_LIMIT_PIDS, 0, 0 },
	{ REASON_ROOTFS_DEV, FACT_ROOTFS_DEV, 0, BIT(FACT_DEVICES) },
	{ REASON_NET_ADMIN, FACT_NET_LINK, BIT(CAP_NET_ADMIN), 0 },
	{ REASON_LIMIT_OWN, FACT_LIMIT_OWN, 0, 0 },
	{ REASON_LIMIT_USER, FACT_PRIVILEGED, 0, 0 },
	{ REASON_MOUNT_NODE, FACT_MOUNT_NODE, 0, 0 },
	{ REASON_MOUNT_PROC, FACT_MOUNT_PROC, 0, 0 },
	{ REASON_MOUNT_KERNEL, FACT_MOUNT_KERNEL, 0, 0 },
	{ REASON_MOUNT_SHARED, FACT_MOUNT_SHARED, 0, 0 },
};

/* Capabilities that need more than themselves to do harm. */
static const struct {
	unsigned int cap;
	enum check_fact fact;
} cap_needs[] = {
	{ CAP_DAC_READ_SEARCH, FACT_CALL_HANDLE },
	{ CAP_SYS_MODULE, FACT_CALL_MODULE },
	{ CAP_SYS_BOOT, FACT_CALL_KEXEC },
	{ CAP_MKNOD, FACT_DEVICES },
	{ CAP_BPF, FACT_CALL_BPF },
	{ CAP_PERFMON, FACT_CALL_PERF },
	{ CAP_SYS_PTRACE, FACT_CALL_PTRACE },
	{ CAP_AUDIT_WRITE, FACT_CALL_SOCKETS },
	{ CAP_AUDIT_CONTROL, FACT_CALL_SOCKETS },
	{ CAP_AUDIT_READ, FACT_CALL_SOCKETS },
};

/* Capabilities of a privileged container that act on the host only by one of these facts. */
static const struct {
	unsigned int cap;
	uint64_t any_facts;
	enum check_severity severity; /* without any of them */
	const char *what;
} cap_reaches[] = {
	/* An id of the host's network namespace comes with an interface, or it is its own. */
	{ CAP_NET_ADMIN, BIT(FACT_NET_LINK) | BIT(FACT_NS_NET), CHECK_KERNEL,
	  "Opens nf_tables, traffic control and tunnels: large, and often faulty, kernel code. "
	  "Makes the host load modules. No interface leads to the host's network, by which it "
	  "would reach that." },
};

enum check_severity check_class_severity(enum capinfo_class class)
{
	static const enum check_severity severities[] = {
		[CAPINFO_OWN] = CHECK_NOTE,	   [CAPINFO_DENIAL] = CHECK_DENIAL,
		[CAPINFO_SECRETS] = CHECK_SECRETS, [CAPINFO_KERNEL] = CHECK_KERNEL,
		[CAPINFO_HOST] = CHECK_HOST,
	};

	return severities[class];
}

static bool holds(const struct rule *r, const struct check_facts *f)
{
	if (!check_has_fact(f, r->fact))
		return false;
	if (!r->any_caps && !r->any_facts)
		return true;
	return (f->caps.bits & r->any_caps) || (f->bits & r->any_facts);
}

static bool cap_matters(unsigned int cap, const struct check_facts *f)
{
	for (size_t i = 0; i < sizeof(cap_needs) / sizeof(cap_needs[0]); i++) {
		if (cap_needs[i].cap == cap && !check_has_fact(f, cap_needs[i].fact))
			return false;
	}
	return caps_has(f->caps, cap);
}

static bool open_cap(unsigned int cap, const struct check_facts *f, struct check_open *ret)
{
	const struct capinfo *info = capinfo_get(cap);
	bool priv = check_has_fact(f, FACT_PRIVILEGED);

	*ret = (struct check_open){
		.cap = cap,
		.what = priv ? info->on_host : info->on_host_idmapped,
		.fact = FACT_N,
		.severity = check_class_severity(priv ? info->privileged : info->idmapped),
		.weight = priv ? info->weight : info->weight_idmapped,
	};
	for (size_t i = 0; priv && i < sizeof(cap_reaches) / sizeof(cap_reaches[0]); i++) {
		if (cap_reaches[i].cap != cap || (f->bits & cap_reaches[i].any_facts))
			continue;
		ret->what = cap_reaches[i].what;
		ret->severity = cap_reaches[i].severity;
		ret->weight = info->weight_idmapped; /* what it does by itself */
	}
	return ret->weight;
}

size_t check_find_open(const struct check_facts *f, struct check_open open[CHECK_OPEN_MAX])
{
	bool priv = check_has_fact(f, FACT_PRIVILEGED);
	size_t n = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct reason *r = &reasons[rules[i].reason];
		unsigned int weight = priv ? r->weight : r->weight_idmapped;

		if (weight && holds(&rules[i], f))
			open[n++] = (struct check_open){
				.reason = r,
				.fact = rules[i].fact,
				.severity = priv ? r->severity : r->severity_idmapped,
				.weight = weight,
			};
	}
	for (unsigned int cap = 0; cap < CAPINFO_COUNT; cap++) {
		if (cap_matters(cap, f) && open_cap(cap, f, &open[n]))
			n++;
	}
	return n;
}

unsigned int check_score_part(enum check_severity severity)
{
	static const unsigned int parts[CHECK_N_SEVERITIES] = {
		[CHECK_DENIAL] = 80,
		[CHECK_SECRETS] = 120,
		[CHECK_KERNEL] = 300,
		[CHECK_HOST] = 500,
	};

	return parts[severity];
}

/*
 * Of each class stays closed what all of its reasons leave: one that gives away half, and
 * another one half, leave a quarter.  Integers only: each step maps a smaller remainder to
 * one that is no larger, so that one reason more never makes a smaller score.
 */
unsigned int check_score(const struct check_facts *f, unsigned int ret_class[CHECK_N_SEVERITIES])
{
	enum { WHOLE = 1000000000 };
	struct check_open open[CHECK_OPEN_MAX];
	size_t n = check_find_open(f, open);
	unsigned int sum = 0;

	for (int class = 0; class < CHECK_N_SEVERITIES; class ++) {
		uint64_t closed = WHOLE, part = check_score_part((enum check_severity) class);

		for (size_t i = 0; i < n; i++) {
			if ((int)open[i].severity >= class)
				closed = closed * (1000 - open[i].weight) / 1000;
		}
		ret_class[class] = (unsigned int)(part * (WHOLE - closed) / WHOLE);
		sum += ret_class[class];
	}
	return sum;
}
