/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/container/harden-dir: what a killed writer left goes, and nothing else. */
#include "config.h"

#include "tools/container/harden-dir.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tests/unit/scratch.h"
#include "tests/unit/tap.h"

/* The number of a process that has ended and been reaped. */
static pid_t past_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	return pid;
}

static void leave(int fd, const char *name, pid_t pid)
{
	char entry[64];

	(void)snprintf(entry, sizeof(entry), ".%s.%d", name, (int)pid);
	scratch_write(fd, entry, "x", 1);
}

static void test_left(void)
{
	static const char *const names[] = { HARDEN_AUDIT, HARDEN_HISTORY, HARDEN_RECORD,
					     HARDEN_PROOF, HARDEN_TRIES };
	auto_close int fd = scratch_new();
	pid_t past = past_pid();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		scratch_write(fd, names[i], "x", 1);
		leave(fd, names[i], past);
	}
	CHECK_INT(scratch_count(fd), 10);
	CHECK_INT(harden_dir_tidy(fd), 0);
	CHECK_INT(scratch_count(fd), 5);
}

static void test_kept(void)
{
	auto_close int fd = scratch_new();
	pid_t past = past_pid();

	/* An audit that is being written at this moment. */
	leave(fd, HARDEN_AUDIT, getpid());
	/* Names that are none of ours. */
	leave(fd, "audit.json.x", past);
	leave(fd, "audit", past);
	scratch_write(fd, ".audit.json.", "x", 1);
	scratch_write(fd, ".audit.json.0", "x", 1);
	scratch_write(fd, ".audit.json.-1", "x", 1);
	scratch_write(fd, ".audit.json.1x", "x", 1);
	scratch_write(fd, ".audit.json.99999999999999999999", "x", 1);
	scratch_write(fd, ".1", "x", 1);
	CHECK_INT(harden_dir_tidy(fd), 0);
	CHECK_INT(scratch_count(fd), 9);
}

TAP_MAIN({ "of every file, by a process that is no more", test_left },
	 { "of a process that goes on, and files of others", test_kept });
