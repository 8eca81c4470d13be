/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mountinfo.h. */
#include "config.h"

#include "lib/mountinfo.h"

#include <errno.h>
#include <limits.h>

static int parse_device(struct span text, struct mountinfo *m)
{
	struct span major;
	uint64_t value;

	if (!span_next_field(&text, ':', &major))
		return -EINVAL;
	if (span_parse_u64(major, 10, UINT_MAX, &value) < 0)
		return -EINVAL;
	m->major = (unsigned int)value;
	if (span_parse_u64(text, 10, UINT_MAX, &value) < 0)
		return -EINVAL;
	m->minor = (unsigned int)value;
	return 0;
}

/*
 * What follows the "-", read blank by blank: a source may be empty, and some file systems
 * write their options, which come last, without escapes.
 */
static int parse_file_system(struct span line, struct mountinfo *m)
{
	struct span before;

	if (!span_next_field(&line, ' ', &before) || before.n ||
	    !span_next_field(&line, ' ', &m->fstype) || !m->fstype.n ||
	    !span_next_field(&line, ' ', &m->source) || !line.n)
		return -EINVAL;
	m->super_options = line;
	return 0;
}

static int parse_line(struct span line, struct mountinfo *m)
{
	struct span id, parent, device, field;

	if (!span_next_word(&line, &id) || !span_next_word(&line, &parent) ||
	    !span_next_word(&line, &device) || !span_next_word(&line, &m->root) ||
	    !span_next_word(&line, &m->target) || !span_next_word(&line, &m->options))
		return -EINVAL;
	if (span_parse_u64(id, 10, UINT64_MAX, &m->id) < 0 ||
	    span_parse_u64(parent, 10, UINT64_MAX, &m->parent) < 0 || parse_device(device, m) < 0)
		return -EINVAL;
	for (;;) {
		if (!span_next_word(&line, &field))
			return -EINVAL;
		if (span_is(field, "-"))
			break;
		if (span_starts(field, "shared:"))
			m->shared = true;
	}
	return parse_file_system(line, m);
}

int mountinfo_next(struct span *rest, struct mountinfo *ret)
{
	struct mountinfo m = { 0 };
	struct span line;

	if (!span_next_line(rest, &line))
		return 0;
	if (parse_line(line, &m) < 0)
		return -EINVAL;
	*ret = m;
	return 1;
}

bool mountinfo_has_option(struct span options, const char *name)
{
	struct span option;

	while (span_next_field(&options, ',', &option)) {
		if (span_is(option, name))
			return true;
	}
	return false;
}

int mountinfo_unescape(struct span path, char *buf, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];

		if (c == '\\' && path.n - i > 3) {
			uint64_t value;

			if (span_parse_u64((struct span){ path.p + i + 1, 3 }, 8, 255, &value) < 0)
				return -EINVAL;
			c = (char)value;
			i += 3;
		} else if (c == '\\') {
			return -EINVAL;
		}
		if (!c)
			return -EINVAL;
		if (n + 1 >= size)
			return -ENAMETOOLONG;
		buf[n++] = c;
	}
	buf[n] = '\0';
	return 0;
}
