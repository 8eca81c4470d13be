/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/policy. */
#include "config.h"

#include "lib/policy.h"

#include "tests/unit/tap.h"

#define MINIMAL "cap.refuse = sys_admin\n"

static void test_whole(void)
{
	static const char text[] = "# a comment\n"
				   "\n"
				   "  name = web-1.x  \n"
				   "mode=warn\n"
				   "cap.allow = chown kill\n"
				   "cap.allow =\tsetuid 40\n"
				   "seccomp = required\n"
				   "no_new_privs = required\n"
				   "lsm = lxc-container-default-cgns\n"
				   "idmap = required\n"
				   "namespaces = mnt pid\n"
				   "mounts = private\n"
				   "mount.allow = /srv/data\n"
				   "mount.allow = /var/log/\n"
				   "inside = joined\n"
				   "refuse = io_uring user_namespace";
	struct policy_error error;
	struct policy p;

	CHECK_INT(policy_parse(span_of(text), &p, &error), 0);
	CHECK_SPAN(p.name, "web-1.x");
	CHECK_INT(p.mode, POLICY_WARN);
	CHECK(p.whitelist);
	CHECK_INT(p.caps.bits, 1ULL << 0 | 1ULL << 5 | 1ULL << 7 | 1ULL << 40);
	CHECK(p.seccomp && p.no_new_privs && p.idmap && p.mounts_private);
	CHECK_INT(p.inside, POLICY_INSIDE_JOINED);
	CHECK_INT(p.lsm, POLICY_LSM_PROFILE);
	CHECK_SPAN(p.lsm_profile, "lxc-container-default-cgns");
	CHECK_INT(p.namespaces, 3);
	CHECK_INT(p.mount_allow.n, 2);
	CHECK_SPAN(p.mount_allow.item[1], "/var/log");
	CHECK_INT(p.refuse.n, 2);
	CHECK_SPAN(p.refuse.item[1], "user_namespace");
}

static void test_defaults(void)
{
	struct policy_error error;
	struct policy p;

	CHECK_INT(policy_parse(span_of(MINIMAL), &p, &error), 0);
	CHECK_INT(p.name.n, 0);
	CHECK_INT(p.mode, POLICY_ENFORCE);
	CHECK(!p.whitelist && !p.seccomp && !p.no_new_privs && !p.idmap && !p.mounts_private);
	CHECK_INT(p.inside, POLICY_INSIDE_ANY);
	CHECK_INT(p.lsm, POLICY_LSM_ANY);
	CHECK_INT(p.namespaces, 0);
}

