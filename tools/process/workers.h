/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many like jobs, in processes that may crash or hang without harm to the others: one
 * process does many jobs in turn, and another takes over behind the one at which it ended.
 * Jobs that belong to a user are done with that user's rights and no more, so what he puts
 * in the way is met as he would meet it himself.  He can hold up such a process, too: after
 * three that did not end, or twelve times the limit for one, the rest of his is given up.
 * Nobody waits for the end of such a process: the kernel may not let it end, in a frozen cgroup
 * or at a file system that does not answer.
 */
#ifndef TOOLS_PROCESS_WORKERS_H
#define TOOLS_PROCESS_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whose rights. */
struct workers_owner {
	uid_t uid;
	gid_t gid;
};

enum workers_end {
	WORKERS_UNDONE, /* no process could be made for it */
	WORKERS_DONE,
	WORKERS_CRASHED,
	WORKERS_TIMED_OUT,
};

struct workers {
	size_t n;
	size_t size;	      /* of one result */
	unsigned int jobs;    /* processes at a time; 0: as many as there are processors */
	unsigned int seconds; /* for one job; 0: ten */
	/* NULL: all with the caller's own rights; its own ids stand for these as well. */
	const struct workers_owner *owners;
	/*
	 * Writes its result, which begins as zeros, in memory that the caller sees.  What it prints
	 * is lost.
	 */
	void (*run)(size_t index, void *result, const void *state);
	const void *state;
};

/* Processes that were killed and that the kernel has not let end yet, and one of them. */
struct workers_held {
	size_t n;
	pid_t pid;
};

struct workers_results {
	size_t n;
	const enum workers_end *ends; /* n */
	void *results;		      /* n of the size asked for */
	void *memory;
	size_t memory_size;
	struct workers_held held;
};

/* What the caller says of them. */
#define WORKERS_HELD                                                                        \
	"%zu process(es) of ours, one of them %d, do not end although they were killed: a " \
	"container's file system does not answer, or a cgroup is frozen; they end when it goes"

/* 0 and *ret (workers_done()), or -errno. */
int workers_run(const struct workers *workers, struct workers_results *ret);
void workers_done(struct workers_results *results);

/* A user's, with his group by passwd(5) and none of a folder's; nogroup without one there. */
struct workers_owner workers_owner_of(uid_t uid);

/* False for rights that the caller cannot take: it is neither root nor that user. */
bool workers_may_be(const struct workers_owner *owner);

/*
 * Takes them, for good, and that user's environment; a limit of memory, too, since what he wrote
 * is read outside of his own limits.  0 or -errno.  In a process of its own.
 */
int workers_become(const struct workers_owner *owner);

#endif
