/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See procstatus.h. */
#include "config.h"

#include "lib/procstatus.h"

#include <errno.h>
#include <limits.h>

static int parse_caps(struct span value, struct caps *ret)
{
	return span_parse_u64(value, 16, UINT64_MAX, &ret->bits);
}

static unsigned int count_words(struct span text)
{
	unsigned int n = 0;
	struct span word;

	while (span_next_word(&text, &word))
		n++;
	return n;
}

enum {
	SEEN_PPID = 1 << 0,
	SEEN_INH = 1 << 1,
	SEEN_PRM = 1 << 2,
	SEEN_EFF = 1 << 3,
	SEEN_BND = 1 << 4,
	SEEN_ALL = (1 << 5) - 1, /* CapAmb came with Linux 4.3 and counts as empty before */
};

/* One line; marks in *seen what it was. */
static int parse_line(struct span key, struct span value, struct procstatus *st, unsigned int *seen)
{
	const struct {
		const char *key;
		struct caps *set;
		unsigned int mark;
	} sets[] = {
		{ "CapInh", &st->inheritable, SEEN_INH },
		{ "CapPrm", &st->permitted, SEEN_PRM },
		{ "CapEff", &st->effective, SEEN_EFF },
		{ "CapBnd", &st->bounding, SEEN_BND },
		{ "CapAmb", &st->ambient, 0 },
	};
	uint64_t number;
	int r;

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (!span_is(key, sets[i].key))
			continue;
		*seen |= sets[i].mark;
		return parse_caps(value, sets[i].set);
	}
	if (span_is(key, "PPid")) {
		r = span_parse_u64(value, 10, INT_MAX, &number);
		if (r < 0)
			return r;
		st->ppid = (pid_t)number;
		*seen |= SEEN_PPID;
	} else if (span_is(key, "NoNewPrivs")) {
		r = span_parse_u64(value, 10, 1, &number);
		if (r < 0)
			return r;
		st->no_new_privs = number;
	} else if (span_is(key, "Seccomp")) {
		r = span_parse_u64(value, 10, PROCSTATUS_SECCOMP_FILTER, &number);
		if (r < 0)
			return r;
		st->seccomp = (enum procstatus_seccomp)number;
	} else if (span_is(key, "Seccomp_filters")) {
		return span_parse_u64(value, 10, UINT32_MAX, &st->seccomp_filters);
	} else if (span_is(key, "NSpid")) {
		st->pid_namespaces = count_words(value);
	}
	return 0;
}

int procstatus_parse(struct span text, struct procstatus *ret)
{
	struct procstatus st = { .seccomp = PROCSTATUS_SECCOMP_UNKNOWN,
				 .seccomp_filters = PROCSTATUS_FILTERS_UNKNOWN };
	unsigned int seen = 0;
	struct span line, key;

	while (span_next_line(&text, &line)) {
		if (!span_next_field(&line, ':', &key))
			continue;
		if (parse_line(key, span_trim(line), &st, &seen) < 0)
			return -EINVAL;
	}
	if (seen != SEEN_ALL)
		return -EINVAL;
	*ret = st;
	return 0;
}
