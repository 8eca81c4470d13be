/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long a try is waited for.  Where others keep the processors busy, a guest that works
 * takes longer, and a verdict must not come from that: time in which the kernel says that
 * somebody had to wait for a processor does not count, up to a limit.
 */
#ifndef TOOLS_PROCESS_DEADLINE_H
#define TOOLS_PROCESS_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

struct prove_deadline {
	int64_t begin, stalled; /* milliseconds */
	unsigned int limit_ms;
};

int64_t prove_deadline_now(void); /* milliseconds of a clock that only goes forward */
struct prove_deadline prove_deadline_begin(unsigned int limit_ms);
bool prove_deadline_is_over(const struct prove_deadline *deadline);

#endif
