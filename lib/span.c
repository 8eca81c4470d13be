/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See span.h. */
#include "config.h"

#include "lib/span.h"

#include <errno.h>

bool span_is(struct span a, const char *s)
{
	return a.n == strlen(s) && (!a.n || memcmp(a.p, s, a.n) == 0);
}

bool span_starts(struct span a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && (!n || memcmp(a.p, prefix, n) == 0);
}

bool span_ends(struct span a, const char *suffix)
{
	size_t n = strlen(suffix);

	return a.n > n && memcmp(a.p + a.n - n, suffix, n) == 0;
}

bool span_same(struct span a, struct span b)
{
	return a.n == b.n && (!a.n || memcmp(a.p, b.p, a.n) == 0);
}

bool span_is_within(struct span path, struct span folder)
{
	if (!folder.n)
		return true;
	return path.n >= folder.n && memcmp(path.p, folder.p, folder.n) == 0 &&
	       (path.n == folder.n || path.p[folder.n] == '/');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct span span_trim(struct span a)
{
	while (a.n && is_blank(a.p[0])) {
		a.p++;
		a.n--;
	}
	while (a.n && is_blank(a.p[a.n - 1]))
		a.n--;
	return a;
}

bool span_next_line(struct span *rest, struct span *ret_line)
{
	return span_next_field(rest, '\n', ret_line);
}

bool span_next_word(struct span *rest, struct span *ret_word)
{
	struct span a = span_trim(*rest);
	size_t i = 0;

	if (!a.n)
		return false;
	while (i < a.n && !is_blank(a.p[i]))
		i++;
	*ret_word = (struct span){ a.p, i };
	*rest = (struct span){ a.p + i, a.n - i };
	return true;
}

bool span_next_field(struct span *rest, char sep, struct span *ret_field)
{
	const char *end;

	if (!rest->n)
		return false;
	end = memchr(rest->p, sep, rest->n);
	if (end) {
		*ret_field = (struct span){ rest->p, (size_t)(end - rest->p) };
		rest->n -= ret_field->n + 1;
		rest->p = end + 1;
	} else {
		*ret_field = *rest;
		rest->p += rest->n;
		rest->n = 0;
	}
	return true;
}

static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return 255;
}

int span_parse_u64(struct span a, unsigned int base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!a.n)
		return -EINVAL;
	for (size_t i = 0; i < a.n; i++) {
		unsigned int d = digit_value(a.p[i]);

		if (d >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)d, &value))
			return -ERANGE;
	}
	if (value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int span_copy(struct span a, char *buf, size_t size)
{
	if (a.n && memchr(a.p, '\0', a.n))
		return -EINVAL;
	if (a.n >= size)
		return -ENAMETOOLONG;
	if (a.n)
		memcpy(buf, a.p, a.n);
	buf[a.n] = '\0';
	return 0;
}
