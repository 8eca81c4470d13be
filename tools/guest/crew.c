/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crew.h. */
#include "config.h"

#include "tools/guest/crew.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define DESCRIPTORS_OTHER 64 /* what waits, and what this process has open besides */

unsigned int crew_size(unsigned int descriptors)
{
	struct rlimit limit;
	rlim_t n;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < DESCRIPTORS_OTHER)
		return 1;
	n = (limit.rlim_cur - DESCRIPTORS_OTHER) / descriptors;
	return n < 1 ? 1 : n > CREW_MAX ? CREW_MAX : (unsigned int)n;
}

/* Locks of the default kind fail for our own mistakes only, so nobody asks. */
bool crew_give(struct crew *crew, int fd, unsigned int depth, const char *path, size_t n)
{
	struct crew_folder *folder = NULL;

	(void)pthread_mutex_lock(&crew->lock);
	if (crew->n_waiting < CREW_WAITING)
		folder = malloc(sizeof(*folder) + n);
	if (folder) {
		*folder = (struct crew_folder){ .fd = fd, .depth = depth, .n = n };
		memcpy(folder->path, path, n);
		crew->waiting[crew->n_waiting++] = folder;
		(void)pthread_cond_signal(&crew->changed);
	}
	(void)pthread_mutex_unlock(&crew->lock);
	return folder;
}

/* The one highest up has the most below it, as a rule: so less goes through here. */
static struct crew_folder *take_highest(struct crew *crew)
{
	struct crew_folder *folder;
	size_t best = 0;

	for (size_t i = 1; i < crew->n_waiting; i++) {
		if (crew->waiting[i]->depth < crew->waiting[best]->depth)
			best = i;
	}
	folder = crew->waiting[best];
	crew->waiting[best] = crew->waiting[--crew->n_waiting];
	return folder;
}

struct crew_folder *crew_take(struct crew *crew)
{
	struct crew_folder *folder = NULL;

	(void)pthread_mutex_lock(&crew->lock);
	/* Who is busy may give some. */
	while (crew->r == 0 && crew->n_waiting == 0 && crew->n_busy)
		(void)pthread_cond_wait(&crew->changed, &crew->lock);
	if (crew->r == 0 && crew->n_waiting) {
		folder = take_highest(crew);
		crew->n_busy++;
	}
	(void)pthread_mutex_unlock(&crew->lock);
	return folder;
}

void crew_end(struct crew *crew, int r)
{
	(void)pthread_mutex_lock(&crew->lock);
	crew->n_busy--;
	if (crew->r == 0)
		crew->r = r;
	if (crew->r || (!crew->n_busy && !crew->n_waiting))
		(void)pthread_cond_broadcast(&crew->changed);
	(void)pthread_mutex_unlock(&crew->lock);
}

long crew_count(struct crew *crew, size_t n)
{
	long r;

	(void)pthread_mutex_lock(&crew->lock);
	crew->n_files += n;
	r = crew->r ? crew->r : (long)crew->n_files;
	(void)pthread_mutex_unlock(&crew->lock);
	return r;
}

void crew_done(struct crew *crew)
{
	while (crew->n_waiting) {
		struct crew_folder *folder = crew->waiting[--crew->n_waiting];

		(void)close(folder->fd); /* a folder */
		free(folder);
	}
	(void)pthread_mutex_destroy(&crew->lock);
	(void)pthread_cond_destroy(&crew->changed);
}
