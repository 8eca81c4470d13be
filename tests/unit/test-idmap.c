/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/idmap. */
#include "config.h"

#include "lib/idmap.h"

#include "tests/unit/tap.h"

static void test_lines(void)
{
	struct span rest = tap_data("uid_map-idmapped");
	struct idmap m;

	CHECK_INT(idmap_next(&rest, &m), 1);
	CHECK_INT(m.inside, 0);
	CHECK_INT(m.outside, 100000);
	CHECK_INT(m.count, 65536);
	CHECK_INT(idmap_next(&rest, &m), 0);

	rest = tap_data("uid_map-host");
	CHECK_INT(idmap_next(&rest, &m), 1);
	CHECK_INT(m.inside, 0);
	CHECK_INT(m.outside, 0);
	CHECK_INT(m.count, UINT32_MAX);
	CHECK_INT(idmap_next(&rest, &m), 0);
}

static void test_malformed(void)
{
	static const char *const bad[] = {
		"0 1",	      "0 1 2 3",   "a 1 2",	 "0 -1 2", "0 1 4294967296",
		"\n",	      "0 1 2x",	   "0,1,2",	 "0 1 +2", "4294967296 0 1",
		"0 0x10 2\n", "0 1 2\n\n", "0 1 2\n3 4", " ",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bool root = true;

		if (!CHECK_INT(idmap_maps_root(span_of(bad[i]), &root), -EINVAL))
			printf("# of \"%s\"\n", bad[i]);
		CHECK(root);
	}
}

static void test_root(void)
{
	static const struct {
		const char *text;
		bool root;
	} maps[] = {
		{ "", false },
		{ "0 100000 65536\n", false },
		{ "0 0 4294967295\n", true },
		{ "0 100000 1000\n1000 0 1\n", true },
		{ "1000 0 1\n0 100000 1000\n", true },
		{ "0 0 0\n", false }, /* the kernel does not write it, but then it maps nothing */
		{ "0 1 1", false },
		{ "\t5   0\t1", true },
	};

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		bool root = !maps[i].root;

		CHECK_INT(idmap_maps_root(span_of(maps[i].text), &root), 0);
		if (!CHECK_INT(root, maps[i].root))
			printf("# of \"%s\"\n", maps[i].text);
	}
}

TAP_MAIN({ "lines of real maps", test_lines }, { "malformed lines are refused", test_malformed },
	 { "whether root outside is mapped", test_root })
