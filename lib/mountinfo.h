/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text of /proc/PID/mountinfo (proc_pid_mountinfo(5)), a line at a time.  Pure.
 * The paths in it are hostile: a guest names its own folders.  The kernel writes
 * blank, tab, newline and backslash in them as octal; mountinfo_unescape() undoes it.
 * (Not libmount: the hooks are static and carry libcap only.)
 */
#ifndef LIB_MOUNTINFO_H
#define LIB_MOUNTINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/span.h"

struct mountinfo {
	uint64_t id, parent;
	unsigned int major, minor;
	struct span root, target; /* as the kernel escapes them */
	struct span options;	  /* of this mount: "ro,nosuid,..." */
	struct span fstype, source;
	struct span super_options; /* of the file system */
	bool shared;		   /* what is mounted on it appears in its peers */
};

/*
 * Takes the next line off *rest: 1 and fills *ret, 0 at the end, -EINVAL when a line
 * is malformed.  The spans point into the text.
 */
int mountinfo_next(struct span *rest, struct mountinfo *ret);

/* True if name ("ro") is one of the comma-separated options; "size" does not match "size=1". */
bool mountinfo_has_option(struct span options, const char *name);

/* A path with its octal escapes undone, as a string; -EINVAL or -ENAMETOOLONG. */
int mountinfo_unescape(struct span path, char *buf, size_t size);

#endif
