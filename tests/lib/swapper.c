/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * swapper A B: exchanges the two names as fast as it can, until it is told to end or its
 * parent ends, and says how often.  Each is there all the time, as one or as the other:
 * the guest's side of a race with something that looks at a path twice.
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void end(int signal_number)
{
	(void)signal_number;
	over = 1;
}

int main(int argc, char **argv)
{
	unsigned long n = 0;

	if (argc != 3)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGTERM, end);
	while (!over) {
		if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) < 0) {
			perror("swapper");
			return 1;
		}
		n++;
	}
	if (n % 2) /* as it was */
		(void)renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE);
	printf("%lu\n", n);
	return 0;
}
