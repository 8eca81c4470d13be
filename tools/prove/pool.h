/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tries side by side, each in a process of its own.  For a process that is pid 1. */
#ifndef TOOLS_PROVE_POOL_H
#define TOOLS_PROVE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/prove/capsearch.h"
#include "tools/trial/result.h"

#define PROVE_POOL_MAX 64

struct prove_slot {
	pid_t pid; /* 0: free */
	int fd;	   /* its result comes by this */
	size_t got;
	struct capsearch_want want;
	struct prove_result result;
};

struct prove_pool {
	struct prove_slot *slots;
	size_t n_slots;
	int signalfd;
	unsigned int number; /* of the next try */
	bool stopping;	     /* a signal asked for it */
};

/* 0 or -errno. */
int prove_pool_init(struct prove_pool *pool, size_t n_slots);
/* Tells all tries to end, and waits for them. */
void prove_pool_done(struct prove_pool *pool);

size_t prove_pool_running(const struct prove_pool *pool, struct capsearch_want *list);

/* Starts a try in a free slot: 0 or -errno. */
int prove_pool_start(struct prove_pool *pool, const struct prove_setup *setup,
		     const struct prove_state *baseline, const struct capsearch_want *want);

/*
 * Waits until a try has ended: its slot, which is free from the next call on, or NULL after
 * so many milliseconds, or when a signal has asked us to stop.
 */
const struct prove_slot *prove_pool_wait(struct prove_pool *pool, unsigned int ms);

#endif
