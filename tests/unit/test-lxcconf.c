/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tools/config/lxcconf: lines, states, capability lists by version of LXC.  tests/bats/config.bats
 * compares the same with liblxc itself; here are the versions that are not installed.
 */
#include "config.h"

#include "tools/config/lxcconf.h"

#include "tests/unit/tap.h"

#define V410 LXCCONF_VERSION(4, 0, 10)
#define V502 LXCCONF_VERSION(5, 0, 2)
#define V700 LXCCONF_VERSION(7, 0, 0)
#define LAST 40

/* The text as one file; *ret_r is the first error. */
static struct lxcconf *load(const char *text, unsigned int version, int *ret_r,
			    struct lxcconf_error *error)
{
	struct lxcconf_text rest = LXCCONF_TEXT_INIT(span_of(text));
	struct lxcconf *conf = lxcconf_new(version, LAST);
	struct lxcconf_line line;
	size_t file, index;
	int r;

	*error = (struct lxcconf_error){ .fault = LXCCONF_FAULT_VALUE };
	CHECK(conf);
	CHECK_INT(lxcconf_add_file(conf, "c", LXCCONF_NONE, &file), 0);
	while ((r = lxcconf_next(&rest, &line)) > 0) {
		r = lxcconf_add(conf, file, &line, error);
		if (r < 0)
			break;
	}
	*ret_r = r < 0 ? r : lxcconf_finish(conf, error, &index);
	return conf;
}

static void check_caps(const char *text, unsigned int version, int want_r, const char *want)
{
	struct lxcconf_error error;
	char buf[1024] = "";
	struct emit e = EMIT_INIT(buf);
	int r;
	struct lxcconf *conf = load(text, version, &r, &error);
	struct caps all = { (UINT64_C(1) << (LAST + 1)) - 1 };

	if (!CHECK_INT(r, want_r))
		printf("# of \"%s\": %s\n", text, error.reason ? error.reason : "-");
	if (want_r == 0) {
		/* "-a b": all but these. */
		caps_emit(&e,
			  want[0] == '-' ? caps_minus(all, lxcconf_caps(conf)) : lxcconf_caps(conf),
			  " ");
		CHECK_STR(buf, want[0] == '-' ? want + 1 : want);
	} else {
		CHECK(error.reason);
	}
	lxcconf_free(conf);
}

static void test_caps(void)
{
	check_caps("", V502, 0, "-none");
	check_caps("lxc.cap.drop = mknod\nlxc.cap.drop = kill 0x2", V502, 0,
		   "-dac_read_search kill mknod");
	check_caps("lxc.cap.keep = kill chown", V502, 0, "chown kill");
	check_caps("lxc.cap.keep = none", V502, 0, "none");
	check_caps("lxc.cap.keep = chown none kill", V502, 0, "kill");
	check_caps("lxc.cap.keep = chown\nlxc.cap.keep = none", V502, 0, "none");
	check_caps("lxc.cap.keep = \" \"", V502, 0, "none");
	check_caps("lxc.cap.keep = kill\nlxc.cap.drop =", V502, 0, "-none");
	check_caps("lxc.cap.drop = kill\nlxc.cap.keep =", V502, 0, "-none");
	check_caps("lxc.cap.drop = kill\nlxc.cap.keep = kill", V502, -EINVAL, NULL);
	check_caps("lxc.cap.drop = none", V502, -EINVAL, NULL);
	check_caps("lxc.cap.drop = bogus", V502, -EINVAL, NULL);
	check_caps("lxc.cap.drop = 41", V502, -EINVAL, NULL);
}

static void test_caps_two_lists(void)
{
	check_caps("lxc.cap.drop = mknod", V410, 0, "-mknod");
	check_caps("lxc.cap.keep = kill\nlxc.cap.drop =", V410, 0, "kill");
	check_caps("lxc.cap.drop = kill\nlxc.cap.keep =", V410, 0, "-kill");
	check_caps("lxc.cap.drop = kill\nlxc.cap.drop =\nlxc.cap.keep = chown", V410, 0, "chown");
	check_caps("lxc.cap.keep = none", V410, 0, "none");
	check_caps("lxc.cap.drop = kill\nlxc.cap.keep = chown", V410, -EINVAL, NULL);
	check_caps("lxc.cap.keep = chown\nlxc.cap.drop = kill", V410, -EINVAL, NULL);
	check_caps("lxc.cap.drop = bogus", V410, -EINVAL, NULL);
	check_caps("lxc.cap.drop = bogus\nlxc.cap.drop =", V410, 0, "-none");
	check_caps("lxc.cap.drop = none kill", V410, 0, "-kill");
	check_caps("lxc.cap.drop = bpf", LXCCONF_VERSION(4, 0, 5), -EINVAL, NULL);
	check_caps("lxc.cap.drop = 39", LXCCONF_VERSION(4, 0, 5), 0, "-bpf");
}

