/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From what is open in a container to the reasons against it and to one number.  Pure.
 *
 * A fact is a bit, and 1 is the worse: no rule asks for a fact that is not there, and no
 * weight is negative.  So closing something never adds a reason and never worsens the score.
 */
#ifndef TOOLS_RISK_SCORE_H
#define TOOLS_RISK_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/caps.h"
#include "tools/risk/capinfo.h"
#include "tools/risk/reasons.h"

enum check_fact {
	FACT_PRIVILEGED, /* an id inside is the host's root */
	FACT_NS_NET,	 /* shared with the host */
	FACT_NS_PID,
	FACT_NS_IPC,
	FACT_NS_UTS,
	FACT_NS_MNT,
	FACT_NS_CGROUP,
	FACT_NS_CONTAINER,
	FACT_ROOTFS_HOST,
	FACT_ROOTFS_OPEN,
	FACT_MOUNT_SYSTEM,
	FACT_MOUNT_SOCKET,
	FACT_MOUNT_DEVICE,
	FACT_MOUNT_HOST,
	FACT_MOUNT_SECRETS,
	FACT_MOUNT_CREATE, /* a privileged container's */
	FACT_PROC_SYS,	   /* writable */
	FACT_PROC_SWITCHES,
	FACT_SYS_RW,
	FACT_SYS_FUSE,
	FACT_CGROUP_HOST,
	FACT_DEVICES, /* the device cgroup lets disks through */
	FACT_HOOK_START,
	FACT_NESTING,
	FACT_LSM_NONE,
	FACT_SECCOMP_NONE,
	FACT_CALL_USERNS, /* the filter lets them pass */
	FACT_CALL_MOUNT,
	FACT_CALL_HANDLE,
	FACT_CALL_MODULE,
	FACT_CALL_KEXEC,
	FACT_CALL_BPF,
	FACT_CALL_PERF,
	FACT_CALL_IO_URING,
	FACT_CALL_USERFAULTFD,
	FACT_CALL_KEYCTL,
	FACT_CALL_PTRACE,
	FACT_CALL_SOCKETS,
	FACT_CALL_VSOCK,
	FACT_CALL_TIOCSTI,
	FACT_CALL_RARE,
	FACT_KEYRING,
	FACT_PROC_KERNEL, /* not covered */
	FACT_PROC_HOST,
	FACT_SYS_HOST,
	FACT_LIMIT_MEMORY, /* none */
	FACT_LIMIT_PIDS,
	FACT_ROOTFS_DEV, /* without nodev */
	FACT_NET_LINK,	 /* an interface leads to the host's network */
	FACT_LIMIT_OWN,	 /* the guest can write its own */
	FACT_MOUNT_NODE,
	FACT_MOUNT_PROC,   /* of the host's pid namespace */
	FACT_MOUNT_KERNEL, /* a file system that is one for the whole kernel */
	FACT_MOUNT_SHARED,
	FACT_N,
};

struct check_facts {
	struct caps caps; /* held */
	uint64_t bits;	  /* 1 << FACT_... */
};

static inline bool check_has_fact(const struct check_facts *f, enum check_fact fact)
{
	return f->bits >> fact & 1;
}

static inline void check_set_fact(struct check_facts *f, enum check_fact fact, bool open)
{
	if (open)
		f->bits |= UINT64_C(1) << fact;
	else
		f->bits &= ~(UINT64_C(1) << fact);
}

/* Something that is open: a reason, or a capability by itself. */
struct check_open {
	const struct reason *reason; /* NULL for a capability */
	unsigned int cap;
	const char *what;     /* of a capability: what root inside does by it, as things are */
	enum check_fact fact; /* FACT_N for a capability */
	enum check_severity severity;
	unsigned int weight;
};

#define CHECK_OPEN_MAX 128

/* tools/risk/capinfo's class of a capability as the severity of a finding. */
enum check_severity check_class_severity(enum capinfo_class class);

/* All that is open, always in the same order; how many. */
size_t check_find_open(const struct check_facts *f, struct check_open open[CHECK_OPEN_MAX]);

#define CHECK_SCORE_MAX 1000

/*
 * 0: nothing; CHECK_SCORE_MAX: everything.  The sum of the parts in ret_class, of which
 * those from CHECK_DENIAL to CHECK_HOST are used.
 */
unsigned int check_score(const struct check_facts *f, unsigned int ret_class[CHECK_N_SEVERITIES]);

/* The most that a class can add. */
unsigned int check_score_part(enum check_severity severity);

#endif
