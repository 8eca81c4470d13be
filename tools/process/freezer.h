/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The v1 freezer, which holds a process even against SIGKILL.  Whoever has a freezer cgroup of
 * his own moves processes there that have his ids, ours among them.
 */
#ifndef TOOLS_PROCESS_FREEZER_H
#define TOOLS_PROCESS_FREEZER_H

#include <sys/types.h>

/*
 * The caller's own cgroup of the v1 freezer, for freezer_release(): an owned descriptor;
 * -ENOENT without such a hierarchy, or another -errno.
 */
int freezer_open_own(void);

/* Moves the process there: out of a frozen cgroup, so that it goes on.  0 or -errno. */
int freezer_release(int fd, pid_t pid);

#endif
