/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See config-edit.h: the text.  Pure. */
#include "config.h"

#include "tools/config/config-edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tools/config/lxcconf.h"

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

/* A marker, and our line if it still follows; from and to are offsets. */
struct block {
	size_t from, to;
	bool whole, joined;
};

static bool begins_with(struct span text, size_t at, const char *wanted)
{
	size_t n = strlen(wanted);

	return text.n - at >= n && memcmp(text.p + at, wanted, n) == 0;
}

/* At the start of a line: false if there is none of ours. */
static bool is_block(struct span text, size_t at, const char *line, struct block *ret)
{
	bool joined = begins_with(text, at, marker_joined);

	if (!joined && !begins_with(text, at, marker))
		return false;
	*ret = (struct block){ .from = at, .joined = joined };
	ret->to = at + strlen(joined ? marker_joined : marker);
	ret->whole = begins_with(text, ret->to, line);
	if (ret->whole)
		ret->to += strlen(line);
	return true;
}

/* One that is whole; else the first marker, behind which somebody took our line away. */
static bool find_block(struct span text, const char *path, struct block *ret)
{
	auto_free char *line = NULL;
	struct block block;
	bool found = false;

	if (asprintf(&line, "lxc.include = %s\n", path) < 0) {
		line = NULL;
		return false;
	}
	for (size_t at = 0; at < text.n; at++) {
		if ((at && text.p[at - 1] != '\n') || !is_block(text, at, line, &block))
			continue;
		if (!found || block.whole)
			*ret = block;
		found = true;
		if (block.whole)
			break;
	}
	/* Our newline goes too, unless somebody has written on behind it. */
	if (found && ret->joined && ret->to == text.n && ret->from > 0)
		ret->from--;
	return found;
}

int config_edit_remove_text(struct span text, const char *path, char **ret_text, size_t *ret_size)
{
	struct block block = { .from = 0 };
	char *out;

	if (!text.n || !find_block(text, path, &block))
		return 0;
	out = malloc(text.n + 1);
	if (!out)
		return -ENOMEM;
	memcpy(out, text.p, block.from);
	memcpy(out + block.from, text.p + block.to, text.n - block.to);
	*ret_size = text.n - (block.to - block.from);
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
