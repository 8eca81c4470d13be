/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of the recorder share: recorder.c, recorder-watch.c, recorder-names.c,
 * recorder-collect.c.
 */
#ifndef TOOLS_RECORDER_RECORDER_KERNEL_H
#define TOOLS_RECORDER_RECORDER_KERNEL_H

#include "tools/evidence/record.h"
#include "tools/recorder/recorder-shared.h"
#include "tools/recorder/recorder.h"

#define RECORDER_BASES 16
#define RECORDER_PATH 1024

/* Where a container's cgroups begin, in either hierarchy; "" where it has none. */
struct recorder_base {
	char unified[RECORDER_PATH], systemd[RECORDER_PATH];
};

struct recorder_bpf;
struct ring_buffer;

struct recorder {
	struct recorder_bpf *bpf;
	enum record_point point;
	int n_cpus;
	struct recorder_base bases[RECORDER_BASES]; /* one for each boot, the latest ones */
	size_t n_bases;
	struct ring_buffer *ring;
	recorder_take take; /* while the ring is read */
	void *take_state;
	int64_t real_minus_monotonic; /* ns */
	uint64_t unnamed;	      /* checks; see struct recorder_totals */
};

__attribute__((format(printf, 2, 3))) void recorder_set_error(struct recorder_error *error,
							      const char *format, ...);

/* The names in a check, as text; each escaped and empty for none. */
struct recorder_names {
	char unit[RECORD_TEXT_MAX + 1], program[RECORD_TEXT_MAX + 1];
	char comm[RECORD_TEXT_MAX + 1], syscall[64];
	bool lost; /* the kernel had no room for that of the unit or of the program */
};

/* All but count and times; the strings are those of names. */
void recorder_get_check(const struct recorder *rec, const struct recorder_key *key,
			struct recorder_names *names, struct record_check *ret);

/* The cgroups of a process, from the text of its /proc/PID/cgroup. */
void recorder_get_base(struct span text, struct recorder_base *ret);

#endif
