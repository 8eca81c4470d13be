// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Counts the capability checks of one container's processes, in the kernel, so that none is
 * lost however fast they come.  Loaded by recorder.c, which decides by trying at which of
 * the three attach points at the end; the program itself only reads.
 *
 * The container is its pid namespace: a process belongs to it if it has a number there, so
 * also in a pid namespace further down, whatever it executes, and however short it lives.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <stdbool.h>

#include "tools/recorder/recorder-maps.bpf.h"
#include "tools/recorder/recorder-names.bpf.h"
#include "tools/recorder/recorder-whose.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* --- Counting ---------------------------------------------------------------- */

/*
 * Each processor has its own numbers, of which each is written by one program, and the kernel
 * does not run that on a processor where it runs already (it says how often it did not): so
 * none of them needs an atomic addition.
 */

static __always_inline void count(const struct recorder_key *key, struct file *exe,
				  struct css_set *set)
{
	struct recorder_count *value = bpf_map_lookup_elem(&counts, key);
	struct recorder_stats *st = get_stats();
	__u64 *lost;
	__u32 i;

	if (st)
		st->answers[key->answer & 1]++;
	if (!value) {
		struct recorder_count none = {};

		/* Another processor may have been first: what counts is the second look. */
		if (bpf_map_update_elem(&counts, key, &none, BPF_NOEXIST) == 0 && st)
			st->keys++;
		value = bpf_map_lookup_elem(&counts, key);
		if (value) {
			describe_cgroup(BPF_CORE_READ(set, dfl_cgrp, kn), 0);
			if (key->systemd)
				describe_cgroup(get_systemd_node(set), 1);
			describe_program(exe, key);
		}
	}
	if (value) {
		value->count++;
		if (!value->first)
			value->first = now;
		value->last = now;
		return;
	}
	if (st)
		st->unassigned++;
	i = RECORDER_LOSS(key->cap & (RECORDER_CAPS - 1), key->answer & 1, key->target);
	lost = bpf_map_lookup_elem(&losses, &i);
	if (lost)
		(*lost)++;
}

static __always_inline void send(const struct recorder_key *key, struct task_struct *task)
{
	struct recorder_event *event;
	struct recorder_stats *st;

	if (stream_denied && !key->answer)
		return;
	if (!(stream_caps >> (key->cap & 63) & 1))
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		st = get_stats();
		if (st)
			st->events_lost++;
		return;
	}
	event->key = *key;
	event->time = bpf_ktime_get_ns();
	event->pid = BPF_CORE_READ(task, tgid);
	event->tid = BPF_CORE_READ(task, pid);
	bpf_ringbuf_submit(event, 0);
}

/*
 * A thread's name is its own affair, and there can be thousands: that of the process.  The
 * kernel fills it up with NULs (strscpy_pad() in __set_task_comm()); would it not, user space
 * would add up what the rest of the key told apart.
 */
static __always_inline void get_comm(struct task_struct *task, char *ret, const bool direct)
{
	struct task_struct *leader = READ(task->group_leader, task, group_leader);

	if (!direct) {
		bpf_probe_read_kernel_str(ret, RECORDER_COMM, leader->comm);
		return;
	}
	((__u64 *)ret)[0] = ((__u64 *)leader->comm)[0];
	((__u64 *)ret)[1] = ((__u64 *)leader->comm)[1];
}

