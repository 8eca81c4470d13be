/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Folders of a tree, handed from those who find them to those who have nothing to do.  A disk
 * answers several questions in about the time of one, so a few threads read a tree that is
 * not in memory in a fraction of the time; one that is, by as many as there are processors.
 *
 * What waits is bounded, in descriptors and in memory: where there is no room, who has found
 * the folder walks it.
 */
#ifndef TOOLS_GUEST_CREW_H
#define TOOLS_GUEST_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define CREW_MAX 6	/* members */
#define CREW_WAITING 16 /* folders */

struct crew_folder {
	int fd; /* owned by who has the folder */
	unsigned int depth;
	size_t n;
	char path[]; /* n bytes */
};

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct crew_folder *waiting[CREW_WAITING];
	size_t n_waiting, n_busy, n_files;
	int r; /* the first failure, with which all end */
};

#define CREW_INIT                                                                      \
	{                                                                              \
		.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER \
	}

/* How many may work, each with so many descriptors, by the limit of them: 1 to CREW_MAX. */
unsigned int crew_size(unsigned int descriptors);

/* Whether it was taken, and fd with it; the path is copied. */
bool crew_give(struct crew *crew, int fd, unsigned int depth, const char *path, size_t n);
/*
 * Waits for a folder, the highest there is: an owned one (free()), or NULL when all is done or
 * somebody has failed.  Each is followed by one crew_end(), with 0 or what went wrong.
 */
struct crew_folder *crew_take(struct crew *crew);
void crew_end(struct crew *crew, int r);

/* So many more files were seen: how many there are, or the failure of another member. */
long crew_count(struct crew *crew, size_t n);

/* Once all members have ended: frees what nobody took. */
void crew_done(struct crew *crew);

#endif
