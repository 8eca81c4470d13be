/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/guest/filecap: the bytes as setcap(8) and the kernel write them. */
#include "config.h"

#include "tools/guest/filecap.h"

#include "tests/unit/tap.h"

#define SPAN(bytes) ((struct span){ (bytes), sizeof(bytes) - 1 })

static void test_versions(void)
{
	struct filecap f;

	/* cap_net_raw+ep, by setcap(8) */
	CHECK_INT(filecap_parse(SPAN("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), &f), 0);
	CHECK_INT(f.version, 2);
	CHECK(f.effective);
	CHECK_INT(f.permitted.bits, UINT64_C(1) << 13);
	CHECK_INT(f.inheritable.bits, 0);
	/* cap_bpf+p in a user namespace whose root is 100000 */
	CHECK_INT(filecap_parse(SPAN("\0\0\0\3\0\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\0\xa0\x86\1\0"), &f),
		  0);
	CHECK_INT(f.version, 3);
	CHECK(!f.effective);
	CHECK_INT(f.permitted.bits, UINT64_C(1) << 39);
	CHECK_INT(f.rootid, 100000);
	CHECK_INT(filecap_parse(SPAN("\0\0\0\1\1\0\0\0\2\0\0\0"), &f), 0);
	CHECK_INT(f.version, 1);
	CHECK_INT(f.permitted.bits, 1);
	CHECK_INT(f.inheritable.bits, 2);
}

static void test_malformed(void)
{
	struct filecap f;

	CHECK_INT(filecap_parse(SPAN(""), &f), -EINVAL);
	CHECK_INT(filecap_parse(SPAN("\1\0\0"), &f), -EINVAL);
	CHECK_INT(filecap_parse(SPAN("\1\0\0\2\0\x20\0\0"), &f), -EINVAL);
	CHECK_INT(filecap_parse(SPAN("\0\0\0\0\1\0\0\0\2\0\0\0"), &f), -EINVAL);
	CHECK_INT(filecap_parse(SPAN("\0\0\0\4\1\0\0\0\2\0\0\0"), &f), -EINVAL);
	CHECK_INT(filecap_parse(SPAN("\2\0\0\1\1\0\0\0\2\0\0\0"), &f), -EINVAL);
	CHECK_INT(filecap_parse(SPAN("\0\0\0\1\1\0\0\0\2\0\0\0\0"), &f), -EINVAL);
}

TAP_MAIN({ "versions 1, 2 and 3", test_versions }, { "what no kernel wrote", test_malformed });