static __always_inline int handle(struct task_struct *task, const struct cred *cred,
				  struct user_namespace *target, int cap, __u16 options, int answer,
				  const bool direct)
{
	struct recorder_key key = { .options = options, .cap = (__u8)cap, .answer = answer != 0 };
	struct css_set *set;
	struct file *exe;
	__u8 *mark;
	__u32 tgid;

	if (!is_inside(task, direct))
		return 0;
	tgid = READ(task->tgid, task, tgid);
	mark = bpf_map_lookup_elem(&marks, &tgid);
	if (mark)
		key.origin = *mark;
	if (key.origin == RECORDER_IGNORE)
		return 0;
	key.target = get_target(target, direct);
	key.borrowed = is_borrowed(task, cred, direct);
	get_syscall(task, &key, direct);
	set = READ(task->cgroups, task, cgroups);
	key.cgroup = READ(set->dfl_cgrp->kn->id, set, dfl_cgrp, kn, id);
	key.systemd = get_systemd_id(set);
	exe = READ(task->mm->exe_file, task, mm, exe_file);
	key.inode = READ(exe->f_inode->i_ino, exe, f_inode, i_ino);
	key.device = READ(exe->f_inode->i_sb->s_dev, exe, f_inode, i_sb, s_dev);
	get_comm(task, key.comm, direct);
	count(&key, exe, set);
	if (stream)
		send(&key, task);
	return 0;
}

/* --- Where processes come from ----------------------------------------------- */

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 parent_tgid = parent->tgid, tgid = child->tgid;
	struct recorder_stats *st;
	__u8 *mark, attach = RECORDER_ATTACH;

	if (tgid == parent_tgid) /* a thread */
		return 0;
	mark = bpf_map_lookup_elem(&marks, &parent_tgid);
	if (!mark) {
		if (!is_inside(child, true) || is_inside(parent, true) ||
		    is_init_of_namespace(child))
			return 0;
		mark = &attach;
	}
	if (bpf_map_update_elem(&marks, &tgid, mark, BPF_ANY) < 0) {
		st = get_stats();
		if (st)
			__sync_fetch_and_add(&st->unmarked, 1);
	}
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u32 tgid = task->tgid;
	__u8 *mark = bpf_map_lookup_elem(&marks, &tgid);

	/* LXC's child has become init. */
	if (mark && *mark == RECORDER_LXC)
		bpf_map_delete_elem(&marks, &tgid);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	__u32 tgid = task->tgid;

	if (task->signal->live.counter == 0) /* the last thread */
		bpf_map_delete_elem(&marks, &tgid);
	return 0;
}

/* --- The attach points, of which one is loaded ------------------------------- */

SEC("tp_btf/cap_capable")
int BPF_PROG(by_tracepoint, const struct cred *cred, struct user_namespace *target,
	     const struct user_namespace *holder, int cap, int answer)
{
	return handle(bpf_get_current_task_btf(), cred, target, cap, RECORDER_NO_OPTIONS, answer,
		      true);
}

SEC("fexit/cap_capable")
int BPF_PROG(by_fexit, const struct cred *cred, struct user_namespace *target, int cap,
	     unsigned int options, int answer)
{
	return handle(bpf_get_current_task_btf(), cred, target, cap, (__u16)options, answer, true);
}

SEC("kprobe/cap_capable")
int BPF_KPROBE(by_kprobe, const struct cred *cred, struct user_namespace *target, int cap,
	       unsigned int options)
{
	struct pending pending = { cred, target, cap, options };
	__u64 id = bpf_get_current_pid_tgid();
	struct recorder_stats *st;

	if (!is_inside((void *)bpf_get_current_task(), false))
		return 0;
	st = get_stats();
	if (st)
		__sync_fetch_and_add(&st->entries, 1);
	bpf_map_update_elem(&pendings, &id, &pending, BPF_ANY);
	return 0;
}

SEC("kretprobe/cap_capable")
int BPF_KRETPROBE(by_kretprobe, int answer)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct pending *found = bpf_map_lookup_elem(&pendings, &id), pending;
	struct recorder_stats *st = get_stats();

	if (!found)
		return 0;
	pending = *found;
	bpf_map_delete_elem(&pendings, &id);
	if (st)
		__sync_fetch_and_add(&st->returns, 1);
	return handle((void *)bpf_get_current_task(), pending.cred, pending.target, pending.cap,
		      (__u16)pending.options, answer, false);
}
