/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program run beside us.  It waits before it executes, so that its number can be told to
 * the recorder first.
 */
#ifndef TOOLS_PROCESS_CHILD_H
#define TOOLS_PROCESS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid; /* 0: none */
	int gofd;  /* it waits for a byte */
	int outfd; /* what it prints, if it was asked for; else -EBADF */
};

#define CHILD_INIT ((struct child){ .gofd = -EBADF, .outfd = -EBADF })

enum child_output { CHILD_INHERIT, CHILD_PIPE, CHILD_NULL };

/*
 * What of ours it gets to see.  A guest's program must get neither a descriptor that we were
 * started with nor our terminal: what it types there with TIOCSTI, a shell of the host's runs.
 */
enum child_kind {
	CHILD_ALONE, /* reads /dev/null, in a session of its own */
	CHILD_GUEST, /* lxc-harden attach: has our three, which it keeps from the guest */
	CHILD_HOST,  /* a program of the host's, as a shell would run it */
};

/*
 * argv[0] is looked for in PATH.  Signals are unblocked and at their defaults in it.  With
 * CHILD_PIPE its standard error goes to /dev/null, with CHILD_NULL both.  0 or -errno.
 */
int child_start(struct child *child, char *const argv[], enum child_output output,
		enum child_kind kind);
void child_go(struct child *child);

/* 1 and its exit status in *ret_status (128 + signal) if it has ended, 0 if not. */
int child_reap(struct child *child, int *ret_status);
/* Ends it: SIGTERM, and SIGKILL a while later. */
void child_kill(struct child *child);

#endif
