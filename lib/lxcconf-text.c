/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See lxcconf-text.h. */
#include "config.h"

#include "lib/lxcconf-text.h"

#include <errno.h>

int lxcconf_parse_version(const char *text, unsigned int *ret)
{
	struct span rest = span_of(text), part;
	uint64_t number[3] = { 0 };
	const char *end = strpbrk(text, "-~+");

	if (end)
		rest.n = (size_t)(end - text);
	for (size_t i = 0; i < 3 && span_next_field(&rest, '.', &part); i++) {
		if (span_parse_u64(part, 10, 255, &number[i]) < 0)
			return -EINVAL;
	}
	if (!number[0] || rest.n)
		return -EINVAL;
	*ret = LXCCONF_VERSION(number[0], number[1], number[2]);
	return 0;
}

/* strtok_r(text, "\r\n"): the text ends at a NUL. */
static bool next_raw_line(struct lxcconf_text *text, struct span *ret)
{
	struct span *rest = &text->rest;
	size_t n = 0;

	while (rest->n && (rest->p[0] == '\n' || rest->p[0] == '\r')) {
		text->line += rest->p[0] == '\n';
		rest->p++;
		rest->n--;
	}
	while (n < rest->n && rest->p[n] && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	*ret = (struct span){ rest->p, n };
	if (!n)
		return false;
	rest->p += n;
	rest->n -= n;
	return true;
}

/* lxc_is_line_empty() also takes a form feed for a blank; nothing else does. */
static bool is_empty(struct span line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\f')
			return false;
	}
	return true;
}

static struct span trim_right(struct span a)
{
	while (a.n && (a.p[a.n - 1] == ' ' || a.p[a.n - 1] == '\t'))
		a.n--;
	return a;
}

static struct span strip_quotes(struct span a)
{
	if (a.n > 1 && (a.p[0] == '\'' || a.p[0] == '"') && a.p[a.n - 1] == a.p[0])
		return (struct span){ a.p + 1, a.n - 2 };
	return a;
}

/* parse_line() */
int lxcconf_next(struct lxcconf_text *text, struct lxcconf_line *ret)
{
	struct span line;
	const char *equals;

	while (next_raw_line(text, &line)) {
		if (is_empty(line))
			continue;
		line = span_trim(line);
		if (line.p[0] == '#')
			continue;
		*ret = (struct lxcconf_line){ .key = line, .line = text->line };
		if (!span_starts(line, "lxc.")) {
			ret->ignored = true;
			return 1;
		}
		equals = memchr(line.p, '=', line.n);
		if (!equals)
			return -EINVAL;
		ret->key = trim_right((struct span){ line.p, (size_t)(equals - line.p) });
		ret->value.p = equals + 1;
		ret->value.n = line.n - (size_t)(equals + 1 - line.p);
		ret->value = strip_quotes(span_trim(ret->value));
		return 1;
	}
	return 0;
}
