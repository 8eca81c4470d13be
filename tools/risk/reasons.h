/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything that "lxc-harden check" may have against a container, each with a name that
 * never changes and what "lxc-harden explain" says of it.  Pure, constant text, ASCII.
 * What a capability exposes is not here but in tools/risk/capinfo: its id is "cap.NAME".
 */
#ifndef TOOLS_RISK_REASONS_H
#define TOOLS_RISK_REASONS_H

#include "lib/span.h"
#include "tools/risk/severity.h"

enum reason_id {
	/* What runs is not what is configured. */
	REASON_DIFF_CAPS,
	REASON_DIFF_CAPS_LESS,
	REASON_DIFF_INHERITABLE,
	REASON_DIFF_SECCOMP,
	REASON_DIFF_LSM,
	REASON_DIFF_IDMAP,
	REASON_DIFF_NS,
	REASON_DIFF_MOUNT,
	REASON_DIFF_MASK,
	REASON_DIFF_NEWER,
	/* The configuration is not loaded. */
	REASON_CONFIG_MISSING,
	REASON_CONFIG_REFUSED,
	REASON_KEY_UNKNOWN,
	REASON_KEY_OLD,
	REASON_LINE_NO_EQUALS,
	REASON_INCLUDE_MISSING,
	REASON_INCLUDE_CYCLE,
	REASON_CAP_UNKNOWN,
	REASON_CAP_KEEP_AND_DROP,
	/* It does not say what it looks like. */
	REASON_LINE_IGNORED,
	REASON_COMMENT_IN_VALUE,
	REASON_CAP_WIPED,
	REASON_CAP_NONE,
	REASON_CAP_FLOOR,
	REASON_LEVEL_UNDONE,
	REASON_INCLUDE_UNSORTED,
	REASON_INCLUDE_TWICE,
	REASON_CONFIG_WRITABLE,
	REASON_HOOK_ARGUMENTS,
	REASON_HOOK_MISSING,
	REASON_HOOK_NOT_EXECUTABLE,
	REASON_HOOK_WRITABLE,
	REASON_HOOK_RELATIVE,
	REASON_HOOK_VERSION,
	REASON_HOOK_UNREACHABLE,
	REASON_SHELL_MISSING,
	REASON_MOUNT_FIELDS,
	REASON_MOUNT_IGNORED,
	REASON_MOUNT_HIDDEN,
	REASON_MOUNT_SOURCE,
	REASON_MOUNT_TARGET,
	REASON_FSTAB_MISSING,
	REASON_ROOTFS_MISSING,
	REASON_ROOTFS_OWNER,
	REASON_IDMAP_PARTIAL,
	REASON_IDMAP_OVERLAP,
	REASON_SECCOMP_MISSING,
	REASON_SECCOMP_INVALID,
	REASON_SECCOMP_REPLACED,
	REASON_RUN_MISSING,
	REASON_CGROUP_IGNORED,
	REASON_INIT_CWD,
	REASON_DEV_NONE,
	REASON_LEVEL_UNCOVERED,
	/* What root inside can do to the host. */
	REASON_IDMAP_NONE,
	REASON_NS_NET,
	REASON_NS_PID,
	REASON_NS_IPC,
	REASON_NS_UTS,
	REASON_NS_MNT,
	REASON_NS_CGROUP,
	REASON_NS_CONTAINER,
	REASON_ROOTFS_HOST,
	REASON_ROOTFS_OPEN,
	REASON_MOUNT_SYSTEM,
	REASON_MOUNT_SOCKET,
	REASON_MOUNT_DEVICE,
	REASON_MOUNT_HOST,
	REASON_MOUNT_SECRETS,
	REASON_MOUNT_CREATE,
	REASON_PROC_SYS,
	REASON_PROC_SWITCHES,
	REASON_SYS_RW,
	REASON_SYS_FUSE,
	REASON_CGROUP_HOST,
	REASON_HOOK_START,
	REASON_NESTING,
	REASON_LSM_NONE,
	REASON_SECCOMP_NONE,
	REASON_CALL_USERNS,
	REASON_CALL_MOUNT,
	REASON_CALL_BPF,
	REASON_CALL_PERF,
	REASON_CALL_IO_URING,
	REASON_CALL_USERFAULTFD,
	REASON_CALL_KEYCTL,
	REASON_CALL_PTRACE,
	REASON_CALL_SOCKETS,
	REASON_CALL_VSOCK,
	REASON_CALL_TIOCSTI,
	REASON_CALL_RARE,
	REASON_KEYRING,
	REASON_PROC_KERNEL,
	REASON_PROC_HOST,
	REASON_SYS_HOST,
	REASON_LIMIT_MEMORY,
	REASON_LIMIT_PIDS,
	REASON_ROOTFS_DEV,
	REASON_NET_ADMIN,
	REASON_LIMIT_OWN,
	REASON_LIMIT_USER,
	REASON_MOUNT_NODE,
	REASON_MOUNT_PROC,
	REASON_MOUNT_KERNEL,
	REASON_MOUNT_SHARED,
	REASON_N,
};

struct reason {
	const char *id;
	enum check_kind kind;
	enum check_severity severity;	       /* in a privileged container, if it is an exposure */
	enum check_severity severity_idmapped; /* only if weight_idmapped is not 0 */
	/* How much of its class, and of those below, it gives away by itself; thousandths. */
	unsigned short weight, weight_idmapped;
	const char *title;  /* what is so, to which a particular may be added */
	const char *why;    /* what happens, for explain */
	const char *remedy; /* NULL: the finding brings its own */
	const char *cost;   /* NULL: nothing is lost */
};

extern const struct reason reasons[REASON_N];

/* NULL if there is no such id. */
const struct reason *reason_find(struct span id);

#endif
