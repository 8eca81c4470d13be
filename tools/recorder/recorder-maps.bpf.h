/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the program in the kernel keeps, and what recorder.c tells it: settings before it is
 * loaded, the container while it runs, and the tables.
 */
#ifndef TOOLS_RECORDER_RECORDER_MAPS_BPF_H
#define TOOLS_RECORDER_RECORDER_MAPS_BPF_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <stdbool.h>

#include "tools/recorder/recorder-types.h"
#include "tools/recorder/recorder-shared.h"

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

#endif
