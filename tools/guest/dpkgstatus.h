/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Debian's list of packages, /var/lib/dpkg/status (deb-control(5)): who is installed and what
 * each depends on.  Pure; the text is hostile.
 */
#ifndef TOOLS_GUEST_DPKGSTATUS_H
#define TOOLS_GUEST_DPKGSTATUS_H

#include "lib/span.h"

struct dpkgstatus {
	struct span package;		  /* its name */
	struct span depends, pre_depends; /* values, which may go on over lines; or empty */
	bool installed;
};

/* The next paragraph with a package's name: true, or false at the end. */
bool dpkgstatus_next(struct span *rest, struct dpkgstatus *ret);

/*
 * The next name of a list like "a (>= 1), b:any | c", alternatives one by one: true, or
 * false at the end.
 */
bool dpkgstatus_next_name(struct span *rest, struct span *ret_name);

#endif
