/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See idmap.h. */
#include "config.h"

#include "lib/idmap.h"

#include <errno.h>

int idmap_next(struct span *rest, struct idmap *ret)
{
	struct span line, word;
	uint64_t value[3];

	if (!span_next_line(rest, &line))
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (!span_next_word(&line, &word) ||
		    span_parse_u64(word, 10, UINT32_MAX, &value[i]) < 0)
			return -EINVAL;
	}
	if (span_next_word(&line, &word))
		return -EINVAL;
	*ret = (struct idmap){ (uint32_t)value[0], (uint32_t)value[1], (uint32_t)value[2] };
	return 1;
}

int idmap_maps_root(struct span text, bool *ret)
{
	struct idmap map;
	bool root = false;
	int r;

	while ((r = idmap_next(&text, &map)) > 0)
		root = root || (map.outside == 0 && map.count > 0);
	if (r < 0)
		return r;
	*ret = root;
	return 0;
}
