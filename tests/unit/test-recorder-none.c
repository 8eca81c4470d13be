/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/recorder/recorder-none, which takes the recorder's place without BPF: built in any case. */
#include "config.h"

#include "tools/recorder/recorder.h"

#include "tests/unit/tap.h"

static void test_open(void)
{
	const struct recorder_options options = { 0 };
	struct recorder_error error = { "" };
	struct recorder *rec = NULL;

	CHECK_INT(recorder_open(&options, &rec, &error), -ENOSYS);
	CHECK_STR(error.text, "this lxc-harden was built without BPF (configure --with-bpf)");
	CHECK(!rec);
	recorder_close(NULL);
}

static void test_nothing_works(void)
{
	struct recorder_error error = { "" };
	struct record_run run;

	CHECK_INT(recorder_watch(NULL, 1, true, &run, &error), -ENOSYS);
	CHECK_INT(recorder_collect(NULL, NULL), -ENOSYS);
	CHECK(recorder_get_event_fd(NULL) < 0);
}

TAP_MAIN({ "it cannot be opened, and says why", test_open },
	 { "nothing of it pretends to work", test_nothing_works });
