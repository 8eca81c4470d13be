/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See unitfile.h. */
#include "config.h"

#include "lib/unitfile.h"

#include <errno.h>
#include <strings.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span a)
{
	while (a.n && is_blank(a.p[0])) {
		a.p++;
		a.n--;
	}
	while (a.n && is_blank(a.p[a.n - 1]))
		a.n--;
	return a;
}

static bool is_comment(struct span line)
{
	return line.n && (line.p[0] == '#' || line.p[0] == ';');
}

static bool ends_in_backslash(struct span line)
{
	return line.n && line.p[line.n - 1] == '\\';
}

/* Takes on what a backslash at the end of the line before joins to it. */
static void take_continuation(struct span *rest, struct span *line)
{
	struct span more;
	bool goes_on = ends_in_backslash(*line);

	while (goes_on && span_next_line(rest, &more)) {
		line->n = (size_t)(more.p - line->p) + more.n;
		/* A comment within neither ends the value nor goes on by itself. */
		goes_on = is_comment(trim(more)) || ends_in_backslash(more);
	}
}

bool unitfile_next(struct unitfile *unit, struct unitfile_setting *ret)
{
	struct span line;

	while (span_next_line(&unit->rest, &line)) {
		const char *equals;

		if (is_comment(trim(line)))
			continue;
		take_continuation(&unit->rest, &line);
		line = trim(line);
		if (line.n > 1 && line.p[0] == '[' && line.p[line.n - 1] == ']') {
			unit->section = (struct span){ line.p + 1, line.n - 2 };
			continue;
		}
		equals = line.n ? memchr(line.p, '=', line.n) : NULL;
		if (!equals)
			continue;
		ret->section = unit->section;
		ret->key = trim((struct span){ line.p, (size_t)(equals - line.p) });
		ret->value =
			trim((struct span){ equals + 1, line.n - (size_t)(equals + 1 - line.p) });
		return true;
	}
	return false;
}

/* Leaves *rest at the start of a word; false at the end. */
static bool skip_between(struct span *rest)
{
	struct span dropped;

	while (rest->n) {
		char c = rest->p[0];
		size_t n = 1;

		if (c == '\\' && rest->n > 1 && rest->p[1] == '\n')
			n = 2;
		else if (!is_blank(c) && c != '\n')
			return true;
		rest->p += n;
		rest->n -= n;
		if (c != '\\' && c != '\n')
			continue;
		/* At the start of a line: comments. */
		while (is_comment(trim(*rest)) && span_next_line(rest, &dropped))
			;
	}
	return false;
}

bool unitfile_next_word(struct span *rest, struct span *ret_word)
{
	struct span word;
	size_t n = 0;
	char quote;

	if (!skip_between(rest))
		return false;
	quote = rest->p[0] == '"' || rest->p[0] == '\'' ? rest->p[0] : '\0';
	if (quote) {
		rest->p++;
		rest->n--;
	}
	while (n < rest->n && (quote ? rest->p[n] != quote : !is_blank(rest->p[n])) &&
	       rest->p[n] != '\n' &&
	       !(rest->p[n] == '\\' && n + 1 < rest->n && rest->p[n + 1] == '\n'))
		n++;
	word = (struct span){ rest->p, n };
	if (quote && n < rest->n && rest->p[n] == quote)
		n++;
	rest->p += n;
	rest->n -= n;
	*ret_word = word;
	return true;
}

int unitfile_parse_bool(struct span value)
{
	static const char *const words[] = { "no",  "false", "off", "0", "n", "f",
					     "yes", "true",  "on",  "1", "y", "t" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (value.n == strlen(words[i]) && strncasecmp(value.p, words[i], value.n) == 0)
			return i >= 6;
	}
	return -EINVAL;
}
