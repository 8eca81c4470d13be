/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mountentry.h. */
#include "config.h"

#include "tools/config/mountentry.h"

#include <errno.h>

int mountentry_parse(struct span value, struct mountentry *ret)
{
	struct mountentry m = { .type = { "", 0 }, .options = { "", 0 } };

	if (!span_next_word(&value, &m.source) || !span_next_word(&value, &m.target))
		return -EINVAL;
	if (span_next_word(&value, &m.type) && !span_next_word(&value, &m.options))
		m.options = (struct span){ "", 0 };
	*ret = m;
	return 0;
}

bool mountentry_has(const struct mountentry *m, const char *option)
{
	struct span rest = m->options, item;
	size_t n = strlen(option);

	while (span_next_field(&rest, ',', &item)) {
		if (span_is(item, option) ||
		    (n && option[n - 1] == '=' && span_starts(item, option)))
			return true;
	}
	return false;
}

bool mountentry_is_bind(const struct mountentry *m)
{
	return mountentry_has(m, "bind") || mountentry_has(m, "rbind");
}

struct span mountentry_strip(struct span path)
{
	while (path.n && path.p[0] == '/')
		path = (struct span){ path.p + 1, path.n - 1 };
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}
