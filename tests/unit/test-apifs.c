/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/apifs. */
#include "config.h"

#include "lib/apifs.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/tap.h"

static void test_paths(void)
{
	char path[64];

	CHECK(apifs_n > 0);
	for (size_t i = 0; i < apifs_n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", apifs[i].folder, apifs[i].name);
		CHECK_STR(apifs[i].path, path);
		CHECK(apifs_is(path));
		CHECK(apifs[i].fs->type && apifs[i].fs->source);
		CHECK(!strchr(apifs[i].name, '/'));
	}
}

static void test_others(void)
{
	static const char *const others[] = { "",	   "run",	 "dev",	    "/run/lock",
					      "run/lock/", "run/lock/x", "dev/.lxc" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK(!apifs_is(others[i]));
}

TAP_MAIN({ "each has the path of its folder and name", test_paths },
	 { "what is none of them", test_others })
