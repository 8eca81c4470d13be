/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One lxc.mount.entry, or a line of a file that lxc.mount.fstab names, as getmntent(3) takes
 * it apart.  Pure.
 */
#ifndef TOOLS_CONFIG_MOUNTENTRY_H
#define TOOLS_CONFIG_MOUNTENTRY_H

#include <stdbool.h>

#include "lib/span.h"

struct mountentry {
	struct span source, target; /* with the octal escapes that are in it */
	struct span type, options;  /* may be empty */
};

/* 0, or -EINVAL without a source and a target. */
int mountentry_parse(struct span value, struct mountentry *ret);

/* "ro", "create=dir"; the prefix "create=" with a trailing "=" stands for any value. */
bool mountentry_has(const struct mountentry *m, const char *option);

/* It puts something that is there already in a second place: bind or rbind. */
bool mountentry_is_bind(const struct mountentry *m);

/* Without leading and trailing slashes. */
struct span mountentry_strip(struct span path);

#endif
