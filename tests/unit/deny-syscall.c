/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * deny-syscall NAME[,NAME...] COMMAND [ARGUMENT...]
 *
 * Runs COMMAND on an older kernel, as far as it can tell: each system call named is
 * answered with ENOSYS.  For tests of our programs' fallbacks.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/span.h"
#include "tests/unit/deny.h"

/* Those since Linux 5.1 have the same number on every architecture. */
static const struct {
	const char *name;
	unsigned int number;
} calls[] = {
	{ "open_tree", 428 }, { "move_mount", 429 },	  { "fsopen", 430 },
	{ "fsconfig", 431 },  { "fsmount", 432 },	  { "pidfd_open", 434 },
	{ "openat2", 437 },   { "faccessat2", 439 },	  { "mount_setattr", 442 },
	{ "bpf", SYS_bpf },   { "unshare", SYS_unshare },
};

int main(int argc, char **argv)
{
	unsigned int numbers[DENY_MAX];
	unsigned short n = 0;
	struct span rest, name;

	if (argc < 3) {
		fprintf(stderr, "usage: deny-syscall NAME[,NAME...] COMMAND [ARGUMENT...]\n");
		return 2;
	}
	rest = span_of(argv[1]);
	while (span_next_field(&rest, ',', &name)) {
		size_t i = 0;

		while (i < sizeof(calls) / sizeof(calls[0]) && !span_is(name, calls[i].name))
			i++;
		if (i == sizeof(calls) / sizeof(calls[0]) || n == DENY_MAX) {
			fprintf(stderr, "deny-syscall: unknown or too many: '%s'\n", argv[1]);
			return 2;
		}
		numbers[n++] = calls[i].number;
	}
	if (deny_syscalls(numbers, n) < 0) {
		perror("deny-syscall: cannot load a seccomp filter");
		return 77;
	}
	(void)execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
