/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The value of the extended attribute security.capability, as the kernel stores it.  Pure. */
#ifndef TOOLS_GUEST_FILECAP_H
#define TOOLS_GUEST_FILECAP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/caps.h"
#include "lib/span.h"

#define FILECAP_SIZE_MAX 64 /* bytes; the kernel's largest has 24 */

struct filecap {
	unsigned int version; /* 1, 2 or 3 */
	bool effective;	      /* execve(2) fails if not all of permitted can be had */
	struct caps permitted, inheritable;
	uint32_t rootid; /* version 3: root of the user namespace that it counts in */
};

/* 0, or -EINVAL for what no kernel wrote. */
int filecap_parse(struct span value, struct filecap *ret);

#endif
