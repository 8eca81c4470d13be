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

#include <asm/ptrace.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <stdbool.h>

#include "tools/recorder-types.h"
#include "tools/recorder-shared.h"

#define PF_KTHREAD 0x00200000
#define PF_IO_WORKER 0x00000010
#define TS_COMPAT 0x0002
#define STACK_SIZE 16384  /* of x86-64, for kernels before 5.15 */
#define NAMESPACES_MAX 32 /* the kernel's own limit, for pid and user namespaces */
#define CGROUPS_MAX 12	  /* depth */
#define LINKS_MAX 32	  /* hierarchies of cgroup v1 */

/*
 * Reads through pointers.  Where the verifier knows the types (the tracepoint, fexit), these
 * are plain loads; from a kprobe each takes the call of a helper.  A constant named "direct"
 * says which, so that only one of the two is compiled.
 */
#define READ(expression, source, ...) (direct ? (expression) : BPF_CORE_READ(source, __VA_ARGS__))

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Set before the program is loaded. */
const volatile bool has_systemd_hierarchy; /* cgroup v1, name=systemd */
const volatile bool stream;		   /* events too */
const volatile bool stream_denied;	   /* ... of refusals only */
const volatile __u64 stream_caps;	   /* ... of these */
const volatile bool trust_orig_ax;	   /* FRED: rcx says nothing */

/* Set while it runs; pid_ns last. */
__u32 pid_ns;	/* inode number; 0: no container now */
__u32 user_ns;	/* the container's own */
__u64 bounding; /* what its init was left */
__u64 now;	/* seconds since the epoch; told from outside, as asking costs more than counting */

/* Found out here: where name=systemd stands in the list of hierarchies that a css_set has. */
struct {
	__u64 root; /* where its struct cgroup_root is */
	__u32 steps;
	bool from_end;
} place;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1); /* recorder.c */
	__type(key, struct recorder_key);
	__type(value, struct recorder_count);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, struct recorder_program_key);
	__type(value, struct recorder_program);
} programs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct recorder_cgroup_key);
	__type(value, struct recorder_cgroup);
} cgroups SEC(".maps");

/* By thread group; who has none comes from the guest's init. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RECORDER_MARKS);
	__type(key, __u32);
	__type(value, __u8);
} marks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RECORDER_LOSSES);
	__type(key, __u32);
	__type(value, __u64);
} losses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct recorder_stats);
} stats SEC(".maps");

/* Too large for the stack. */
struct scratch {
	struct recorder_program program;
	struct recorder_cgroup cgroup;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* recorder.c */
} events SEC(".maps");

/* A check between a kprobe and its kretprobe. */
struct pending {
	const struct cred *cred;
	struct user_namespace *target;
	int cap;
	unsigned int options;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct pending);
} pendings SEC(".maps");

static __always_inline struct recorder_stats *get_stats(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&stats, &zero);
}

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

/* --- By whom ----------------------------------------------------------------- */

static __always_inline struct kernfs_node *get_parent(struct kernfs_node *node)
{
	struct kernfs_node___parent *newer = (void *)node;

	if (bpf_core_field_exists(newer->__parent))
		return BPF_CORE_READ(newer, __parent);
	return BPF_CORE_READ(node, parent);
}

/* Notes the names of a cgroup and those above it, as it may be gone when it is asked for. */
static __noinline int describe_cgroup(struct kernfs_node *node, __u64 systemd)
{
	__u32 zero = 0;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &zero);

	for (int i = 0; scratch && node && i < CGROUPS_MAX; i++) {
		struct recorder_cgroup_key key = { .id = BPF_CORE_READ(node, id),
						   .systemd = systemd };
		struct kernfs_node *parent = get_parent(node);

		if (bpf_map_lookup_elem(&cgroups, &key))
			break;
		scratch->cgroup.parent = parent ? BPF_CORE_READ(parent, id) : 0;
		bpf_probe_read_kernel_str(scratch->cgroup.name, sizeof(scratch->cgroup.name),
					  BPF_CORE_READ(node, name));
		bpf_map_update_elem(&cgroups, &key, &scratch->cgroup, BPF_ANY);
		node = parent;
	}
	return 0;
}

