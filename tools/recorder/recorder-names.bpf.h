/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * By whom: the cgroups of a process, from which units are told, and its program.  A key has
 * their numbers; their names are noted once, as they may be gone when they are asked for.
 */
#ifndef TOOLS_RECORDER_RECORDER_NAMES_BPF_H
#define TOOLS_RECORDER_RECORDER_NAMES_BPF_H

#include <bpf/bpf_core_read.h>

#include "tools/recorder/recorder-maps.bpf.h"

#define CGROUPS_MAX 12 /* depth */
#define LINKS_MAX 32   /* hierarchies of cgroup v1 */

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

#endif