static void test_who_decided(void)
{
	struct lxcconf_error error;
	int r;
	struct lxcconf *conf = load("lxc.cap.drop = mknod\nlxc.cap.drop =\nlxc.cap.keep = chown\n"
				    "lxc.cap.keep = kill",
				    V502, &r, &error);

	CHECK_INT(r, 0);
	CHECK(conf->keeps);
	CHECK_INT(conf->caps[0].by, 2);
	CHECK(conf->caps[0].held);
	CHECK_INT(conf->caps[5].by, 3);
	CHECK_INT(conf->caps[27].by, 2);
	CHECK(!conf->caps[27].held);
	CHECK_INT(conf->settings[0].state, LXCCONF_CLEARED);
	CHECK_INT(conf->settings[0].by, 1);
	CHECK_INT(conf->settings[1].state, LXCCONF_CLEARS);
	lxcconf_free(conf);
}

static void check_line(const char *text, int want, const char *key, const char *value,
		       unsigned int number)
{
	struct lxcconf_text rest = LXCCONF_TEXT_INIT(span_of(text));
	struct lxcconf_line line;

	if (!CHECK_INT(lxcconf_next(&rest, &line), want) || want == 0)
		return;
	CHECK_SPAN(line.key, key);
	if (want > 0 && !line.ignored)
		CHECK_SPAN(line.value, value);
	CHECK_INT(line.line, number);
}

static void test_lines(void)
{
	check_line("", 0, "", "", 0);
	check_line("# lxc.a = b\n \t\f\n\r\n", 0, "", "", 0);
	check_line("\n\nlxc.a=b", 1, "lxc.a", "b", 3);
	check_line("\r\n#\r\n lxc.a\t= b \t\r\n", 1, "lxc.a", "b", 3);
	check_line("lxc.a = 'b'", 1, "lxc.a", "b", 1);
	check_line("lxc.a = 'b\"", 1, "lxc.a", "'b\"", 1);
	check_line("lxc.a = \"", 1, "lxc.a", "\"", 1);
	check_line("lxc.a = ''", 1, "lxc.a", "", 1);
	check_line("lxc.a = b # c", 1, "lxc.a", "b # c", 1);
	check_line("lxc.a = b \\\nc", 1, "lxc.a", "b \\", 1);
	check_line("lxc.a", -EINVAL, "lxc.a", "", 1);
	check_line("lxc_a = b", 1, "lxc_a = b", "", 1);
}