static __always_inline bool is_systemd_hierarchy(struct cgroup *cgroup)
{
	char name[8] = "";

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(cgroup, root, name));
	return __builtin_memcmp(name, "systemd", 8) == 0;
}

static __always_inline struct cgroup *get_linked(struct list_head *at)
{
	struct cgrp_cset_link *link =
		(void *)at - bpf_core_field_offset(struct cgrp_cset_link, cgrp_link);

	return BPF_CORE_READ(link, cgrp);
}

/* A css_set holds one cgroup of each hierarchy, in a list, the oldest hierarchy first. */
static __noinline struct kernfs_node *find_systemd_node(struct css_set *set)
{
	struct list_head *at = BPF_CORE_READ(set, cgrp_links.next);
	struct cgroup *found = NULL;
	__u32 n = 0, steps = 0;

	for (int i = 0; i < LINKS_MAX; i++) {
		struct cgroup *cgroup = get_linked(at);

		if (!found && is_systemd_hierarchy(cgroup)) {
			found = cgroup;
			steps = n;
		}
		at = BPF_CORE_READ(at, next);
		n++;
		if ((void *)at == (void *)set + bpf_core_field_offset(struct css_set, cgrp_links))
			break;
	}
	if (!found)
		return NULL;
	place.root = (__u64)BPF_CORE_READ(found, root);
	place.from_end = n - 1 - steps < steps;
	place.steps = place.from_end ? n - 1 - steps : steps;
	return BPF_CORE_READ(found, kn);
}

/*
 * Its cgroup in name=systemd.  Css_sets, cgroups and what links them are freed and used again
 * as fast as a guest likes, so of them nothing is remembered: each time the list is walked,
 * by the shorter way.
 */
static __noinline struct kernfs_node *get_systemd_node(struct css_set *set)
{
	struct list_head *at;
	struct cgroup *cgroup;
	__u32 steps = place.steps;

	if (place.from_end) {
		at = BPF_CORE_READ(set, cgrp_links.prev);
		for (__u32 i = 0; i < LINKS_MAX && i < steps; i++)
			at = BPF_CORE_READ(at, prev);
	} else {
		at = BPF_CORE_READ(set, cgrp_links.next);
		for (__u32 i = 0; i < LINKS_MAX && i < steps; i++)
			at = BPF_CORE_READ(at, next);
	}
	cgroup = get_linked(at);
	if (place.root && (__u64)BPF_CORE_READ(cgroup, root) == place.root)
		return BPF_CORE_READ(cgroup, kn);
	return find_systemd_node(set);
}

static __always_inline __u64 get_systemd_id(struct css_set *set)
{
	return has_systemd_hierarchy ? BPF_CORE_READ(get_systemd_node(set), id) : 0;
}

static __noinline int describe_program(struct file *file, const struct recorder_key *key)
{
	struct recorder_program_key id = { .inode = key->inode, .device = key->device };
	struct dentry *root, *dentry, *last = NULL;
	__u32 zero = 0;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &zero);

	if (!scratch || !file || bpf_map_lookup_elem(&programs, &id))
		return 0;
	dentry = BPF_CORE_READ(file, f_path.dentry);
	root = BPF_CORE_READ(file, f_path.mnt, mnt_root);
	scratch->program.n = 0;
	scratch->program.more = 1;
	for (__u32 i = 0; i < RECORDER_PARTS; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		/* A memfd lies in no folder, and of a file that is mounted it is the root. */
		if (i && (dentry == root || last == root || dentry == parent)) {
			scratch->program.more = 0;
			break;
		}
		bpf_probe_read_kernel_str(scratch->program.part[i], RECORDER_PART,
					  BPF_CORE_READ(dentry, d_name.name));
		scratch->program.n = i + 1;
		last = dentry;
		dentry = parent;
	}
	bpf_map_update_elem(&programs, &id, &scratch->program, BPF_ANY);
	return 0;
}

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
