/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whose check it is, and what for: is the process one of the container's, which user namespace
 * is asked about and whose credentials, and in which system call.
 */
#ifndef TOOLS_RECORDER_RECORDER_WHOSE_BPF_H
#define TOOLS_RECORDER_RECORDER_WHOSE_BPF_H

#include <asm/ptrace.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "tools/recorder/recorder-maps.bpf.h"

#define PF_KTHREAD 0x00200000
#define PF_IO_WORKER 0x00000010
#define TS_COMPAT 0x0002
#define STACK_SIZE 16384  /* of x86-64, for kernels before 5.15 */
#define NAMESPACES_MAX 32 /* the kernel's own limit, for pid and user namespaces */

/*
 * Reads through pointers.  Where the verifier knows the types (the tracepoint, fexit), these
 * are plain loads; from a kprobe each takes the call of a helper.  A constant named "direct"
 * says which, so that only one of the two is compiled.
 */
#define READ(expression, source, ...) (direct ? (expression) : BPF_CORE_READ(source, __VA_ARGS__))

/* --- Whose ------------------------------------------------------------------- */

/* Of a number that it has in each pid namespace, from its own up to the host's. */
static __noinline bool has_number(struct pid *pid, __u32 level)
{
	__u32 wanted = pid_ns;

	for (int i = 0; i < NAMESPACES_MAX; i++) {
		struct upid *number =
			(void *)&pid->numbers[0] + level * bpf_core_type_size(struct upid);

		if (BPF_CORE_READ(number, ns, ns.inum) == wanted)
			return true;
		if (!level--)
			break;
	}
	return false;
}

static __always_inline bool is_inside(struct task_struct *task, const bool direct)
{
	struct pid *pid = READ(task->thread_pid, task, thread_pid);
	__u32 level = READ(pid->level, pid, level), wanted = pid_ns;
	struct pid_namespace *ns;

	if (!wanted || !level) /* the host's own */
		return false;
	/*
	 * The usual case in few steps.  The namespace of its children is its own unless it has
	 * changed that by unshare() or setns(), which lead to a deeper one only.
	 */
	ns = READ(task->nsproxy->pid_ns_for_children, task, nsproxy, pid_ns_for_children);
	if (READ(ns->ns.inum, ns, ns.inum) == wanted && READ(ns->level, ns, level) == level)
		return true;
	return has_number(pid, level);
}

static __always_inline bool is_init_of_namespace(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid *number = (void *)&pid->numbers[0] + level * bpf_core_type_size(struct upid);

	return BPF_CORE_READ(number, nr) == 1 && BPF_CORE_READ(number, ns, ns.inum) == pid_ns;
}

static __noinline __u8 get_other_target(struct user_namespace *ns)
{
	__u32 own = user_ns;

	for (int i = 0; i < NAMESPACES_MAX; i++) {
		ns = BPF_CORE_READ(ns, parent);
		if (!ns)
			break;
		if (BPF_CORE_READ(ns, ns.inum) == own)
			return RECORDER_BELOW;
	}
	return RECORDER_OTHER;
}

static __always_inline __u8 get_target(struct user_namespace *ns, const bool direct)
{
	if (READ(ns->ns.inum, ns, ns.inum) == user_ns)
		return RECORDER_OWN;
	return get_other_target(ns);
}

/*
 * Overlayfs and others ask about the credentials of whoever mounted it.  They have more in
 * their bounding set than the container's init was left, or are of a user namespace above.
 */
static __always_inline bool is_borrowed(struct task_struct *task, const struct cred *cred,
					const bool direct)
{
	__u64 held = 0;

	if (cred == READ(task->real_cred, task, real_cred))
		return false;
	/* The whole of it: what its member is called has changed (Linux 6.3). */
	bpf_core_read(&held, sizeof(held), &cred->cap_bset);
	return held & ~bounding ||
	       get_target(BPF_CORE_READ(cred, user_ns), false) == RECORDER_OTHER;
}

/* --- What for ---------------------------------------------------------------- */

static __always_inline void *get_regs(struct task_struct *task, const bool direct)
{
	if (direct) /* that is, Linux 5.15 or later */
		return (void *)bpf_task_pt_regs(task);
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	return BPF_CORE_READ(task, stack) + STACK_SIZE - bpf_core_type_size(struct pt_regs___x86);
}

/*
 * On x86 the saved registers look the same after a page fault, with the error code where the
 * number of the system call would be.  But the instruction "syscall" leaves the return address
 * in rcx; and 32-bit calls set TS_COMPAT.
 */
static __always_inline void get_syscall(struct task_struct *task, struct recorder_key *key,
					const bool direct)
{
	void *regs = get_regs(task, direct);
	struct pt_regs___arm64 *arm64 = regs;
	struct pt_regs___x86 *x86 = regs;

	key->syscall = -1;
	if (READ(task->flags, task, flags) & (PF_KTHREAD | PF_IO_WORKER))
		return;
	if (bpf_core_field_exists(arm64->syscallno)) {
		key->syscall = READ(arm64->syscallno, arm64, syscallno);
	} else if (bpf_core_field_exists(x86->orig_ax)) {
		if (bpf_core_field_exists(task->thread_info.status))
			key->compat = !!(READ(task->thread_info.status, task, thread_info.status) &
					 TS_COMPAT);
		if (trust_orig_ax || key->compat ||
		    READ(x86->cx, x86, cx) == READ(x86->ip, x86, ip))
			key->syscall = (int)READ(x86->orig_ax, x86, orig_ax);
	}
}

#endif
