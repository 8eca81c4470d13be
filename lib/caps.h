/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets of capabilities and their names as LXC writes them: lower case, without
 * "cap_".  Pure.  A number has no "none": 0 is CAP_CHOWN.  The kernel may know
 * more capabilities than these headers; such a one is written as its number.
 */
#ifndef LIB_CAPS_H
#define LIB_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/emit.h"
#include "lib/span.h"

#define CAPS_MAX 63	   /* the kernel's sets have 64 bits */
#define CAPS_TEXT_MAX 1024 /* room for the names of all 64, with ", " between them */

struct caps {
	uint64_t bits;
};

static inline bool caps_has(struct caps set, unsigned int cap)
{
	return cap <= CAPS_MAX && (set.bits >> cap & 1);
}

static inline void caps_add(struct caps *set, unsigned int cap)
{
	if (cap <= CAPS_MAX)
		set->bits |= UINT64_C(1) << cap;
}

static inline struct caps caps_minus(struct caps a, struct caps b)
{
	return (struct caps){ a.bits & ~b.bits };
}

/* All that a kernel has whose last one this is. */
static inline struct caps caps_up_to(unsigned int last)
{
	return (struct caps){ UINT64_MAX >> (last < CAPS_MAX ? CAPS_MAX - last : 0) };
}

static inline unsigned int caps_count(struct caps set)
{
	return (unsigned int)__builtin_popcountll(set.bits);
}

/* A name ("net_admin") or a number up to CAPS_MAX; 0 or -EINVAL. */
int caps_parse_name(struct span text, unsigned int *ret_cap);
/* "net_admin", or a number for one without a name. */
void caps_emit_name(struct emit *e, unsigned int cap);
/* The names in the order of their numbers, with sep between them; "none" for no capability. */
void caps_emit(struct emit *e, struct caps set, const char *sep);

#endif
