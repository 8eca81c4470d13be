/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/procstatus, on what Linux 6.18 wrote of three containers' inits. */
#include "config.h"

#include "lib/procstatus.h"

#include "tests/unit/tap.h"

#define FULL UINT64_C(0x000001ffffffffff)

static void test_privileged(void)
{
	struct procstatus st;

	if (!CHECK_INT(procstatus_parse(tap_data("status-privileged"), &st), 0))
		return;
	CHECK_INT(st.inheritable.bits, 0);
	/* This machine itself lacks sys_resource. */
	CHECK_INT(st.permitted.bits, FULL & ~(UINT64_C(1) << 24));
	CHECK_INT(st.effective.bits, FULL & ~(UINT64_C(1) << 24));
	CHECK_INT(st.bounding.bits, FULL & ~(UINT64_C(1) << 24));
	CHECK_INT(st.ambient.bits, 0);
	CHECK_INT(st.seccomp, PROCSTATUS_SECCOMP_OFF);
	CHECK(!st.no_new_privs);
	CHECK_INT(st.ppid, 14168);
	CHECK_INT(st.pid_namespaces, 2);
}

static void test_idmapped(void)
{
	struct procstatus st;

	if (!CHECK_INT(procstatus_parse(tap_data("status-idmapped"), &st), 0))
		return;
	CHECK_INT(st.bounding.bits, FULL);
	CHECK_INT(st.ppid, 14275);
}

static void test_hardened(void)
{
	struct procstatus st;

	if (!CHECK_INT(procstatus_parse(tap_data("status-hardened"), &st), 0))
		return;
	CHECK_INT(st.bounding.bits, 0x5eb);
	CHECK_INT(st.permitted.bits, 0x5eb);
	CHECK_INT(st.effective.bits, 0x5eb);
	CHECK_INT(st.seccomp, PROCSTATUS_SECCOMP_FILTER);
	CHECK(st.no_new_privs);
}

/* Each set into its own place: a mix-up would audit the wrong one. */
static void test_places(void)
{
	struct procstatus st;

	CHECK_INT(procstatus_parse(span_of("CapAmb:\t5\nCapBnd:\t4\nCapEff:\t3\nCapPrm:\t2\n"
					   "CapInh:\t1\nPPid:\t0\nSeccomp:\t1"),
				   &st),
		  0);
	CHECK_INT(st.inheritable.bits, 1);
	CHECK_INT(st.permitted.bits, 2);
	CHECK_INT(st.effective.bits, 3);
	CHECK_INT(st.bounding.bits, 4);
	CHECK_INT(st.ambient.bits, 5);
	CHECK_INT(st.seccomp, PROCSTATUS_SECCOMP_STRICT);
	CHECK_INT(st.pid_namespaces, 0);
}

/* Kernels before 4.3 have no CapAmb, some are built without seccomp or namespaces. */
static void test_old_kernel(void)
{
	struct procstatus st;

	CHECK_INT(procstatus_parse(span_of("Name:\tinit\nPPid:\t0\nCapInh:\t0\nCapPrm:\t1\n"
					   "CapEff:\t1\nCapBnd:\t1\n"),
				   &st),
		  0);
	CHECK_INT(st.ambient.bits, 0);
	CHECK_INT(st.seccomp, PROCSTATUS_SECCOMP_UNKNOWN);
	CHECK(!st.no_new_privs);
}

#define MINIMUM "PPid:\t1\nCapInh:\t0\nCapPrm:\t0\nCapEff:\t0\nCapBnd:\t0\n"

static void test_malformed(void)
{
	static const char *const bad[] = {
		"",
		"\n\n",
		"CapInh:\t0\nCapPrm:\t0\nCapEff:\t0\nCapBnd:\t0\n",
		"PPid:\t1\nCapPrm:\t0\nCapEff:\t0\nCapBnd:\t0\n",
		"PPid:\t1\nCapInh:\t0\nCapEff:\t0\nCapBnd:\t0\n",
		"PPid:\t1\nCapInh:\t0\nCapPrm:\t0\nCapBnd:\t0\n",
		"PPid:\t1\nCapInh:\t0\nCapPrm:\t0\nCapEff:\t0\n",
		"PPid:\t1\nCapInh:\t0\nCapPrm:\t0\nCapEff:\t0\nCapBnd",
		"PPid:\t1\nCapInh:\t0\nCapPrm:\t0\nCapEff:\t0\nCapBnd:",
		"PPid:\t1\nCapInh:\t0\nCapPrm:\t0\nCapEff:\t0\nCapBnd:\t0x0\n",
		MINIMUM "CapAmb:\t1ffffffffffffffff\n",
		MINIMUM "CapAmb:\tg\n",
		MINIMUM "CapAmb:\n",
		MINIMUM "NoNewPrivs:\t2\n",
		MINIMUM "NoNewPrivs:\t-1\n",
		MINIMUM "Seccomp:\t3\n",
		MINIMUM "Seccomp:\t\n",
		MINIMUM "PPid:\t2147483648\n",
		MINIMUM "PPid:\t-1\n",
		MINIMUM "CapBnd:\t0 0\n",
	};
	struct procstatus st = { .ppid = 4711 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!CHECK_INT(procstatus_parse(span_of(bad[i]), &st), -EINVAL))
			printf("# in row %zu\n", i);
	}
	CHECK_INT(procstatus_parse((struct span){ NULL, 0 }, &st), -EINVAL);
	CHECK_INT(st.ppid, 4711);
	CHECK_INT(procstatus_parse(span_of(MINIMUM), &st), 0);
}

/* The name is the process's own; the kernel escapes its newlines. */
static void test_name(void)
{
	struct procstatus st;

	CHECK_INT(procstatus_parse(span_of("Name:\tx\\nCapBnd:\tff\n" MINIMUM), &st), 0);
	CHECK_INT(st.bounding.bits, 0);
	CHECK_INT(
		procstatus_parse(span_of("Name:\tCapBnd:\tff\nXCapBnd:\tff\nCapBndX:\tff\n" MINIMUM
					 "CapBnd2\n"),
				 &st),
		0);
	CHECK_INT(st.bounding.bits, 0);
}

TAP_MAIN({ "a privileged container's init", test_privileged },
	 { "an id-mapped container's init", test_idmapped },
	 { "a hardened container's init", test_hardened },
	 { "each set is read into its own place", test_places }, { "old kernels", test_old_kernel },
	 { "malformed texts", test_malformed }, { "names that look like lines", test_name })
