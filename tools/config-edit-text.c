/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See config-edit.h: the text.  Pure. */
#include "config.h"

#include "tools/config-edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/lxcconf.h"

/* The second form remembers that the line before had no end, and that the newline is ours. */
static const char marker[] =
	"# Added by lxc-harden, which takes it out again (lxc-harden remove):\n";
static const char marker_joined[] =
	"# Added by lxc-harden after a line without end, which takes it out again:\n";

static bool includes_already(struct span text, const char *path)
{
	struct lxcconf_text rest = LXCCONF_TEXT_INIT(text);
	struct lxcconf_line line;

	while (lxcconf_next(&rest, &line) > 0) {
		if (!line.ignored && span_is(line.key, "lxc.include") && span_is(line.value, path))
			return true;
	}
	return false;
}

/* A path that comes out as it went in: LXC strips blanks and quotes, and ends at a newline. */
static bool is_writable_path(const char *path)
{
	struct span span = span_of(path), trimmed = span_trim(span);

	return path[0] == '/' && trimmed.n == span.n && !strpbrk(path, "\r\n");
}

int config_edit_add_text(struct span text, const char *path, char **ret_text, size_t *ret_size)
{
	bool joined = text.n && text.p[text.n - 1] != '\n';
	char *out = NULL;
	int n;

	if (!is_writable_path(path) || (text.n && memchr(text.p, '\0', text.n)))
		return -EINVAL;
	if (includes_already(text, path))
		return 0;
	n = asprintf(&out, "%.*s%s%slxc.include = %s\n", (int)text.n, text.n ? text.p : "",
		     joined ? "\n" : "", joined ? marker_joined : marker, path);
	if (n < 0)
		return -ENOMEM;
	*ret_text = out;
	*ret_size = (size_t)n;
	return 1;
}

/* The marker at the start of a line; SIZE_MAX if there is none. */
static size_t find_marker(struct span text, const char *wanted)
{
	size_t n = strlen(wanted);

	for (size_t i = 0; i + n <= text.n; i++) {
		if ((i == 0 || text.p[i - 1] == '\n') && memcmp(text.p + i, wanted, n) == 0)
			return i;
	}
	return SIZE_MAX;
}

/* Bytes of the marker and, if it still follows, of our line; from and to are offsets. */
static bool find_block(struct span text, const char *path, size_t *ret_from, size_t *ret_to)
{
	auto_free char *line = NULL;
	size_t at = find_marker(text, marker), n = strlen(marker);
	bool joined = at == SIZE_MAX;
	int length;

	if (joined) {
		at = find_marker(text, marker_joined);
		n = strlen(marker_joined);
	}
	if (at == SIZE_MAX)
		return false;
	*ret_from = at;
	*ret_to = at + n;
	length = asprintf(&line, "lxc.include = %s\n", path);
	if (length < 0) {
		line = NULL;
		return false;
	}
	if (text.n - *ret_to >= (size_t)length &&
	    memcmp(text.p + *ret_to, line, (size_t)length) == 0)
		*ret_to += (size_t)length;
	/* Our newline goes too, unless somebody has written on behind it. */
	if (joined && *ret_to == text.n && at > 0)
		(*ret_from)--;
	return true;
}

int config_edit_remove_text(struct span text, const char *path, char **ret_text, size_t *ret_size)
{
	size_t from, to;
	char *out;

	if (!text.n || !find_block(text, path, &from, &to))
		return 0;
	out = malloc(text.n + 1);
	if (!out)
		return -ENOMEM;
	memcpy(out, text.p, from);
	memcpy(out + from, text.p + to, text.n - to);
	*ret_size = text.n - (to - from);
	out[*ret_size] = '\0';
	*ret_text = out;
	return 1;
}

/* Out and in again, in one step: the file never lacks the line. */
int config_edit_renew_text(struct span text, const char *path, char **ret_text, size_t *ret_size)
{
	auto_free char *without = NULL;
	size_t size = text.n;
	int r = config_edit_remove_text(text, path, &without, &size);

	if (r < 0)
		return r;
	return config_edit_add_text(without ? (struct span){ without, size } : text, path, ret_text,
				    ret_size);
}
