/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Holds a running container still for the time of a copy.  That is done by a process of
 * its own, in a session of its own: it lets the container go on when it is told to, when
 * whoever asked is gone, whatever ended him, and in any case after a limit.  Should it be
 * killed itself, the next run finds the mark that it has left.
 */
#ifndef TOOLS_COPY_FREEZER_H
#define TOOLS_COPY_FREEZER_H

#include <stdbool.h>
#include <sys/types.h>

#define PROVE_FREEZER_MARK "prove-frozen" /* in the folder "harden" */
#define PROVE_FREEZER_SECONDS 30	  /* at most */

struct prove_freezer {
	int fd;
	pid_t pid;
};

#define PROVE_FREEZER_INIT ((struct prove_freezer){ .fd = -EBADF })

/*
 * Starts the process, which does nothing yet; to be called where the container is seen, as
 * nothing is of the host's later.  harden is the folder, with the lock.  0 or -errno.
 */
int prove_freezer_open(struct prove_freezer *freezer, const char *lxcpath, const char *name,
		       int harden);
/* 0, also for a container that somebody else has frozen; else -errno. */
int prove_freezer_freeze(struct prove_freezer *freezer);
/* 0; -ETIMEDOUT if it went on before, after the limit; else -errno. */
int prove_freezer_thaw(struct prove_freezer *freezer);
/* Ends the process, and a freeze with it. */
void prove_freezer_done(struct prove_freezer *freezer);

/* A run that was killed with that process has left it frozen: true if it has been let go. */
bool prove_freezer_sweep(const char *lxcpath, const char *name, int harden);

#endif
