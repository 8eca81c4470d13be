/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel says a container's init may do and is shut into, read on the host.
 * The process has not executed anything of the guest's yet, or, for an audit by hand,
 * is the guest's own; /proc is the host's and the kernel writes it.
 */
#ifndef LIB_AUDIT_PROCESS_H
#define LIB_AUDIT_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/audit-findings.h"
#include "lib/policy.h"
#include "lib/procstatus.h"

struct audit_namespace {
	uint64_t inode; /* 0: this kernel has no such kind */
	bool shared;	/* with the host */
};

struct audit_process {
	pid_t pid;
	uint64_t start_time; /* ticks after boot, as in /proc/PID/stat */
	struct procstatus status;
	struct audit_namespace ns[POLICY_N_NAMESPACES];
	char lsm[256]; /* label after the next exec, or now; "" if there is none */
	/* Of its parent, which is LXC's monitor; PROCSTATUS_FILTERS_UNKNOWN if it has none. */
	uint64_t parent_filters;
	bool lsm_complain;		   /* AppArmor: the profile only logs */
	bool maps_root;			   /* an id of it is the host's root */
	char uid_map[1024], gid_map[1024]; /* as the kernel writes them, cut at a line */
};

/*
 * Reads them all.  next_exec: the label that the next exec will set, else the present one.
 * 0; -ESRCH if it is gone; else -errno, and what could not be read in *ret_what.
 */
int audit_read_process(int procfd, pid_t pid, bool next_exec, struct audit_process *ret,
		       const char **ret_what);

/* A finding for each thing the policy does not allow.  */
void audit_judge_process(const struct audit_process *p, const struct policy *policy,
			 struct audit_findings *f);

/* The sets by themselves: the audit inside reads them in another way. */
void audit_judge_caps(struct caps bounding, struct caps inheritable, struct caps ambient,
		      const struct policy *policy, struct audit_findings *f);

/* The label by itself, as the audit inside may know it better (see cap-audit(8)). */
void audit_judge_label(const char *label, bool complain, const struct policy *policy,
		       struct audit_findings *f);

/* Field 22 of /proc/PID/stat; 0 or -EINVAL.  Pure. */
int audit_parse_start_time(struct span stat, uint64_t *ret);
/* Of this process, proc_open()'s; also what that returned instead of a descriptor. */
int audit_read_start_time(int procfd, uint64_t *ret);

/* Takes "profile (enforce)" apart: the label in buf, and whether it is in complain mode.  Pure. */
void audit_parse_label(struct span text, char *buf, size_t size, bool *ret_complain);

#endif
