/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One try: a throw-away copy is started with a list of capabilities, has to reach what the
 * baseline reached, does its work, restarts its services, and shuts down.  A baseline goes
 * the same way and notes what it finds.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "tools/copy/copy.h"
#include "tools/copy/template.h"
#include "tools/trial/guest.h"
#include "tools/trial/trial.h"
#include "tools/trial/units.h"

/* A try may take that much longer than the baseline did: others need the processors, too. */
#define SLACK_TIMES 2
#define SLACK_MS 2500
#define BASELINE_RESTART_MS 60000
#define BASELINE_STOP_MS 60000
#define SETTLED_MS 300 /* a process that fails at once does not get that old */
#define STILL_MS 400   /* without systemd, a guest whose processes do not change has started */
#define IDLE_MS 1500   /* one that does nothing at all has either started or never will */

const char *const prove_stages[PROVE_N_STAGES] = { "setup",   "start",	 "boot", "check",
						   "restart", "recheck", "stop" };

static int broken(struct trial *t, const char *what, int r)
{
	(void)trial_fail(t, "", "%s: %s", what, strerror(-r));
	if (t->result->verdict == PROVE_FAIL)
		t->result->verdict = PROVE_BROKEN;
	return -1;
}

static unsigned int limit_ms(const struct trial *t, unsigned int baseline_ms)
{
	if (!t->try->baseline)
		return baseline_ms;
	return t->try->baseline->ms[t->stage] * SLACK_TIMES + SLACK_MS;
}

static int64_t begin(struct trial *t, enum prove_stage stage)
{
	t->stage = stage;
	return prove_deadline_now();
}

static void end(struct trial *t, int64_t since)
{
	t->result->state.ms[t->stage] = (unsigned int)(prove_deadline_now() - since);
}

/* --- The steps ------------------------------------------------------------------------ */

static int step_setup(struct trial *t)
{
	int64_t since = begin(t, PROVE_SETUP);
	int r = prove_copy_make(t->setup, t->guest.dir, t->try->plain);

	if (r < 0)
		return broken(t, "cannot make a copy", r);
	r = prove_config_write(t->setup, t->guest.dir, t->try->keep);
	if (r < 0)
		return broken(t, "cannot write the configuration of a copy", r);
	end(t, since);
	return 0;
}

static int step_start(struct trial *t)
{
	int64_t since = begin(t, PROVE_START);
	int r = prove_guest_start(&t->guest, 30000);

	if (r == -ECANCELED)
		return trial_fail(t, "", "the container did not start, or its init ended at once");
	if (r < 0)
		return broken(t, "cannot start the container", r);
	end(t, since);
	return 0;
}

static int guest_ended(struct trial *t)
{
	return trial_fail(t, "", "the guest ended while it %s",
			  t->stage == PROVE_BOOT ? "started" : "was at work");
}

/*
 * Where many wait for a processor, a process that is about to fail may get old before it does:
 * the same ones have to be there a little later, which is later still on such a machine.
 */
static bool stays(struct trial *t)
{
	struct prove_deadline until = prove_deadline_begin(SETTLED_MS);
	struct prove_state now = { .n_comms = 0 };

	while (!prove_guest_stop && !prove_deadline_is_over(&until))
		(void)poll(NULL, 0, 20);
	return prove_units_read_comms(&t->guest, SETTLED_MS + prove_deadline_now() - until.begin,
				      &now) == 0 &&
	       !prove_units_missing_comm(t->try->baseline, &now);
}

/* What is seen of a guest without systemd while it starts, and since when it is the same. */
struct watch {
	struct prove_state last;
	int64_t still; /* the same names */
	int64_t idle;  /* the same processes, and none of them at work */
};

/* 1 once it has started, -1 when it will not any more, 0 to look again. */
static int watch(struct trial *t, struct watch *w)
{
	struct prove_state now = { .n_comms = 0 };
	const struct prove_state *baseline = t->try->baseline;
	int64_t time = prove_deadline_now();

	if (prove_units_read_comms(&t->guest, SETTLED_MS, &now) < 0)
		return 0;
	if (!prove_units_same_comms(&now, &w->last))
		w->still = w->idle = time;
	if (now.busy || now.newest != w->last.newest)
		w->idle = time;
	w->last = now;
	if (!baseline)
		return time - w->still > 4L * STILL_MS;
	if (!prove_units_missing_comm(baseline, &now) && stays(t))
		return 1;
	/* All of it sleeps: a busy machine is no reason to wait on. */
	return time - w->idle > baseline->ms[PROVE_BOOT] + IDLE_MS ? -1 : 0;
}

/* Without systemd: the same processes for a while, and those of the baseline among them. */
static int boot_without_systemd(struct trial *t, const struct prove_deadline *until)
{
	int64_t begun = prove_deadline_now();
	struct watch w = { .still = begun, .idle = begun };
	int r = 0;

	while (r == 0 && !prove_guest_stop && !prove_deadline_is_over(until)) {
		if (!prove_guest_is_alive(&t->guest))
			return guest_ended(t);
		r = watch(t, &w);
		if (r == 0)
			(void)poll(NULL, 0, 40);
	}
	/* Without the time in which nothing came any more. */
	t->result->state.ms[PROVE_BOOT] = (unsigned int)(w.still - begun);
	t->result->state.n_comms = w.last.n_comms;
	memcpy(t->result->state.comms, w.last.comms, sizeof(w.last.comms));
	if (t->try->baseline) {
		const char *comm = prove_units_missing_comm(t->try->baseline, &w.last);

		if (comm) {
			t->result->timed_out = true;
			return trial_fail(t, "",
					  "no process '%s', which there was with all capabilities",
					  comm);
		}
	}
	return 0;
}

