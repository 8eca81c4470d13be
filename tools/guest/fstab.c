/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See fstab.h. */
#include "config.h"

#include "tools/guest/fstab.h"

bool fstab_next(struct span *rest, struct fstab_entry *ret)
{
	struct fstab_entry e;
	struct span line;

	while (span_next_line(rest, &line)) {
		line = span_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		if (span_next_word(&line, &e.spec) && span_next_word(&line, &e.file) &&
		    span_next_word(&line, &e.type)) {
			/* getmntent(3), by which systemd reads it, does without options. */
			if (!span_next_word(&line, &e.options))
				e.options = (struct span){ line.p, 0 };
			*ret = e;
			return true;
		}
	}
	return false;
}
