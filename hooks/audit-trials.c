/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of trials.  Not tried are the capabilities that have no harmless core:
 * audit_control, audit_write, block_suspend, fowner, fsetid, ipc_owner, kill, lease,
 * mac_admin, mac_override, net_bind_service, net_broadcast, sys_ptrace, sys_tty_config.
 */
#include "config.h"

#include <stdint.h>
#include <sys/capability.h>

#include "hooks/audit-trials.h"

#define CAP(c) (UINT64_C(1) << CAP_##c)
#define BY(bits)     \
	{            \
		bits \
	}

/* Those with .dirty last, as each costs a new child when it is granted. */
const struct audit_trial audit_trials[] = {
	{ .name = "mknod", .run = audit_try_mknod, .granted_by = BY(CAP(MKNOD)) },
	{ .name = "net_raw", .run = audit_try_net_raw, .granted_by = BY(CAP(NET_RAW)) },
	{ .name = "net_admin", .run = audit_try_net_admin, .granted_by = BY(CAP(NET_ADMIN)) },
	{ .name = "sys_module", .run = audit_try_sys_module, .granted_by = BY(CAP(SYS_MODULE)) },
#ifdef SYS_settimeofday
	{ .name = "sys_time", .run = audit_try_sys_time, .granted_by = BY(CAP(SYS_TIME)) },
#endif
	{ .name = "sys_boot", .run = audit_try_sys_boot, .granted_by = BY(CAP(SYS_BOOT)) },
	{ .name = "sys_chroot", .run = audit_try_sys_chroot, .granted_by = BY(CAP(SYS_CHROOT)) },
	{ .name = "sys_resource",
	  .run = audit_try_sys_resource,
	  .granted_by = BY(CAP(SYS_RESOURCE)) },
	{ .name = "sys_pacct", .run = audit_try_sys_pacct, .granted_by = BY(CAP(SYS_PACCT)) },
	{ .name = "syslog",
	  .run = audit_try_syslog,
	  .granted_by = BY(CAP(SYSLOG) | CAP(SYS_ADMIN)) },
	{ .name = "wake_alarm", .run = audit_try_wake_alarm, .granted_by = BY(CAP(WAKE_ALARM)) },
	{ .name = "bpf", .run = audit_try_bpf, .granted_by = BY(CAP(BPF) | CAP(SYS_ADMIN)) },
	{ .name = "perfmon",
	  .run = audit_try_perfmon,
	  .granted_by = BY(CAP(PERFMON) | CAP(SYS_ADMIN)) },
	{ .name = "checkpoint_restore",
	  .run = audit_try_checkpoint_restore,
	  .granted_by = BY(CAP(CHECKPOINT_RESTORE) | CAP(SYS_ADMIN)) },
	{ .name = "dac_read_search",
	  .run = audit_try_dac_read_search,
	  .granted_by = BY(CAP(DAC_READ_SEARCH) | CAP(SYS_ADMIN)) },
	{ .name = "audit_read", .run = audit_try_audit_read, .granted_by = BY(CAP(AUDIT_READ)) },
	{ .name = "setpcap", .run = audit_try_setpcap, .granted_by = BY(CAP(SETPCAP)) },
	{ .name = "setfcap", .run = audit_try_setfcap, .granted_by = BY(CAP(SETFCAP)) },
	{ .name = "chown", .run = audit_try_chown, .granted_by = BY(CAP(CHOWN)) },
	{ .name = "dac_override",
	  .run = audit_try_dac_override,
	  .granted_by = BY(CAP(DAC_OVERRIDE)) },
	{ .name = "core_pattern", .run = audit_try_core_pattern, .file = true },
	{ .name = "sysrq", .run = audit_try_sysrq, .file = true },
	{ .name = "sys_files", .run = audit_try_sys_files, .file = true },
	{ .name = "host_network", .run = audit_try_host_network, .granted_by = BY(CAP(NET_ADMIN)) },
	{ .name = "io_uring", .run = audit_try_io_uring },
	{ .name = "userfaultfd", .run = audit_try_userfaultfd },
	{ .name = "keyring", .run = audit_try_keyring },
	{ .name = "ipc_lock",
	  .run = audit_try_ipc_lock,
	  .granted_by = BY(CAP(IPC_LOCK)),
	  .dirty = true },
#if defined(__x86_64__) || defined(__i386__)
	{ .name = "sys_rawio",
	  .run = audit_try_sys_rawio,
	  .granted_by = BY(CAP(SYS_RAWIO)),
	  .dirty = true },
#endif
	{ .name = "sys_admin",
	  .run = audit_try_sys_admin,
	  .granted_by = BY(CAP(SYS_ADMIN)),
	  .dirty = true },
	{ .name = "setgid", .run = audit_try_setgid, .granted_by = BY(CAP(SETGID)), .dirty = true },
	{ .name = "setuid", .run = audit_try_setuid, .granted_by = BY(CAP(SETUID)), .dirty = true },
	{ .name = "cgroup_namespace", .run = audit_try_cgroup_namespace, .dirty = true },
	{ .name = "user_namespace", .run = audit_try_user_namespace, .dirty = true },
	/* The last: it leaves the child at a lower priority. */
	{ .name = "sys_nice",
	  .run = audit_try_sys_nice,
	  .granted_by = BY(CAP(SYS_NICE)),
	  .dirty = true },
};

const size_t audit_n_trials = sizeof(audit_trials) / sizeof(audit_trials[0]);

_Static_assert(sizeof(audit_trials) / sizeof(audit_trials[0]) <= AUDIT_TRIALS_MAX, "room for all");
