/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tools/risk/capinfo: the table is whole, in the kernel's order, and agrees with the fragments and
 * policies of conf.d, which are what really decides.
 */
#include "config.h"

#include "tools/risk/capinfo.h"

#include <linux/capability.h>

#include "lib/caps.h"
#include "tests/unit/tap.h"

static void test_names(void)
{
	for (unsigned int i = 0; i < CAPINFO_COUNT; i++) {
		const struct capinfo *info = capinfo_get(i);
		unsigned int number;

		if (!CHECK(info && info->name))
			return;
		CHECK_INT(caps_parse_name(span_of(info->name), &number), 0);
		if (!CHECK_INT(number, i))
			printf("# of %s\n", info->name);
		CHECK_INT(capinfo_number(info), i);
	}
	CHECK(CAP_LAST_CAP < CAPINFO_COUNT);
	CHECK(!capinfo_get(CAPINFO_COUNT));
}

static void test_find(void)
{
	CHECK(capinfo_find(span_of("chown")) == capinfo_get(0));
	CHECK(capinfo_find(span_of("CAP_SYS_ADMIN")) == capinfo_get(CAP_SYS_ADMIN));
	CHECK(capinfo_find(span_of("cap_bpf")) == capinfo_get(39));
	CHECK(capinfo_find(span_of("21")) == capinfo_get(CAP_SYS_ADMIN));
	CHECK(capinfo_find(span_of("0")) == capinfo_get(0));
	CHECK(!capinfo_find(span_of("")));
	CHECK(!capinfo_find(span_of("cap_")));
	CHECK(!capinfo_find(span_of("41")));
	CHECK(!capinfo_find(span_of("-1")));
	CHECK(!capinfo_find(span_of("sys_admi")));
	CHECK(!capinfo_find(span_of("sys_admin ")));
}

static void check_text(const char *name, const char *field, const char *text, bool sentence)
{
	size_t n = text ? strlen(text) : 0;

	if (!CHECK(n > 4 && n < 450))
		printf("# %s, %s\n", name, field);
	for (size_t i = 0; i < n; i++) {
		if (!CHECK(text[i] >= 0x20 && text[i] < 0x7f))
			printf("# %s, %s\n", name, field);
	}
	if (sentence && !CHECK(n && text[n - 1] == '.'))
		printf("# %s, %s\n", name, field);
	if (!CHECK(!text || !strstr(text, "  ")))
		printf("# %s, %s: two blanks\n", name, field);
}

static void test_text(void)
{
	for (unsigned int i = 0; i < CAPINFO_COUNT; i++) {
		const struct capinfo *info = capinfo_get(i);

		CHECK(info->since && info->since[0]);
		check_text(info->name, "on_host", info->on_host, true);
		check_text(info->name, "on_host_idmapped", info->on_host_idmapped, true);
		check_text(info->name, "needed_by", info->needed_by, true);
		check_text(info->name, "without", info->without, true);
		check_text(info->name, "source", info->source, false);
		/* A user namespace never makes it worse. */
		CHECK(info->idmapped <= info->privileged);
		if (!CHECK(!info->keep_keeps || info->base_keeps))
			printf("# %s\n", info->name);
		if (!CHECK(info->base_keeps || info->privileged > CAPINFO_OWN))
			printf("# %s is dropped without a reason\n", info->name);
	}
}

static struct span read_source(const char *name, char *buf, size_t size)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	size_t n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/conf.d/%s", srcdir ? srcdir : ".", name);
	f = fopen(path, "re");
	if (CHECK(f)) {
		n = fread(buf, 1, size, f);
		(void)fclose(f); /* only read from */
	}
	CHECK(n < size);
	return (struct span){ buf, n };
}

/* All names given to key, in a fragment or a policy; a later "key =" empties the list. */
static struct caps read_list(const char *file, const char *key)
{
	static char text[1 << 16];
	struct span rest = read_source(file, text, sizeof(text)), line, left, word;
	struct caps set = { 0 };
	unsigned int cap;

	while (span_next_line(&rest, &line)) {
		if (!span_next_field(&line, '=', &left) || !span_is(span_trim(left), key))
			continue;
		if (!span_trim(line).n)
			set.bits = 0;
		while (span_next_word(&line, &word)) {
			if (CHECK_INT(caps_parse_name(word, &cap), 0))
				caps_add(&set, cap);
		}
	}
	return set;
}

static void test_fragments(void)
{
	struct caps dropped = read_list("base.conf.in", "lxc.cap.drop");
	struct caps refused = read_list("base.policy", "cap.refuse");
	struct caps kept = read_list("keep.conf.in", "lxc.cap.keep");
	struct caps allowed = read_list("keep.policy", "cap.allow");

	for (unsigned int i = 0; i < CAPINFO_COUNT; i++) {
		const struct capinfo *info = capinfo_get(i);

		if (!CHECK_INT(!caps_has(dropped, i), info->base_keeps) ||
		    !CHECK_INT(!caps_has(refused, i), info->base_keeps) ||
		    !CHECK_INT(caps_has(kept, i), info->keep_keeps) ||
		    !CHECK_INT(caps_has(allowed, i), info->keep_keeps))
			printf("# of %s\n", info->name);
	}
}

TAP_MAIN({ "every capability of the kernel, in its order", test_names },
	 { "names are found as people write them", test_find },
	 { "every field is one line of plain text", test_text },
	 { "the table agrees with conf.d", test_fragments })
