/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See recorder-attached.h. */
#include "config.h"

#include "tools/recorder/recorder-attached.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	const struct recorder_process *p = a, *q = b;

	return (p->pid > q->pid) - (p->pid < q->pid);
}

static struct recorder_process *find_parent(struct recorder_process *list, size_t n,
					    const struct recorder_process *p)
{
	struct recorder_process key = { .pid = p->ppid };

	return n ? bsearch(&key, list, n, sizeof(*list), compare) : NULL;
}

void recorder_find_attached(struct recorder_process *list, size_t n, pid_t init)
{
	if (n)
		qsort(list, n, sizeof(*list), compare);
	for (size_t i = 0; i < n; i++) {
		struct recorder_process *p = &list[i], *below = NULL;

		/*
		 * Up to one that is known, or to none; a number that was used anew while the list
		 * was read may even lead back.  Each is passed once, however they are related.
		 */
		while (p && !p->seen) {
			p->seen = true;
			p->below = below;
			below = p;
			p = find_parent(list, n, p);
		}
		/* And down again: p is the parent of what is below. */
		for (; below; p = below, below = below->below)
			below->attached =
				below->pid != init &&
				((p && p->attached) || (below->inside && (!p || !p->inside)));
	}
}
