/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/audit-process: what is pure in it, and what it makes of captured facts. */
#include "config.h"

#include "lib/audit-process.h"

#include "tests/unit/tap.h"

static void test_start_time(void)
{
	static const char rest[] = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
	char text[256];
	uint64_t t = 0;

	(void)snprintf(text, sizeof(text), "12 (sleep)%s", rest);
	CHECK_INT(audit_parse_start_time(span_of(text), &t), 0);
	CHECK_INT(t, 4711);
	/* A name that looks like the fields after it. */
	(void)snprintf(text, sizeof(text), "12 (a) S 9 9 9 ) ()%s", rest);
	CHECK_INT(audit_parse_start_time(span_of(text), &t), 0);
	CHECK_INT(t, 4711);
	CHECK_INT(audit_parse_start_time(span_of("12 (a) S 1 2"), &t), -EINVAL);
	CHECK_INT(audit_parse_start_time(span_of(""), &t), -EINVAL);
}

static void test_label(void)
{
	static const struct {
		struct span in;
		const char *label;
		bool complain;
	} cases[] = {
		{ { "unconfined\n", 11 }, "unconfined", false },
		{ { "lxc-c_</x>//&:a:u (enforce)\n", 28 }, "lxc-c_</x>//&:a:u", false },
		{ { "p (complain)\n", 13 }, "p", true },
		{ { "system_u:r:c_t:s0\0", 18 }, "system_u:r:c_t:s0", false },
		{ { "", 0 }, "", false },
		{ { "\n", 1 }, "", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char label[64] = "x";
		bool complain;

		audit_parse_label(cases[i].in, label, sizeof(label), &complain);
		CHECK_STR(label, cases[i].label);
		CHECK_INT(complain, cases[i].complain);
	}
}

static const char *judge(const struct audit_process *p, const struct policy *policy)
{
	static char keys[512];
	struct audit_findings f = { 0 };
	struct emit e = EMIT_INIT(keys);

	keys[0] = '\0';
	audit_judge_process(p, policy, &f);
	audit_judge_label(p->lsm, p->lsm_complain, policy, &f);
	for (size_t i = 0; i < f.n; i++)
		emit_printf(&e, "%s%s", i ? " " : "", f.item[i].key);
	return keys;
}

static void test_judge(void)
{
	const struct policy none = { .caps = { 0 } };
	const struct policy strict = {
		.caps = { 1 << 21 },
		.seccomp = true,
		.no_new_privs = true,
		.idmap = true,
		.lsm = POLICY_LSM_REQUIRED,
		.namespaces = 0x3,
	};
	const struct audit_process bad = {
		.status = { .bounding = { 1 << 21 | 1 },
			    .inheritable = { 1 },
			    .ambient = { 1 },
			    .seccomp = PROCSTATUS_SECCOMP_STRICT },
		.ns = { { 1, true }, { 0, true }, { 1, true } },
		.maps_root = true,
	};
	const struct audit_process good = {
		.status = { .bounding = { 1 },
			    .seccomp = PROCSTATUS_SECCOMP_FILTER,
			    .seccomp_filters = 1,
			    .no_new_privs = true },
		.ns = { { 1, false }, { 1, false }, { 1, true } },
		.lsm = "profile",
	};

	CHECK_STR(judge(&bad, &strict), "caps.bounding caps.inheritable caps.ambient seccomp "
					"no_new_privs idmap namespace.mnt namespace.pid lsm");
	CHECK_STR(judge(&bad, &none), "caps.inheritable caps.ambient");
	CHECK_STR(judge(&good, &strict), "");
}

static void test_judge_label(void)
{
	static const struct {
		enum policy_lsm lsm;
		const char *label;
		bool complain;
		size_t n;
	} cases[] = {
		{ POLICY_LSM_ANY, "", false, 0 },
		{ POLICY_LSM_ANY, "unconfined", true, 0 },
		{ POLICY_LSM_REQUIRED, "", false, 1 },
		{ POLICY_LSM_REQUIRED, "unconfined", false, 1 },
		{ POLICY_LSM_REQUIRED, "p", true, 1 },
		{ POLICY_LSM_REQUIRED, "p", false, 0 },
		{ POLICY_LSM_PROFILE, "p", false, 1 },
		{ POLICY_LSM_PROFILE, "wanted", false, 0 },
		{ POLICY_LSM_PROFILE, "wanted2", false, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct policy policy = { .lsm = cases[i].lsm, .lsm_profile = span_of("wanted") };
		struct audit_findings f = { 0 };

		audit_judge_label(cases[i].label, cases[i].complain, &policy, &f);
		if (!CHECK_INT(f.n, cases[i].n))
			printf("# of case %zu\n", i);
	}
}

static void test_findings(void)
{
	struct audit_findings f = { 0 };
	char text[100] = "";
	struct emit e = EMIT_INIT(text);

	for (int i = 0; i < AUDIT_FINDINGS_MAX + 3; i++)
		audit_add(&f, "key", "finding number %d", i);
	CHECK_INT(f.n, AUDIT_FINDINGS_MAX);
	CHECK_INT(f.left_out, 3);
	audit_emit_findings(&e, &f);
	CHECK_STR(text, "finding number 0; finding number 1; finding number 2; finding number 3; "
			"and 31 more");
	CHECK(!e.full);
}

TAP_MAIN({ "the start time", test_start_time }, { "labels", test_label },
	 { "what the policy refuses", test_judge }, { "labels by policy", test_judge_label },
	 { "many findings", test_findings });
