/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The few members of kernel types that recorder.bpf.c reads.  Where they lie is found out
 * when the program is loaded, from the BTF of the running kernel (CO-RE): so no header of a
 * kernel is needed to build, and one build serves all kernels.
 */
#ifndef TOOLS_RECORDER_RECORDER_TYPES_H
#define TOOLS_RECORDER_RECORDER_TYPES_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	unsigned int level;
	struct ns_common ns;
};

struct nsproxy {
	struct pid_namespace *pid_ns_for_children;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct user_namespace {
	struct user_namespace *parent;
	struct ns_common ns;
};

struct kernel_cap_struct { /* one member of 64 bits, or, before 6.3, two of 32 */
	__u64 bits;
};

struct cred {
	struct kernel_cap_struct cap_bset;
	struct user_namespace *user_ns;
};

struct kernfs_node {
	struct kernfs_node *parent; /* before 6.15 */
	const char *name;
	__u64 id;
};

struct kernfs_node___parent {
	struct kernfs_node *__parent;
};

struct cgroup_root {
	char name[64];
};

struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

struct list_head {
	struct list_head *next, *prev;
};

struct css_set {
	struct cgroup *dfl_cgrp;
	struct list_head cgrp_links;
};

struct cgrp_cset_link {
	struct cgroup *cgrp;
	struct css_set *cset;
	struct list_head cgrp_link;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct super_block {
	__u32 s_dev;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
};

struct mm_struct {
	struct file *exe_file;
};

struct signal_struct {
	struct {
		int counter;
	} live;
};

struct thread_info {
	unsigned int status; /* x86 */
};

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	unsigned int flags;
	int pid, tgid;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct nsproxy *nsproxy;
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct css_set *cgroups;
	const struct cred *real_cred;
	char comm[16];
};

/* Of x86 and of arm64; found by the part of the name before "___". */
struct pt_regs___x86 {
	unsigned long cx, ip, orig_ax;
};

struct pt_regs___arm64 {
	int syscallno;
};

#pragma clang attribute pop

struct linux_binprm;

#endif