static void test_versions(void)
{
	static const struct {
		const char *text;
		int r;
		unsigned int version;
	} cases[] = {
		{ "5.0.2", 0, V502 },	   { "4.0.10", 0, V410 }, { "7.0.0-devel", 0, V700 },
		{ "7.0", 0, V700 },	   { "", -EINVAL, 0 },	  { "five", -EINVAL, 0 },
		{ "5.0.2.1", -EINVAL, 0 }, { "5.x", -EINVAL, 0 }, { "0.9", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int version = 0;

		if (!CHECK_INT(lxcconf_parse_version(cases[i].text, &version), cases[i].r))
			printf("# of %s\n", cases[i].text);
		CHECK_INT(version, cases[i].version);
	}
}

static void test_keys(void)
{
	static const struct {
		const char *key;
		unsigned int version;
		int kind; /* -1: unknown */
	} cases[] = {
		{ "lxc.cgroup.devices.allow", V502, LXCCONF_LIST },
		{ "lxc.cgroup.devices.allow", V700, -1 },
		{ "lxc.cgroup", V700, -1 },
		{ "lxc.cgroup.dir", V700, LXCCONF_SCALAR },
		{ "lxc.cgroup.dir.container", LXCCONF_VERSION(4, 0, 12), LXCCONF_LIST },
		{ "lxc.cgroup.dir.container", V502, LXCCONF_SCALAR },
		{ "lxc.environment.hooks", V502, -1 },
		{ "lxc.environment.hooks", V700, LXCCONF_LIST },
		{ "lxc.net.0", V502, LXCCONF_CLEAR_ONLY },
		{ "lxc.net.0.type", V502, LXCCONF_SCALAR },
		{ "lxc.net.10.ipv6.address", V502, LXCCONF_LIST },
		{ "lxc.hook.mount", V502, LXCCONF_LIST },
		{ "lxc.hook.mounts", V502, -1 },
		{ "lxc.uts", V502, -1 },
		{ "", V502, -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum lxcconf_kind kind = LXCCONF_SCALAR;
		int r = lxcconf_key_kind(cases[i].version, span_of(cases[i].key), &kind);

		if (!CHECK_INT(r < 0 ? -1 : (int)kind, cases[i].kind))
			printf("# of %s\n", cases[i].key);
	}
}

static void test_auto(void)
{
	struct lxcconf_error error;
	int r;
	struct lxcconf *conf = load("lxc.mount.auto = proc sys\nlxc.mount.auto = sys:ro\n"
				    "lxc.mount.auto = proc:rw cgroup",
				    V502, &r, &error);

	CHECK_INT(r, 0);
	CHECK_INT(conf->settings[0].state, LXCCONF_OVERRIDDEN);
	CHECK_INT(conf->settings[0].by, 2);
	CHECK_INT(conf->auto_by[0], 2);
	CHECK_INT(conf->auto_by[1], 1);
	CHECK_INT(conf->auto_by[2], 2);
	CHECK(conf->auto_by[3] == LXCCONF_NONE);
	lxcconf_free(conf);

	conf = load("lxc.mount.auto = cgroup2", LXCCONF_VERSION(4, 0, 11), &r, &error);
	CHECK_INT(r, -EINVAL);
	CHECK_SPAN(error.word, "cgroup2");
	lxcconf_free(conf);
}

/* What check tells apart, by more than words for people. */
static void test_faults(void)
{
	static const struct {
		const char *text;
		unsigned int version;
		enum lxcconf_fault fault;
		const char *word;
	} cases[] = {
		{ "lxc.utsname = a", V502, LXCCONF_FAULT_KEY, "lxc.utsname" },
		{ "lxc.cap.drop = chown nonsense", V502, LXCCONF_FAULT_CAP, "nonsense" },
		{ "lxc.cap.drop = 63", V502, LXCCONF_FAULT_CAP, "63" },
		{ "lxc.cap.drop = none", V502, LXCCONF_FAULT_CAP, "none" },
		{ "lxc.cap.keep = nonsense", V410, LXCCONF_FAULT_CAP, "nonsense" },
		{ "lxc.cap.keep = chown\nlxc.cap.drop = kill", V502, LXCCONF_FAULT_LISTS, "" },
		{ "lxc.cap.drop = kill\nlxc.cap.keep = chown", V410, LXCCONF_FAULT_LISTS, "" },
		{ "lxc.mount.auto = nonsense", V502, LXCCONF_FAULT_VALUE, "nonsense" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lxcconf_error error;
		int r;
		struct lxcconf *conf = load(cases[i].text, cases[i].version, &r, &error);
		bool ok = CHECK_INT(r, -EINVAL);

		ok = CHECK_INT(error.fault, cases[i].fault) && ok;
		if (!(CHECK_SPAN(error.word.n ? error.word : span_of(""), cases[i].word) && ok))
			printf("# of \"%s\"\n", cases[i].text);
		lxcconf_free(conf);
	}
}

static void test_find(void)
{
	struct lxcconf_error error;
	int r;
	struct lxcconf *conf = load("lxc.hook.mount = /a\nlxc.uts.name = x\nlxc.hook.stop = /b\n"
				    "lxc.uts.name = y\nlxc.hook.mount = /c\nbogus",
				    V502, &r, &error);
	struct span type;
	size_t pos = 0, n = 0;

	CHECK_INT(r, 0);
	CHECK_STR(lxcconf_get(conf, "lxc.uts.name"), "y");
	CHECK(!lxcconf_get(conf, "lxc.tty.max"));
	while (lxcconf_find(conf, "lxc.hook.", &pos))
		n++;
	CHECK_INT(n, 3);
	CHECK_INT(conf->settings[5].state, LXCCONF_IGNORED);
	lxcconf_free(conf);
	lxcconf_free(NULL);

	CHECK_SPAN(lxcconf_rootfs_path("/srv/x", &type), "/srv/x");
	CHECK_INT(type.n, 0);
	CHECK_SPAN(lxcconf_rootfs_path("overlay:/a:/b", &type), "/a:/b");
	CHECK_SPAN(type, "overlay");
}

static void test_copy(void)
{
	static const enum lxcconf_state states[] = { LXCCONF_IGNORED, LXCCONF_IN_FORCE };
	struct lxcconf_error error;
	int r;
	struct lxcconf *conf =
		load("a stray line\nlxc.uts.name = a\nlxc.uts.name = b\n", V502, &r, &error);
	struct lxcconf *copy = lxcconf_new_like(conf);

	CHECK_INT(r, 0);
	CHECK_INT(copy->version, V502);
	CHECK_INT(copy->last_cap, LAST);
	CHECK_INT(copy->n_files, 1);
	CHECK_STR(copy->files[0].path, "c");
	CHECK_INT(copy->files[0].from, LXCCONF_NONE);
	CHECK_INT(conf->settings[1].state, LXCCONF_OVERRIDDEN);
	for (size_t i = 0; i < 2; i++) {
		/* Without the last one, which it was overridden by. */
		CHECK_INT(lxcconf_add_copy(copy, &conf->settings[i]), 0);
		CHECK_INT(copy->settings[i].state, states[i]);
		CHECK_INT(copy->settings[i].line, i + 1);
		CHECK_STR(copy->settings[i].key, conf->settings[i].key);
		CHECK_STR(copy->settings[i].value, conf->settings[i].value);
	}
	lxcconf_free(copy);
	lxcconf_free(conf);
}

TAP_MAIN({ "lines as liblxc splits them", test_lines }, { "versions of LXC", test_versions },
	 { "keys by version", test_keys }, { "capability lists since 4.0.11", test_caps },
	 { "capability lists until 4.0.10", test_caps_two_lists },
	 { "the line that decided about a capability", test_who_decided },
	 { "lxc.mount.auto by group", test_auto }, { "what is in force is found", test_find },
	 { "faults by their kinds", test_faults }, { "a copy that leaves some out", test_copy })
