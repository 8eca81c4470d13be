/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One seccomp profile out of two, for LXC keeps one: what either stops, the result stops.
 * Pure; both texts are the administrator's.
 */
#ifndef TOOLS_CONFIG_SECCOMP_MERGE_H
#define TOOLS_CONFIG_SECCOMP_MERGE_H

#include <stdio.h>

#include "lib/span.h"

struct seccomp_merge_why {
	unsigned int line; /* of the container's own profile, 0 for all of it */
	const char *reason;
};

/*
 * own: the container's; level: one of ours, all in one [all] section.  1 and the text in out;
 * 0 when the level's alone stops all that own stops; -ENOTSUP and *why where the result
 * could not be proved to; -ENOMEM.
 */
int lxcseccomp_merge(struct span own, struct span level, FILE *out, struct seccomp_merge_why *why);

/*
 * The calls that own stops, in part or as a whole, and level does not: their names in out, each
 * behind a blank.  1, 0 for none, -ENOTSUP where it cannot be told, -ENOMEM.
 */
int seccomp_find_opened(struct span own, struct span level, FILE *out);

#endif
