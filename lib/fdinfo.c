/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See fdinfo.h. */
#include "config.h"

#include "lib/fdinfo.h"

#include <errno.h>
#include <fcntl.h>

int fdinfo_parse(struct span text, struct fdinfo *ret)
{
	struct fdinfo info = { 0 };
	bool has_flags = false, has_mount = false;
	struct span line, key;
	uint64_t flags;

	while (span_next_line(&text, &line)) {
		/* What follows is the file's own kind of text, "tfd: 5 events: ..." */
		if (!span_next_field(&line, ':', &key))
			continue;
		if (!has_flags && span_is(key, "flags")) {
			if (span_parse_u64(span_trim(line), 8, UINT64_MAX, &flags) < 0)
				return -EINVAL;
			info.cloexec = flags & O_CLOEXEC;
			has_flags = true;
		} else if (!has_mount && span_is(key, "mnt_id")) {
			if (span_parse_u64(span_trim(line), 10, UINT64_MAX, &info.mnt_id) < 0)
				return -EINVAL;
			has_mount = true;
		}
	}
	if (!has_flags || !has_mount)
		return -EINVAL;
	*ret = info;
	return 0;
}
