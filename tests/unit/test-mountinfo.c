/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/mountinfo, on what Linux 6.18 wrote of this host and of containers with odd names. */
#include "config.h"

#include "lib/mountinfo.h"

#include <limits.h>

#include "tests/unit/tap.h"

/* Finds the mount on target (as escaped): true and *ret. */
static bool find(struct span rest, const char *target, struct mountinfo *ret)
{
	while (mountinfo_next(&rest, ret) > 0) {
		if (span_is(ret->target, target))
			return true;
	}
	CHECK_STR("no such mount", target);
	return false;
}

static int count(struct span rest)
{
	struct mountinfo m;
	int n = 0, r;

	while ((r = mountinfo_next(&rest, &m)) > 0)
		n++;
	return r < 0 ? r : n;
}

static int count_lines(struct span rest)
{
	struct span line;
	int n = 0;

	while (span_next_line(&rest, &line))
		n++;
	return n;
}

static void test_real(void)
{
	static const char *const files[] = { "mountinfo-host", "mountinfo-privileged",
					     "mountinfo-idmapped", "mountinfo-hardened" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct span text = tap_data(files[i]);

		CHECK(count(text) > 10);
		CHECK_INT(count(text), count_lines(text));
	}
}

static void test_fields(void)
{
	struct mountinfo m;

	if (!find(tap_data("mountinfo-host"), "/dev", &m))
		return;
	CHECK_INT(m.id, 24);
	CHECK_INT(m.parent, 27);
	CHECK_INT(m.major, 0);
	CHECK_INT(m.minor, 6);
	CHECK_SPAN(m.root, "/");
	CHECK_SPAN(m.options, "rw,relatime");
	CHECK_SPAN(m.fstype, "devtmpfs");
	CHECK_SPAN(m.source, "devtmpfs");
	CHECK_SPAN(m.super_options, "rw,size=12334524k,nr_inodes=3083631,mode=755");
	CHECK(!m.shared);
	if (find(tap_data("mountinfo-host"), "/", &m))
		CHECK_INT(m.major, 254);
	if (find(tap_data("mountinfo-privileged"), "/srv/esc\x1b[31m", &m)) {
		CHECK(m.shared);
		CHECK_SPAN(m.source, "odd\\040source");
	}
}

static void test_odd(void)
{
	struct span text = tap_data("mountinfo-privileged");
	struct mountinfo m;
	char path[PATH_MAX];

	/* Mounted twice: one line is the folder's, one its peer's. */
	if (find(text, "/srv/new\\012line", &m) &&
	    CHECK_INT(mountinfo_unescape(m.target, path, sizeof(path)), 0))
		CHECK_STR(path, "/srv/new\nline");
	if (find(text, "/srv/\\040-\\040tmpfs\\040x\\040rw", &m)) {
		CHECK_INT(mountinfo_unescape(m.target, path, sizeof(path)), 0);
		CHECK_STR(path, "/srv/ - tmpfs x rw");
		CHECK_SPAN(m.fstype, "tmpfs");
		CHECK_SPAN(m.super_options, "rw,size=4k");
	}
	if (find(text, "/srv/back\\134slash", &m)) {
		CHECK_INT(mountinfo_unescape(m.target, path, sizeof(path)), 0);
		CHECK_STR(path, "/srv/back\\slash");
	}
	if (find(text, "/srv/here", &m))
		CHECK_SPAN(m.root, "/tmp/ut-c/ut-priv/rootfs/srv/gone//deleted");
}

static void test_long(void)
{
	struct span rest = tap_data("mountinfo-privileged");
	char path[PATH_MAX];
	struct mountinfo m;
	size_t longest = 0;

	while (mountinfo_next(&rest, &m) > 0) {
		CHECK_INT(mountinfo_unescape(m.target, path, sizeof(path)), 0);
		longest = strlen(path) > longest ? strlen(path) : longest;
	}
	CHECK(longest > 2500);
}

static void test_empty_source(void)
{
	struct mountinfo m;
	struct span rest;

	if (find(tap_data("mountinfo-privileged"), "/srv/empty", &m)) {
		CHECK_SPAN(m.fstype, "tmpfs");
		CHECK_SPAN(m.source, "");
		CHECK_SPAN(m.super_options, "ro,size=4k");
	}
	/* Also if the file system's options hold a blank, as some show them unescaped. */
	rest = span_of("1 2 0:3 / /a rw - tmpfs  rw,x=a b\n");
	CHECK_INT(mountinfo_next(&rest, &m), 1);
	CHECK_SPAN(m.source, "");
	CHECK_SPAN(m.super_options, "rw,x=a b");
	rest = span_of("1 2 0:3 / /a rw - tmpfs src rw,x=a b");
	CHECK_INT(mountinfo_next(&rest, &m), 1);
	CHECK_SPAN(m.source, "src");
	CHECK_SPAN(m.super_options, "rw,x=a b");
}

