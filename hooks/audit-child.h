/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Children that do what may hang, be killed or be taken over, for a limited time.  Whoever has
 * the ids that such a child takes on may stop it (kill(2)), and its own alarm then never comes:
 * so both sides have a limit.
 */
#ifndef HOOKS_AUDIT_CHILD_H
#define HOOKS_AUDIT_CHILD_H

#include <sys/types.h>

/*
 * fork(2), with SIGCHLD blocked from then on.  0 in the child, which has an alarm of so many
 * seconds and is killed when its parent ends, see audit_child_follow(); else its number, or
 * -errno.
 */
pid_t audit_child_fork(unsigned int seconds);

/* In the child, after it took on other ids or powers: the kernel then forgets (prctl(2)). */
void audit_child_follow(void);

/*
 * Waits for it, a second longer than it has, and kills it then.  0 and *ret_status as waitpid(2)
 * gives it, or -errno.  Either way it has gone.
 */
int audit_child_wait(pid_t pid, unsigned int seconds, int *ret_status);

#endif
