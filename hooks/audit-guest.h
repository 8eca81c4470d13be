/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the host reads out of a guest's file system: the report of the audit inside.
 * Everything there is hostile.  It is looked at through descriptors, no symlink is
 * followed, nothing but a small regular file on a tmpfs is opened.
 */
#ifndef HOOKS_AUDIT_GUEST_H
#define HOOKS_AUDIT_GUEST_H

#include <stdbool.h>

#include "lib/report.h"

enum audit_guest_state {
	AUDIT_GUEST_REPORT,  /* there is one, and it can be read */
	AUDIT_GUEST_NOTHING, /* the fragment's folder is there, but no report */
	AUDIT_GUEST_ABSENT,  /* not even the folder with the program in it */
	AUDIT_GUEST_HOSTILE, /* something that no report of ours can be: see reason */
};

struct audit_guest {
	enum audit_guest_state state;
	const char *reason; /* constant text */
	bool has_shell;
	struct report report;
	char text[REPORT_SIZE_MAX + 1]; /* that the report points into */
};

/*
 * rootfd: O_PATH descriptor of the guest's root.  selffd: /proc/self/fd of the host's
 * /proc, which may be out of reach by its path.  Fills *ret, which must stay in its place.
 */
void audit_read_guest(int rootfd, int selffd, struct audit_guest *ret);

#endif
