/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only OR BSD-2-Clause */
/* What recorder.bpf.c and the program that loads it tell each other. */
#ifndef TOOLS_RECORDER_RECORDER_SHARED_H
#define TOOLS_RECORDER_RECORDER_SHARED_H

#ifndef __bpf__
#include <stdint.h>
#define __s32 int32_t
#define __u8 uint8_t
#define __u16 uint16_t
#define __u32 uint32_t
#define __u64 uint64_t
#endif

#define RECORDER_COMM 16 /* TASK_COMM_LEN */
#define RECORDER_CAPS 64
#define RECORDER_ANSWERS 2
#define RECORDER_TARGETS 3
#define RECORDER_NO_OPTIONS 0xffff /* the attach point does not tell them */
#define RECORDER_PARTS 12	   /* components of a program's path, from its end */
#define RECORDER_PART 64
#define RECORDER_NAME 256
#define RECORDER_MARKS 16384 /* processes that do not come from the guest's init */

/* As enum record_answer, record_target and record_origin of record.h; checked in recorder.c. */
enum { RECORDER_OWN, RECORDER_BELOW, RECORDER_OTHER };
enum {
	RECORDER_GUEST,
	RECORDER_ATTACH,
	RECORDER_WORKLOAD,
	RECORDER_LXC,
	RECORDER_IGNORE, /* the recorder's own questions to the guest */
};

/* Without padding: it is hashed byte by byte. */
struct recorder_key {
	__u64 cgroup;  /* kernfs id in the unified hierarchy */
	__u64 systemd; /* the same in name=systemd, or 0 */
	__u64 inode;   /* of the executable; 0: none, a kernel thread */
	__u32 device;
	__s32 syscall; /* -1: none */
	__u16 options;
	__u8 cap;
	__u8 answer;
	__u8 target;
	__u8 origin;
	__u8 borrowed;
	__u8 compat; /* the number is of the 32-bit table */
	char comm[RECORDER_COMM];
};

struct recorder_count {
	__u64 count;
	__u64 first, last; /* seconds since the epoch */
};

struct recorder_program_key {
	__u64 inode;
	__u64 device;
};

struct recorder_program {
	__u32 n;
	__u32 more;				  /* there were more parts */
	char part[RECORDER_PARTS][RECORDER_PART]; /* the last one first */
};

struct recorder_cgroup_key {
	__u64 id;
	__u64 systemd; /* 1: of that hierarchy */
};

struct recorder_cgroup {
	__u64 parent; /* 0: this is the root */
	char name[RECORDER_NAME];
};

/* Index of a loss. */
#define RECORDER_LOSS(cap, answer, target) \
	(((cap)*RECORDER_ANSWERS + (answer)) * RECORDER_TARGETS + (target))
#define RECORDER_LOSSES (RECORDER_CAPS * RECORDER_ANSWERS * RECORDER_TARGETS)

struct recorder_stats {
	__u64 answers[RECORDER_ANSWERS];
	__u64 keys; /* different ones */
	__u64 unassigned;
	__u64 unmarked; /* processes whose origin found no room */
	__u64 events_lost;
	__u64 entries, returns; /* of a kprobe */
};

struct recorder_event {
	struct recorder_key key;
	__u64 time; /* CLOCK_MONOTONIC */
	__u32 pid, tid;
};

#endif
