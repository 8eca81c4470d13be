/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of one file of an LXC configuration, as liblxc takes them apart (confile.c of 4.0
 * to 7.0), and LXC's version.  Pure.  tools/config/lxcconf.h has what the lines mean.
 */
#ifndef LIB_LXCCONF_TEXT_H
#define LIB_LXCCONF_TEXT_H

#include <stdbool.h>

#include "lib/span.h"

#define LXCCONF_VERSION(major, minor, micro) \
	((unsigned int)(major) << 16 | (unsigned int)(minor) << 8 | (unsigned int)(micro))

/* "5.0.2", "4.0.0-devel"; 0 or -EINVAL. */
int lxcconf_parse_version(const char *text, unsigned int *ret);

struct lxcconf_text {
	struct span rest;
	unsigned int line; /* of the beginning of rest; starts at 1 */
};

#define LXCCONF_TEXT_INIT(span) ((struct lxcconf_text){ .rest = (span), .line = 1 })

struct lxcconf_line {
	struct span key, value; /* within the text; of an ignored line, the line and nothing */
	unsigned int line;
	bool ignored; /* no comment, but it does not start with "lxc.": LXC passes over it */
};

/*
 * The next line that is neither empty nor a comment: 1, 0 at the end, -EINVAL for one that
 * starts with "lxc." and has no "=" (ret->line and key say which).  As for liblxc, the text
 * ends at the first NUL, a carriage return ends a line as well, nothing continues a line, a
 * "#" after the value belongs to it, and one pair of matching quotes is taken off.
 */
int lxcconf_next(struct lxcconf_text *text, struct lxcconf_line *ret);

#endif