static void test_optional_fields(void)
{
	static const struct {
		const char *text;
		bool shared;
	} rows[] = {
		{ "1 2 0:3 / /a rw - t s rw", false },
		{ "1 2 0:3 / /a rw shared:1 - t s rw", true },
		{ "1 2 0:3 / /a rw master:1 - t s rw", false },
		{ "1 2 0:3 / /a rw shared:2 master:1 - t s rw", true },
		{ "1 2 0:3 / /a rw master:1 propagate_from:2 - t s rw", false },
		{ "1 2 0:3 / /a rw unbindable - t shared:1 rw", false },
		{ "1 2 0:3 / /shared:1 rw - t s rw,shared:1", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span rest = span_of(rows[i].text);
		struct mountinfo m;

		CHECK_INT(mountinfo_next(&rest, &m), 1);
		CHECK_SPAN(m.fstype, "t");
		if (!CHECK_INT(m.shared, rows[i].shared))
			printf("# of '%s'\n", rows[i].text);
	}
}

static void test_malformed(void)
{
	static const char *const bad[] = {
		"\n",
		"x",
		"1 2 0:3 / /a rw",
		"1 2 0:3 / /a rw shared:1",
		"1 2 0:3 / /a rw -",
		"1 2 0:3 / /a rw - t",
		"1 2 0:3 / /a rw - t s",
		"1 2 0:3 / /a rw -\tt s rw x",
		"1 2 0:3 / /a rw t s rw",
		"x 2 0:3 / /a rw - t s rw",
		"1 x 0:3 / /a rw - t s rw",
		"1 2 03 / /a rw - t s rw",
		"1 2 0: / /a rw - t s rw",
		"1 2 :0 / /a rw - t s rw",
		"1 2 0:3:4 / /a rw - t s rw",
		"1 2 4294967296:3 / /a rw - t s rw",
		"1 2 0:4294967296 / /a rw - t s rw",
		"-1 2 0:3 / /a rw - t s rw",
		"18446744073709551616 2 0:3 / /a rw - t s rw",
	};
	struct mountinfo m = { .id = 4711 };
	struct span rest = { NULL, 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct span text = span_of(bad[i]);

		if (!CHECK_INT(mountinfo_next(&text, &m), -EINVAL))
			printf("# of '%s'\n", bad[i]);
	}
	CHECK_INT(mountinfo_next(&rest, &m), 0);
	CHECK_INT(m.id, 4711);
}

static void test_options(void)
{
	struct span options = span_of("rw,nosuid,size=1,nodev");

	CHECK(mountinfo_has_option(options, "rw"));
	CHECK(mountinfo_has_option(options, "nosuid"));
	CHECK(mountinfo_has_option(options, "nodev"));
	CHECK(mountinfo_has_option(options, "size=1"));
	CHECK(!mountinfo_has_option(options, "size"));
	CHECK(!mountinfo_has_option(options, "suid"));
	CHECK(!mountinfo_has_option(options, "ro"));
	CHECK(!mountinfo_has_option(span_of("rootcontext"), "ro"));
	CHECK(!mountinfo_has_option(span_of(""), "ro"));
}

static void test_unescape(void)
{
	static const struct {
		const char *text;
		int r;
		const char *path;
	} rows[] = {
		{ "", 0, "" },
		{ "/a", 0, "/a" },
		{ "\\040", 0, " " },
		{ "/\\011\\012\\134\\043x", 0, "/\t\n\\#x" },
		{ "\\377", 0, "\xff" },
		{ "\\134040", 0, "\\040" }, /* once, not twice */
		{ "\\", -EINVAL, NULL },
		{ "\\0", -EINVAL, NULL },
		{ "\\04", -EINVAL, NULL },
		{ "\\400", -EINVAL, NULL },
		{ "\\08x", -EINVAL, NULL },
		{ "\\x20", -EINVAL, NULL },
		{ "\\000", -EINVAL, NULL },
		{ "\\-12", -EINVAL, NULL },
		{ "1234567", 0, "1234567" },
		{ "12345678", -ENAMETOOLONG, NULL },
		{ "1234567\\040", -ENAMETOOLONG, NULL },
	};
	char buf[8];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(buf, 'z', sizeof(buf));
		if (!CHECK_INT(mountinfo_unescape(span_of(rows[i].text), buf, sizeof(buf)),
			       rows[i].r))
			printf("# of '%s'\n", rows[i].text);
		if (rows[i].path)
			CHECK_STR(buf, rows[i].path);
	}
	CHECK_INT(mountinfo_unescape((struct span){ "a\0b", 3 }, buf, sizeof(buf)), -EINVAL);
	/* Not beyond the span. */
	CHECK_INT(mountinfo_unescape((struct span){ "\\040", 3 }, buf, sizeof(buf)), -EINVAL);
}

TAP_MAIN({ "every line of real tables", test_real }, { "the fields", test_fields },
	 { "odd names", test_odd }, { "long paths", test_long },
	 { "an empty source", test_empty_source }, { "optional fields", test_optional_fields },
	 { "malformed lines", test_malformed }, { "options", test_options },
	 { "escapes", test_unescape })
