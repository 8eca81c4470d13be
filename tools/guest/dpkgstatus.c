/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See dpkgstatus.h. */
#include "config.h"

#include "tools/guest/dpkgstatus.h"

/* "Depends: a, b": the value goes on in the lines behind that begin with a blank. */
static struct span whole_value(struct span line, struct span *rest, size_t key)
{
	struct span value = { line.p + key, line.n - key }, more = *rest, next;

	while (more.n && (more.p[0] == ' ' || more.p[0] == '\t') && span_next_line(&more, &next)) {
		value.n = (size_t)(next.p + next.n - value.p);
		*rest = more;
	}
	return span_trim(value);
}

static void take_line(struct span line, struct span *rest, struct dpkgstatus *package)
{
	static const char status[] = "Status:", name[] = "Package:", depends[] = "Depends:",
			  pre_depends[] = "Pre-Depends:";

	if (span_starts(line, name)) {
		package->package = whole_value(line, rest, sizeof(name) - 1);
	} else if (span_starts(line, depends)) {
		package->depends = whole_value(line, rest, sizeof(depends) - 1);
	} else if (span_starts(line, pre_depends)) {
		package->pre_depends = whole_value(line, rest, sizeof(pre_depends) - 1);
	} else if (span_starts(line, status)) {
		/* "install ok installed": what is wanted, what is wrong, what is there. */
		struct span value = whole_value(line, rest, sizeof(status) - 1), word;

		while (span_next_word(&value, &word))
			package->installed = span_is(word, "installed");
	}
}

bool dpkgstatus_next(struct span *rest, struct dpkgstatus *ret)
{
	static const struct span none = { "", 0 };
	struct dpkgstatus package = { none, none, none, false };
	struct span line;

	while (span_next_line(rest, &line)) {
		if (span_trim(line).n) {
			take_line(line, rest, &package);
			continue;
		}
		if (package.package.n)
			break;
		package = (struct dpkgstatus){ none, none, none, false };
	}
	if (!package.package.n)
		return false;
	*ret = package;
	return true;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '-' || c == '.';
}

bool dpkgstatus_next_name(struct span *rest, struct span *ret_name)
{
	size_t n = 0;

	while (rest->n && !is_name(rest->p[0])) {
		rest->p++;
		rest->n--;
	}
	if (!rest->n)
		return false;
	while (n < rest->n && is_name(rest->p[n]))
		n++;
	*ret_name = (struct span){ rest->p, n };
	while (n < rest->n && rest->p[n] != ',' && rest->p[n] != '|')
		n++;
	rest->p += n;
	rest->n -= n;
	return true;
}
