/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What checker.c repeats: calls that are harmless, whatever a container may, and by each of
 * which the kernel asks for a capability a known number of times.  Those of Linux that are
 * not among them: net_broadcast, which no code asks for; mac_admin and mac_override, which
 * only security modules do; and what a kernel was built without (checker prints what it has).
 */
#ifndef TESTS_LIB_CHECKER_H
#define TESTS_LIB_CHECKER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CHECKER_FOREIGN 1 /* a uid and gid that are not ours */
#define CHECKER_FILE "/dev/checker.XXXXXX"

/* What the calls are made with: ready before anything is counted. */
struct checker {
	char path[sizeof(CHECKER_FILE)]; /* a file of FOREIGN's, mode 0 */
	int fd;				 /* the same */
	int group_fd;			 /* a file of ours, of FOREIGN's group */
	int own_fd;			 /* a file of this process alone */
	char own_name[64];		 /* no file yet */
	int login_fd;			 /* /proc/self/loginuid, set */
	int sem;			 /* FOREIGN's */
	pid_t other;			 /* a process of FOREIGN's */
};
extern struct checker checker;

enum {
	CHECKER_FAST = 1,	/* one system call that does nothing else */
	CHECKER_BELOW = 2,	/* asked of the process's own user namespace */
	CHECKER_OTHER = 4,	/* of another process, by its number */
	CHECKER_HOST = 8,	/* asked of the host's user namespace */
	CHECKER_HOST_ONLY = 16, /* the same, and only of who is in it */
};

struct checker_check {
	const char *cap;
	unsigned int granted, denied; /* how often, by the answer */
};

struct checker_op {
	void (*run)(void);
	unsigned int flags;
	struct checker_check check, more; /* more.cap: NULL for none */
	bool (*is_here)(void);		  /* NULL: in every kernel */
};
extern const struct checker_op checker_ops[];
extern const size_t checker_n_ops;

/*
 * What a hostile guest may do to the recorder's tables: a new name for the thread, or a new
 * cgroup, each round, in which CAP_SETUID is asked for CHECKER_CROWD times.
 */
#define CHECKER_CROWD 3
int checker_crowd_names(long rounds);
int checker_crowd_cgroups(long rounds);

#endif