static int boot_with_systemd(struct trial *t, const struct prove_deadline *until)
{
	const struct prove_state *baseline = t->try->baseline;
	unsigned int wait = baseline ? baseline->ms[PROVE_BOOT] / 2 : 100;
	const struct prove_unit *bad;

	while (!prove_guest_stop && !prove_deadline_is_over(until)) {
		int r;

		(void)poll(NULL, 0, (int)(wait < 600 ? wait : 600));
		wait = 80;
		if (!prove_guest_is_alive(&t->guest))
			return guest_ended(t);
		r = prove_units_read(&t->guest, &t->result->state);
		if (r == -ECANCELED)
			return guest_ended(t);
		if (r < 0)
			continue; /* too early for an answer */
		bad = baseline ? prove_units_find_failed(baseline, &t->result->state) : NULL;
		if (bad)
			return trial_fail(t, bad->name, "unit '%s' failed", bad->name);
		if (r == 0)
			continue;
		bad = baseline ? prove_units_find_inactive(baseline, &t->result->state) : NULL;
		if (bad) {
			t->result->inactive = true;
			return trial_fail(t, bad->name, "unit '%s' is not active", bad->name);
		}
		return 0;
	}
	return prove_units_fail_late(t, "the guest did not finish starting");
}

static int step_boot(struct trial *t)
{
	int64_t since = begin(t, PROVE_BOOT);
	struct prove_deadline until =
		prove_deadline_begin(limit_ms(t, t->setup->boot_seconds * 1000));
	int r = t->setup->systemd ? boot_with_systemd(t, &until) : boot_without_systemd(t, &until);

	if (r == 0 && t->setup->systemd)
		end(t, since);
	return r;
}

static int run_check(struct trial *t, size_t i)
{
	const char *const argv[] = { "/bin/sh", "-c", t->setup->checks[i], NULL };
	struct prove_output out = { 0 };
	int r = prove_guest_run(&t->guest, argv, t->setup->check_seconds * 1000, &out);

	if (r == 0 && out.status != 0) {
		prove_units_take_line(t, span_of(out.text));
		r = trial_fail(t, "", "check %zu ended with status %d", i + 1, out.status);
	} else if (r == -ETIMEDOUT) {
		t->result->timed_out = true;
		r = trial_fail(t, "", "check %zu did not end in %u s", i + 1,
			       t->setup->check_seconds);
	} else if (r == -ECANCELED) {
		r = guest_ended(t);
	} else if (r < 0) {
		r = trial_fail(t, "", "check %zu could not be run, or ended with status 255",
			       i + 1);
	}
	free(out.text);
	return r;
}

static int step_check(struct trial *t, enum prove_stage stage)
{
	int64_t since = begin(t, stage);

	for (size_t i = 0; i < t->setup->n_checks; i++) {
		if (run_check(t, i) < 0)
			return -1;
	}
	end(t, since);
	return 0;
}

static int step_restart(struct trial *t)
{
	int64_t since = begin(t, PROVE_RESTART);
	int r;

	if (!t->setup->systemd || !t->setup->restart)
		return 0;
	r = t->try->baseline ? prove_units_restart(t, limit_ms(t, 0))
			     : prove_units_restart_each(t, BASELINE_RESTART_MS);
	if (r == 0)
		end(t, since);
	return r;
}

static int step_stop(struct trial *t)
{
	int64_t since;
	int r;

	if (!t->try->baseline)
		prove_units_note_noise(t);
	if (!t->setup->stop)
		return 0;
	since = begin(t, PROVE_STOP);
	r = prove_guest_shutdown(&t->guest, limit_ms(t, BASELINE_STOP_MS));
	if (r == -ETIMEDOUT)
		return prove_units_fail_late(t, "the guest did not shut down");
	if (r < 0)
		return trial_fail(t, "", "the guest could not be asked to shut down");
	end(t, since);
	return 0;
}

void prove_trial_run(const struct prove_setup *setup, const struct prove_try *try,
		     struct prove_result *ret)
{
	struct trial t = { .setup = setup, .try = try, .result = ret };
	struct prove_guest *g = &t.guest;

	memset(ret, 0, sizeof(*ret));
	(void)snprintf(g->lxcpath, sizeof(g->lxcpath), "%s", setup->room);
	(void)snprintf(g->name, sizeof(g->name), "%s-%u", setup->run_id, try->number);
	(void)snprintf(g->dir, sizeof(g->dir), "%s/%s", g->lxcpath, g->name);
	if (step_setup(&t) == 0 && step_start(&t) == 0 && step_boot(&t) == 0 &&
	    step_check(&t, PROVE_CHECK) == 0 && step_restart(&t) == 0 &&
	    (!setup->systemd || !setup->restart || step_check(&t, PROVE_RECHECK) == 0))
		(void)step_stop(&t);
	if (ret->verdict == PROVE_FAIL)
		prove_units_find_evidence(&t);
	prove_guest_kill(g);
	prove_copy_remove(setup, g->dir);
}
