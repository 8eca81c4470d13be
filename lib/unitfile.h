/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of a systemd unit file, systemd.syntax(7).  Pure; the text is hostile. */
#ifndef LIB_UNITFILE_H
#define LIB_UNITFILE_H

#include "lib/span.h"

struct unitfile {
	struct span rest, section; /* section: what "[...]" said last; empty before the first */
};

#define UNITFILE_INIT(span) ((struct unitfile){ .rest = (span) })

struct unitfile_setting {
	struct span section, key;
	struct span value; /* trimmed; a continued one has its line ends in it, see below */
};

/* The next "key = value": true, or false at the end.  What is neither is passed over. */
bool unitfile_next(struct unitfile *unit, struct unitfile_setting *ret);

/*
 * The next word of a value, which may go on over lines; a pair of quotes round it is taken
 * off, comment lines in between are passed over.  False when there is none.
 */
bool unitfile_next_word(struct span *rest, struct span *ret_word);

/* 1 for "yes", "true", "on" and "1" in any case, 0 for their opposites, else -EINVAL. */
int unitfile_parse_bool(struct span value);

#endif
