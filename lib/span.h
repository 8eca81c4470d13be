/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A span is a run of bytes inside a text that somebody else owns: what every
 * parser here takes and gives.  Pure: no allocation, no system call.  The bytes
 * are hostile unless a caller says otherwise; they may hold anything, NUL too.
 */
#ifndef LIB_SPAN_H
#define LIB_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *p;
	size_t n;
};

static inline struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

/* The whole of a equals the string s. */
bool span_is(struct span a, const char *s);
bool span_starts(struct span a, const char *prefix);
/* And has something before that suffix: ".conf" is no name of a configuration. */
bool span_ends(struct span a, const char *suffix);
bool span_same(struct span a, struct span b);
/* path is folder or lies in it; folder has no trailing slash, and "" is what all lies in. */
bool span_is_within(struct span path, struct span folder);
/* Without blanks and tabs at both ends. */
struct span span_trim(struct span a);

/*
 * Each takes the next piece off *rest and returns false when there is none.
 * span_next_line: up to a newline, which is dropped; a last line needs none.
 * span_next_word: a run without blanks or tabs; never empty.
 * span_next_field: up to the separator sep, which is dropped; may be empty.
 */
bool span_next_line(struct span *rest, struct span *ret_line);
bool span_next_word(struct span *rest, struct span *ret_word);
bool span_next_field(struct span *rest, char sep, struct span *ret_field);

/*
 * A number: digits only, the whole span, no sign, no blank, at most max.
 * base is 8, 10 or 16 (no prefix).  0, or -EINVAL, or -ERANGE.
 */
int span_parse_u64(struct span a, unsigned int base, uint64_t max, uint64_t *ret);

/* Copies into buf as a string; -ENAMETOOLONG if it does not fit, -EINVAL if it holds a NUL. */
int span_copy(struct span a, char *buf, size_t size);

#endif
