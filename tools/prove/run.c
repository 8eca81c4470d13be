/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See run.h. */
#include "config.h"

#include "tools/prove/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/container/harden-dir.h"
#include "tools/prove/pool.h"
#include "tools/trial/guest.h"
#include "tools/trial/units.h"

#define TICK_MS 200

static int stopped(struct prove_run *run)
{
	prove_progress_end(&run->progress);
	if (run->tries.tries.n)
		command_error(run->cmd->verb,
			      "%s: interrupted after %u boots; the next run goes on from there",
			      run->cmd->name, run->tries.boots);
	else
		command_error(run->cmd->verb, "%s: interrupted", run->cmd->name);
	return COMMAND_FAILED;
}

/* With the reason, and a line of a log as a second one if there is any. */
static int refuse(struct prove_run *run, const char *head, const struct prove_result *result,
		  int status)
{
	prove_progress_end(&run->progress);
	command_error(run->cmd->verb, "%s: %s: %s%s%s", run->cmd->name, head, result->what,
		      result->line[0] ? ": " : "", result->line);
	return status;
}

static int start_try(struct prove_run *run, struct prove_pool *pool,
		     const struct prove_state *baseline, const struct capsearch_want *want)
{
	int r = prove_pool_start(pool, &run->setup, baseline, want);

	if (r == 0)
		return 0;
	prove_progress_end(&run->progress);
	command_error(run->cmd->verb, "cannot start a try: %s", strerror(-r));
	return r;
}

/* NULL when a signal has asked us to stop. */
static const struct prove_slot *wait_for(struct prove_run *run, struct prove_pool *pool)
{
	const struct prove_slot *slot;

	do {
		prove_progress_draw(&run->progress);
		slot = prove_pool_wait(pool, TICK_MS);
	} while (!slot && !pool->stopping);
	return slot;
}

/* --- Baselines ------------------------------------------------------------------- */

static void count_units(const struct prove_state *state, size_t *ret_active, size_t *ret_restarted)
{
	*ret_active = *ret_restarted = 0;
	for (size_t i = 0; i < state->n_units; i++) {
		*ret_active += state->units[i].active;
		*ret_restarted += state->units[i].restarted;
	}
}

/*
 * Two, side by side: what differs between them is the guest's own unsteadiness, and is asked
 * of no try.  -1 to go on.
 */
static int measure(struct prove_run *run, struct prove_pool *pool)
{
	const struct capsearch_want want = { .set = run->search.max };
	const struct prove_slot *slot;
	char text[200];
	size_t active, restarted;

	prove_progress_say(&run->progress, "two boots with all capabilities, to compare with");
	for (unsigned int started = 0, done = 0; done < 2;) {
		while (started < 2 && started - done < pool->n_slots) {
			if (start_try(run, pool, NULL, &want) < 0)
				return COMMAND_FAILED;
			started++;
		}
		slot = wait_for(run, pool);
		if (!slot)
			return stopped(run);
		run->tries.boots++;
		if (slot->result.verdict == PROVE_BROKEN)
			return refuse(run, "a copy could not be tried", &slot->result,
				      COMMAND_FAILED);
		if (slot->result.verdict != PROVE_PASS)
			return refuse(run,
				      done ? "it does not come out the same each time"
					   : "it does not work with all capabilities of the level",
				      &slot->result, COMMAND_NO);
		if (done++ == 0)
			run->baseline = slot->result.state;
		else
			prove_units_join(&run->baseline, &slot->result.state);
		prove_progress_tell(&run->progress, &want, &slot->result, 30);
		/* They agree on what is asked from now on, so they have passed. */
		if (!capsearch_find(&run->tries.tries, want.set) || !run->resumed)
			(void)capsearch_note(&run->tries.tries, &want, CAPSEARCH_PASSED, 0);
	}
	count_units(&run->baseline, &active, &restarted);
	(void)snprintf(text, sizeof(text), "%zu units active, %zu of them services to restart",
		       active, restarted);
	if (run->setup.systemd)
		prove_progress_say(&run->progress, text);
	return -1;
}

/* --- The search ----------------------------------------------------------------------- */

/* -1 to go on. */
static int take(struct prove_run *run, const struct prove_slot *slot, unsigned int *n_broken)
{
	int r;

	run->tries.boots++;
	if (slot->result.verdict == PROVE_STOPPED)
		return -1;
	if (slot->result.verdict == PROVE_BROKEN) {
		/* Memory may be short for a moment. */
		if (++*n_broken < 3)
			return -1;
		return refuse(run, "a copy could not be tried", &slot->result, COMMAND_FAILED);
	}
	r = prove_tries_note(&run->tries, &slot->want, &slot->result);
	if (r == 0)
		r = prove_tries_save(run->harden, run->key, &run->tries);
	if (r < 0) {
		prove_progress_end(&run->progress);
		command_error(run->cmd->verb, "cannot write '%s': %s", HARDEN_TRIES, strerror(-r));
		return COMMAND_FAILED;
	}
	prove_progress_tell(&run->progress, &slot->want, &slot->result, run->result.tries_left);
	return -1;
}

static int search(struct prove_run *run, struct prove_pool *pool)
{
	unsigned int n_broken = 0;
	int r;

	for (;;) {
		struct capsearch_want running[PROVE_POOL_MAX], want;
		const struct prove_slot *slot;
		size_t n = prove_pool_running(pool, running);

		if (n < pool->n_slots && capsearch_next(&run->search, &run->tries.tries, running, n,
							&want, &run->result) == 1) {
			if (start_try(run, pool, &run->baseline, &want) < 0)
				return COMMAND_FAILED;
			continue;
		}
		if (!n)
			break;
		slot = wait_for(run, pool);
		if (!slot)
			return stopped(run);
		r = take(run, slot, &n_broken);
		if (r >= 0)
			return r;
	}
	if (run->result.stage == CAPSEARCH_DONE)
		return COMMAND_DONE;
	prove_progress_end(&run->progress);
	command_error(
		run->cmd->verb,
		"%s: flaky: with all capabilities it works at times only, so nothing is proved",
		run->cmd->name);
	prove_tries_remove(run->harden);
	return COMMAND_NO;
}

int prove_run(struct prove_run *run)
{
	struct prove_pool pool;
	int64_t begin = prove_deadline_now();
	int r;

	/* The largest set is written in words as what is missing from it. */
	run->progress.max = run->search.max;
	if (!run->fresh)
		run->resumed =
			prove_tries_load(run->harden, run->key, run->search.max, &run->tries);
	if (run->resumed)
		prove_progress_say(&run->progress, "going on with what an earlier run has tried");
	r = prove_pool_init(&pool, run->jobs);
	if (r < 0) {
		command_error(run->cmd->verb, "cannot prepare: %s", strerror(-r));
		return COMMAND_FAILED;
	}
	r = measure(run, &pool);
	if (r < 0)
		r = search(run, &pool);
	prove_progress_end(&run->progress);
	prove_pool_done(&pool);
	run->ms = (unsigned int)(prove_deadline_now() - begin);
	return r;
}
