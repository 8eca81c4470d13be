/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which processes of a container came into it, and did not descend from its init.  Pure: from
 * numbers that the kernel gave, of which a guest decides how many there are and who is whose
 * child, so that the time it takes hardly grows faster than their number.
 */
#ifndef TOOLS_RECORDER_RECORDER_ATTACHED_H
#define TOOLS_RECORDER_RECORDER_ATTACHED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct recorder_process {
	pid_t pid, ppid;
	bool inside;   /* in the container's pid namespace, not one below */
	bool attached; /* the answer */
	/* recorder_find_attached()'s own. */
	bool seen;
	struct recorder_process *below;
};

/*
 * Sets .attached: who is inside and has a parent outside, or none any more, and whoever
 * descends from that; never init.  Sorts the list, whose other answers are zero.
 */
void recorder_find_attached(struct recorder_process *list, size_t n, pid_t init);

#endif
