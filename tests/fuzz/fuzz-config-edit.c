/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The line that is added to a configuration: taken out again, the text is what it was, to
 * the byte, also where something was written behind it since.
 */
#include "config.h"

#include "tools/config/config-edit.h"

#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tests/fuzz/fuzz.h"
#include "tools/config/lxcconf.h"

static const char path[] = "/var/lib/lxc/c/harden/harden.conf";
static const char tail[] = "lxc.uts.name = behind\n";

static void check_removed(struct span text, struct span wanted)
{
	auto_free char *out = NULL;
	size_t n;

	FUZZ_ASSERT(config_edit_remove_text(text, path, &out, &n) == 1);
	FUZZ_ASSERT(n == wanted.n && memcmp(out, wanted.p, n) == 0);
}

/* LXC would load it: what comes behind a line that is none is not looked at. */
static bool is_configuration(struct span text)
{
	struct lxcconf_text rest = LXCCONF_TEXT_INIT(text);
	struct lxcconf_line line;
	int r;

	do
		r = lxcconf_next(&rest, &line);
	while (r > 0);
	return r == 0;
}

/* Of a text that holds nothing of ours. */
static void check_text(struct span text)
{
	auto_free char *added = NULL, *renewed = NULL, *longer = NULL, *expected = NULL;
	size_t n, m;
	int r = config_edit_add_text(text, path, &added, &n);

	FUZZ_ASSERT(r == 1 || r == 0 || r == -EINVAL);
	FUZZ_ASSERT((r == -EINVAL) == (text.n && memchr(text.p, '\0', text.n)));
	if (r != 1)
		return;
	check_removed((struct span){ added, n }, text);
	/* Once is enough. */
	if (is_configuration(text))
		FUZZ_ASSERT(config_edit_add_text((struct span){ added, n }, path, &renewed, &m) ==
			    0);
	r = config_edit_renew_text((struct span){ added, n }, path, &renewed, &m);
	FUZZ_ASSERT(r >= 0);
	if (r == 1)
		FUZZ_ASSERT(m == n && memcmp(renewed, added, n) == 0);
	longer = malloc(n + sizeof(tail));
	expected = malloc(text.n + 1 + sizeof(tail));
	FUZZ_ASSERT(longer && expected);
	memcpy(longer, added, n);
	memcpy(longer + n, tail, sizeof(tail));
	m = text.n;
	if (m)
		memcpy(expected, text.p, m);
	/* The end that the last line had not stays, or two lines would become one. */
	if (m && expected[m - 1] != '\n')
		expected[m++] = '\n';
	memcpy(expected + m, tail, sizeof(tail));
	check_removed((struct span){ longer, n + sizeof(tail) - 1 },
		      (struct span){ expected, m + sizeof(tail) - 1 });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	auto_free char *out = NULL;
	size_t n;
	int r = config_edit_remove_text(text, path, &out, &n);

	FUZZ_ASSERT(r == 0 || r == 1 || r == -EINVAL);
	if (r == 1)
		FUZZ_ASSERT(n < size);
	else
		check_text(text);
	return 0;
}
