/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/PID/uid_map and gid_map (user_namespaces(7)).  Pure. */
#ifndef LIB_IDMAP_H
#define LIB_IDMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/span.h"

struct idmap {
	uint32_t inside, outside, count;
};

/* Takes the next line off *rest: 1, 0 at the end, -EINVAL when a line is malformed. */
int idmap_next(struct span *rest, struct idmap *ret);

/* True in *ret if some id inside is the reader's id 0 outside; 0 or -EINVAL. */
int idmap_maps_root(struct span text, bool *ret);

#endif
