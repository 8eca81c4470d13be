/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The trials of the table in audit-trials.c, and what they have in common.  Each says why it
 * is harmless and what its errors mean; all of them were checked against the kernel's
 * source for the order of its checks, and by experiment with and without the capability.  A
 * call that this kernel does not have (ENOSYS) is a refusal.
 */
#ifndef HOOKS_AUDIT_TRIALS_H
#define HOOKS_AUDIT_TRIALS_H

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "hooks/audit-try.h"
#include "hooks/audit.h"

/* A call that worked is granted; else its error tells: denied, or past the check. */
static inline enum audit_answer answer(bool worked, int denied)
{
	if (worked)
		return AUDIT_GRANTED;
	return errno == denied || errno == EPERM || errno == ENOSYS ? AUDIT_DENIED : AUDIT_UNCLEAR;
}

/* The same for a call that cannot work: with the capability it fails with this error. */
static inline enum audit_answer answer_error(long r, int granted)
{
	if (r < 0 && errno == granted)
		return AUDIT_GRANTED;
	return answer(r >= 0, EPERM);
}

static inline int open_folder(void)
{
	return open(AUDIT_INSIDE_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A file without a name, on the tmpfs that the fragment mounts for us; gone when closed. */
static inline int open_nameless(void)
{
	return open(AUDIT_INSIDE_FOLDER, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

/* What needs a capability over the system: audit-trials-system.c; over files, ids and limits,
 * or what must be refused to all: audit-trials-own.c. */
enum audit_answer audit_try_audit_read(void);
enum audit_answer audit_try_bpf(void);
enum audit_answer audit_try_cgroup_namespace(void);
enum audit_answer audit_try_checkpoint_restore(void);
enum audit_answer audit_try_chown(void);
enum audit_answer audit_try_core_pattern(void);
enum audit_answer audit_try_dac_override(void);
enum audit_answer audit_try_dac_read_search(void);
enum audit_answer audit_try_host_network(void);
enum audit_answer audit_try_io_uring(void);
enum audit_answer audit_try_ipc_lock(void);
enum audit_answer audit_try_keyring(void);
enum audit_answer audit_try_mknod(void);
enum audit_answer audit_try_net_admin(void);
enum audit_answer audit_try_net_raw(void);
enum audit_answer audit_try_perfmon(void);
enum audit_answer audit_try_setfcap(void);
enum audit_answer audit_try_setgid(void);
enum audit_answer audit_try_setpcap(void);
enum audit_answer audit_try_setuid(void);
enum audit_answer audit_try_sys_admin(void);
enum audit_answer audit_try_sys_boot(void);
enum audit_answer audit_try_sys_chroot(void);
enum audit_answer audit_try_sys_files(void);
enum audit_answer audit_try_sys_module(void);
enum audit_answer audit_try_sys_nice(void);
enum audit_answer audit_try_sys_pacct(void);
#if defined(__x86_64__) || defined(__i386__)
enum audit_answer audit_try_sys_rawio(void);
#endif
enum audit_answer audit_try_sys_resource(void);
#ifdef SYS_settimeofday
enum audit_answer audit_try_sys_time(void);
#endif
enum audit_answer audit_try_syslog(void);
enum audit_answer audit_try_sysrq(void);
enum audit_answer audit_try_user_namespace(void);
enum audit_answer audit_try_userfaultfd(void);
enum audit_answer audit_try_wake_alarm(void);

#endif
