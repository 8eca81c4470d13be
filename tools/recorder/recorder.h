/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The recorder: loads the BPF program, points it at a container, and fetches what it
 * counted.  Everything of it is in the kernel and goes when the process ends, however it
 * ends.  Needs root and a kernel with BTF (/sys/kernel/btf/vmlinux).
 */
#ifndef TOOLS_RECORDER_RECORDER_H
#define TOOLS_RECORDER_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/evidence/record.h"

#define RECORDER_ENTRIES 16384 /* different checks, by default */

struct recorder; /* opaque */

struct recorder_options {
	unsigned int entries; /* 0: RECORDER_ENTRIES, or fewer with very many processors */
	bool only;	      /* try just this attach point: */
	enum record_point point;
	bool debug; /* libbpf's messages to standard error */
	/* For trace: */
	bool stream, denied;
	uint64_t caps; /* a bit for each */
};

struct recorder_error {
	char text[512]; /* one line, without the name of the program; escaped */
};

struct recorder_totals {
	uint64_t checks, denied, keys;
	uint64_t unassigned, unmarked, events_lost;
	uint64_t missed;  /* in the kernel's own count */
	uint64_t unnamed; /* whose unit or program found no room; known once collected */
};

/* Loads and attaches at the first attach point that works: 0, or -errno and *ret_error. */
int recorder_open(const struct recorder_options *options, struct recorder **ret,
		  struct recorder_error *ret_error);
void recorder_close(struct recorder *rec); /* NULL will do */

enum record_point recorder_get_point(const struct recorder *rec);

/*
 * From now on counts the processes of the pid namespace of init: with boot it is LXC's child
 * that waits for the word to execute init; else those that descend from the host are marked.
 * Fills *ret_run but for its end and checks (kernel is constant).  0, or -errno and *ret_error
 * (-EINVAL: it has no pid namespace of its own).
 */
int recorder_watch(struct recorder *rec, pid_t init, bool boot, struct record_run *ret_run,
		   struct recorder_error *ret_error);
void recorder_unwatch(struct recorder *rec);

/* To be called about once a second: what is counted is dated by it. */
void recorder_set_time(struct recorder *rec);

/* A process, and what it will fork from now on, is the workload, or is not counted at all. */
int recorder_mark_workload(struct recorder *rec, pid_t pid);
int recorder_mark_ignored(struct recorder *rec, pid_t pid);

int recorder_get_totals(const struct recorder *rec, struct recorder_totals *ret);

/* Adds all that was counted since recorder_open(); to be called once. */
int recorder_collect(struct recorder *rec, struct record *record);

/* A descriptor to poll for, and what then reads the events. */
struct recorder_event_info {
	struct record_check check; /* count 1; times in seconds */
	uint64_t time;		   /* ns since the epoch */
	pid_t pid, tid;
};
typedef void (*recorder_take)(const struct recorder_event_info *info, void *state);
int recorder_get_event_fd(const struct recorder *rec);
int recorder_read_events(struct recorder *rec, recorder_take take, void *state);

#endif