static void test_errors(void)
{
	static const struct {
		const char *text;
		unsigned int line;
		const char *reason;
	} bad[] = {
		{ "", 0, "neither cap.allow nor cap.refuse" },
		{ "cap.allow = chown\ncap.refuse = kill\n", 0, "both cap.allow and cap.refuse" },
		{ MINIMAL "colour = red\n", 2, "no such key" },
		{ MINIMAL "Mode = warn\n", 2, "no such key" },
		{ MINIMAL "mode warn\n", 2, "not 'key = value'" },
		{ MINIMAL "= warn\n", 2, "no such key" },
		{ MINIMAL "\n\nmode =\n", 4, "no value for this key" },
		{ MINIMAL "mode = warn\nmode = warn\n", 3, "a second value for this key" },
		{ MINIMAL "inside = any\ninside = any\n", 3, "a second value for this key" },
		{ MINIMAL "mode = Enforce\n", 2, "not 'enforce' or 'warn'" },
		{ MINIMAL "seccomp = yes\n", 2, "not 'required' or 'any'" },
		{ MINIMAL "inside = yes\n", 2, "not 'required', 'joined' or 'any'" },
		{ MINIMAL "mounts = none\n", 2, "not 'private' or 'any'" },
		{ MINIMAL "namespaces = net foo\n", 2, "not a kind of namespace" },
		{ MINIMAL "lsm = a b\n", 2, "not 'required', 'any' or the name of a profile" },
		{ MINIMAL "mount.allow = srv\n", 2, "not a path below '/' in the guest" },
		{ MINIMAL "mount.allow = /\n", 2, "not a path below '/' in the guest" },
		{ MINIMAL "mount.allow = /a/../b\n", 2, "a path with '//', '.' or '..'" },
		{ MINIMAL "mount.allow = /a//b\n", 2, "a path with '//', '.' or '..'" },
		{ MINIMAL "mount.allow = /a\r/\n", 2, "ends in a blank or a carriage return" },
		{ MINIMAL "refuse = a/b\n", 2, "not the name of a trial" },
		{ MINIMAL "name = a b\n", 2, "not a name of letters, digits, '-', '_' and '.'" },
		{ MINIMAL "name = ..\n", 2, "not a name of letters, digits, '-', '_' and '.'" },
		{ "cap.refuse = CAP_SYS_ADMIN\n", 1, "not a capability" },
		{ "cap.refuse = sys_admin,kill\n", 1, "not a capability" },
		{ "cap.refuse = 64\n", 1, "not a capability" },
		{ "cap.refuse = none kill\n", 1, "'none' beside capabilities" },
		{ "cap.refuse = kill # not here\n", 1, "not a capability" },
		{ MINIMAL "mode = warn\r\n", 2, "a carriage return: the file has DOS line ends" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct policy_error error = { 0 };
		struct policy p;

		if (!CHECK_INT(policy_parse(span_of(bad[i].text), &p, &error), -EINVAL) ||
		    !CHECK_INT(error.line, bad[i].line) || !CHECK_STR(error.reason, bad[i].reason))
			printf("# of \"%s\"\n", bad[i].text);
	}
}

static void test_long_and_nul(void)
{
	char text[2000];
	struct policy_error error;
	struct policy p;

	memset(text, '=', sizeof(text));
	CHECK_INT(policy_parse((struct span){ text, sizeof(text) }, &p, &error), -EINVAL);
	CHECK_STR(error.reason, "a line of more than 1024 bytes");
	CHECK_INT(policy_parse((struct span){ "mode = warn\0\n", 13 }, &p, &error), -EINVAL);
	CHECK_STR(error.reason, "a NUL byte");
	memset(text, '#', 1024);
	memcpy(text + 1024, "\n" MINIMAL, sizeof("\n" MINIMAL));
	CHECK_INT(policy_parse(span_of(text), &p, &error), 0);
}

static void test_too_many(void)
{
	char text[8192] = "";
	struct emit e = EMIT_INIT(text);
	struct policy_error error;
	struct policy p;

	emit_str(&e, MINIMAL);
	for (int i = 0; i < POLICY_LIST_MAX; i++)
		emit_printf(&e, "mount.allow = /m%d\n", i);
	CHECK_INT(policy_parse((struct span){ text, e.len }, &p, &error), 0);
	emit_str(&e, "mount.allow = /one\n");
	CHECK_INT(policy_parse((struct span){ text, e.len }, &p, &error), -EINVAL);
	CHECK_INT(error.line, POLICY_LIST_MAX + 2);
	CHECK_STR(error.reason, "too many values for this key");
}

static void test_round_trip(void)
{
	static const char *const texts[] = {
		MINIMAL,
		"cap.allow = none\nmode = warn\nname = n\nlsm = required\ninside = required\n",
		"cap.allow = chown 63\nseccomp = required\nnamespaces = user time net\n"
		"mount.allow = /a b\nrefuse = keyring\nlsm = p//q\ninside = joined\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char first[2048] = "", second[2048] = "";
		struct emit e = EMIT_INIT(first), f = EMIT_INIT(second);
		struct policy_error error;
		struct policy p;

		if (!CHECK_INT(policy_parse(span_of(texts[i]), &p, &error), 0))
			continue;
		policy_emit(&e, &p);
		CHECK_INT(policy_parse(span_of(first), &p, &error), 0);
		policy_emit(&f, &p);
		CHECK_STR(second, first);
	}
}

static void test_excess(void)
{
	const struct policy allow = { .whitelist = true, .caps = { 0x5 } };
	const struct policy refuse = { .caps = { 0x5 } };
	const struct caps held = { 1ULL << 63 | 0x7 };

	/* What a newer kernel has is refused by a whitelist and not by a list of refusals. */
	CHECK_INT(policy_get_excess(&allow, held).bits, 1ULL << 63 | 0x2);
	CHECK_INT(policy_get_excess(&refuse, held).bits, 0x5);
}

static void test_mounts(void)
{
	const struct policy p = { .mount_allow = { .item = { { "/srv", 4 } }, .n = 1 } };

	CHECK(policy_allows_mount(&p, span_of("/srv")));
	CHECK(policy_allows_mount(&p, span_of("/srv/a")));
	CHECK(!policy_allows_mount(&p, span_of("/srva")));
	CHECK(!policy_allows_mount(&p, span_of("/sr")));
	CHECK(!policy_allows_mount(&p, span_of("/")));
}

static int parse(const char *text, struct policy *p)
{
	struct policy_error error;

	return policy_parse(span_of(text), p, &error);
}

static void test_places(void)
{
	static const char *const bad[] = { "/proc",	  "/proc/",	"/etc/passwd", "proc/irq",
					   "/sys/../etc", "/proc//irq", "/proc/irq/",  "/sys/.x" };
	char text[200];
	struct policy p;

	CHECK_INT(
		parse("cap.allow = none\ncovered = /proc/kcore /sys/kernel\ncovered = /proc/keys\n"
		      "readonly = /proc/irq\n",
		      &p),
		0);
	CHECK_INT(p.covered.n, 3);
	CHECK(span_is(p.covered.item[2], "/proc/keys"));
	CHECK_INT(p.readonly.n, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "cap.allow = none\ncovered = %s\n", bad[i]);
		CHECK_INT(parse(text, &p), -EINVAL);
	}
}

static void test_allow(void)
{
	struct policy p = { 0 };
	const char *reason;

	CHECK_INT(policy_add_allow(&p, span_of("/dev/net/tun"), &reason), 0);
	CHECK(policy_allows_mount(&p, span_of("/dev/net/tun")));
	CHECK_INT(policy_add_allow(&p, span_of("/"), &reason), -EINVAL);
	CHECK_INT(policy_add_allow(&p, span_of("srv"), &reason), -EINVAL);
	CHECK_STR(reason, "not a path below '/' in the guest");
	CHECK_INT(policy_add_allow(&p, span_of("/a/../etc"), &reason), -EINVAL);
	CHECK_INT(p.mount_allow.n, 1);
}

TAP_MAIN({ "places that must be covered", test_places }, { "harden.allow", test_allow },
	 { "every key", test_whole }, { "what is not said", test_defaults },
	 { "each fault with its line", test_errors }, { "long lines and NUL", test_long_and_nul },
	 { "as many values as fit", test_too_many }, { "emitted and read back", test_round_trip },
	 { "capabilities too many", test_excess }, { "mounts that are allowed", test_mounts });
