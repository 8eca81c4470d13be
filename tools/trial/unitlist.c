/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See unitlist.h. */
#include "config.h"

#include "tools/trial/unitlist.h"

/* systemd's VALID_CHARS, with the backslash of its escapes. */
static const char name_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 ":-_.\\@";

static const char *const suffixes[] = { ".service", ".socket", ".target",    ".timer",
					".mount",   ".path",   ".automount", ".scope",
					".slice",   ".swap",   ".device" };

bool unitlist_is_name(struct span name)
{
	if (!name.n || name.n >= UNITLIST_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if (!name.p[i] || !strchr(name_chars, name.p[i]))
			return false;
	}
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		/* "-.mount" and "-.slice" are names; "-x.service" is one for systemctl as well. */
		if (span_ends(name, suffixes[i]))
			return true;
	}
	return false;
}

bool unitlist_next(struct span *rest, struct unitlist_row *ret)
{
	struct unitlist_row row;
	struct span line;

	while (span_next_line(rest, &line)) {
		if (span_next_word(&line, &row.name) && unitlist_is_name(row.name) &&
		    span_next_word(&line, &row.load) && span_next_word(&line, &row.active) &&
		    span_next_word(&line, &row.sub)) {
			*ret = row;
			return true;
		}
	}
	return false;
}

bool unitlist_find_unit(struct span cgroup, struct span *ret)
{
	struct span field;
	bool found = false;

	while (span_next_field(&cgroup, '/', &field)) {
		if (unitlist_is_name(field) &&
		    (span_ends(field, ".service") || span_ends(field, ".scope"))) {
			*ret = field;
			found = true;
		}
	}
	return found;
}
