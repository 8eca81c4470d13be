/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See caps.h.  The names come from libcap, which follows the kernel. */
#include "config.h"

#include "lib/caps.h"

#include <errno.h>
#include <stdio.h>
#include <sys/capability.h>

int caps_parse_name(struct span text, unsigned int *ret_cap)
{
	char name[sizeof("cap_") + 32] = "cap_";
	cap_value_t value;
	uint64_t number;

	if (span_parse_u64(text, 10, CAPS_MAX, &number) == 0) {
		*ret_cap = (unsigned int)number;
		return 0;
	}
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		/* libcap takes "CAP_CHOWN" and "cap_chown" too; LXC takes neither. */
		if ((c < 'a' || c > 'z') && c != '_')
			return -EINVAL;
	}
	if (!text.n || span_starts(text, "cap_") || span_copy(text, name + 4, sizeof(name) - 4) < 0)
		return -EINVAL;
	if (cap_from_name(name, &value) < 0 || value < 0 || value > CAPS_MAX)
		return -EINVAL;
	*ret_cap = (unsigned int)value;
	return 0;
}

void caps_emit_name(struct emit *e, unsigned int cap)
{
	char *name = cap_to_name((cap_value_t)cap);

	if (name && strncmp(name, "cap_", 4) == 0)
		emit_str(e, name + 4);
	else
		emit_printf(e, "%u", cap);
	(void)cap_free(name); /* it can only fail for what is not libcap's */
}

void caps_emit(struct emit *e, struct caps set, const char *sep)
{
	bool first = true;

	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		if (!caps_has(set, cap))
			continue;
		if (!first)
			emit_str(e, sep);
		first = false;
		caps_emit_name(e, cap);
	}
	if (first)
		emit_str(e, "none");
}
