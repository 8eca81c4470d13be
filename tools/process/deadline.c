/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See deadline.h. */
#include "config.h"

#include "tools/process/deadline.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/span.h"

#define PATIENCE 4 /* times the limit, whatever the kernel says */

int64_t prove_deadline_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* a clock that every kernel has */
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The first line's "total=", in microseconds; 0 where the kernel does not keep it. */
static int64_t read_stalled(void)
{
	auto_close int dirfd = open("/proc/pressure", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_free char *text = NULL;
	struct span rest, line, word;
	uint64_t total;
	size_t size;

	if (dirfd < 0 || io_read_file_at(dirfd, "cpu", 4096, &text, &size) < 0)
		return 0;
	rest = (struct span){ text, size };
	if (!span_next_line(&rest, &line))
		return 0;
	while (span_next_word(&line, &word)) {
		size_t n = strlen("total=");

		if (span_starts(word, "total=") &&
		    span_parse_u64((struct span){ word.p + n, word.n - n }, 10, INT64_MAX,
				   &total) == 0)
			return (int64_t)(total / 1000);
	}
	return 0;
}

struct prove_deadline prove_deadline_begin(unsigned int limit_ms)
{
	return (struct prove_deadline){ prove_deadline_now(), read_stalled(), limit_ms };
}

bool prove_deadline_is_over(const struct prove_deadline *d)
{
	int64_t took = prove_deadline_now() - d->begin;

	if (took < d->limit_ms)
		return false;
	return took >= (int64_t)d->limit_ms * PATIENCE ||
	       took - (read_stalled() - d->stalled) >= d->limit_ms;
}
