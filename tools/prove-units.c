/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See prove-units.h. */
#include "config.h"

#include "tools/prove-units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/unitlist.h"

#define ASK_MS 5000
#define SETTLED_MS 300 /* a process that fails at once does not get that old */

static const char *const ask_states[] = {
	"/bin/sh", "-c",
	"systemctl is-system-running; exec systemctl list-units --all --plain --no-legend "
	"--no-pager --full",
	NULL
};

/* --- States ---------------------------------------------------------------------- */

/*
 * Mounts depend on what LXC mounts, and of systemd's own steps and sockets each has conditions
 * of its own, on capabilities too, and is passed over where it has nothing to do.  That one
 * of them failed is told by its state.
 */
static bool is_asked_for(const struct unitlist_row *row)
{
	if (unitlist_has_suffix(row->name, ".mount") ||
	    unitlist_has_suffix(row->name, ".automount"))
		return false;
	if (!span_starts(row->name, "systemd-"))
		return true;
	return span_is(row->sub, "running") && unitlist_has_suffix(row->name, ".service");
}

static void take_row(const struct unitlist_row *row, struct prove_state *state)
{
	struct prove_unit *unit = &state->units[state->n_units];

	/* Longer names cannot be asked for again, and devices are the host's. */
	if (state->n_units == PROVE_UNITS_MAX || unitlist_has_suffix(row->name, ".device") ||
	    span_copy(row->name, unit->name, sizeof(unit->name)) < 0)
		return;
	/* A service that is being started once more has failed, whatever becomes of it. */
	unit->failed = span_is(row->active, "failed") || span_is(row->sub, "auto-restart");
	unit->active = span_is(row->active, "active") && is_asked_for(row);
	unit->running = span_is(row->sub, "running") && unitlist_has_suffix(row->name, ".service");
	unit->restarted = unit->replaced = false;
	state->n_units++;
}

int prove_units_read(struct prove_guest *guest, struct prove_state *ret)
{
	struct prove_output out = { 0 };
	struct unitlist_row row;
	struct span rest, line;
	int r = prove_guest_run(guest, ask_states, ASK_MS, &out);

	if (r < 0)
		return r == -ECANCELED ? r : -EAGAIN;
	rest = (struct span){ out.text, out.size };
	r = -EAGAIN;
	if (out.status == 0 && span_next_line(&rest, &line)) {
		ret->n_units = 0;
		while (unitlist_next(&rest, &row))
			take_row(&row, ret);
		if (ret->n_units)
			r = span_is(line, "running") || span_is(line, "degraded") ||
			    span_is(line, "maintenance");
	}
	free(out.text);
	return r;
}

static const struct prove_unit *find_unit(const struct prove_state *state, const char *name)
{
	for (size_t i = 0; i < state->n_units; i++) {
		if (strcmp(state->units[i].name, name) == 0)
			return &state->units[i];
	}
	return NULL;
}

const struct prove_unit *prove_units_find_failed(const struct prove_state *baseline,
						 const struct prove_state *state)
{
	for (size_t i = 0; i < state->n_units; i++) {
		const struct prove_unit *before;

		if (!state->units[i].failed)
			continue;
		before = find_unit(baseline, state->units[i].name);
		if (!before || !before->failed)
			return &state->units[i];
	}
	return NULL;
}

const struct prove_unit *prove_units_find_inactive(const struct prove_state *baseline,
						   const struct prove_state *state)
{
	for (size_t i = 0; i < baseline->n_units; i++) {
		const struct prove_unit *now;

		if (!baseline->units[i].active)
			continue;
		now = find_unit(state, baseline->units[i].name);
		if (!now || !now->active)
			return &baseline->units[i];
	}
	return NULL;
}

/* Scopes, and services that a timer or another's whim starts, come and go. */
void prove_units_join(struct prove_state *into, const struct prove_state *other)
{
	for (size_t i = 0; i < into->n_units; i++) {
		struct prove_unit *unit = &into->units[i];
		const struct prove_unit *too = find_unit(other, unit->name);

		unit->active = unit->active && too && too->active &&
			       !unitlist_has_suffix(span_of(unit->name), ".scope");
		unit->failed = unit->failed || (too && too->failed);
		unit->running = unit->running && too && too->running;
		unit->restarted = unit->restarted && too && too->restarted;
		unit->replaced = unit->replaced && too && too->replaced;
	}
	for (size_t i = 0; i < other->n_units && into->n_units < PROVE_UNITS_MAX; i++) {
		if (other->units[i].failed && !find_unit(into, other->units[i].name)) {
			into->units[into->n_units] = other->units[i];
			into->units[into->n_units++].active = false;
		}
	}
	for (size_t i = 0; i < into->n_comms;) {
		bool found = false;

		for (size_t j = 0; j < other->n_comms && !found; j++)
			found = strcmp(into->comms[i], other->comms[j]) == 0;
		if (!found)
			memcpy(into->comms[i], into->comms[--into->n_comms], sizeof(*into->comms));
		else
			i++;
	}
	for (size_t i = 0; i < other->n_noise && into->n_noise < PROVE_NOISE_MAX; i++)
		into->noise[into->n_noise++] = other->noise[i];
	for (size_t i = 0; i < PROVE_N_STAGES; i++) {
		if (other->ms[i] > into->ms[i])
			into->ms[i] = other->ms[i];
	}
}

/* --- Without systemd ------------------------------------------------------------------ */

static bool has_comm(const struct prove_state *state, const char *comm)
{
	for (size_t i = 0; i < state->n_comms; i++) {
		if (strcmp(state->comms[i], comm) == 0)
			return true;
	}
	return false;
}

int prove_units_read_comms(const struct prove_guest *guest, struct prove_state *ret)
{
	auto_free struct prove_process *list = NULL;
	size_t n;
	int r = prove_guest_list(guest, &list, &n);

	ret->n_comms = 0;
	for (size_t i = 0; r == 0 && i < n && ret->n_comms < PROVE_COMMS_MAX; i++) {
		/* In parentheses: about to be executed.  What init starts again and again is young.
		 */
		if (list[i].comm[0] != '(' && prove_guest_get_age(&list[i]) > SETTLED_MS &&
		    !has_comm(ret, list[i].comm))
			memcpy(ret->comms[ret->n_comms++], list[i].comm, sizeof(*ret->comms));
	}
	return r;
}

bool prove_units_same_comms(const struct prove_state *a, const struct prove_state *b)
{
	for (size_t i = 0; i < a->n_comms; i++) {
		if (!has_comm(b, a->comms[i]))
			return false;
	}
	return a->n_comms == b->n_comms;
}

const char *prove_units_missing_comm(const struct prove_state *baseline,
				     const struct prove_state *state)
{
	for (size_t i = 0; i < baseline->n_comms; i++) {
		if (!has_comm(state, baseline->comms[i]))
			return baseline->comms[i];
	}
	return NULL;
}

/* --- Restarts --------------------------------------------------------------------------- */

/* systemd's own plumbing takes everything down with it, or the session that asks. */
static bool is_restartable(const struct prove_unit *unit)
{
	static const char *const not [] = {
		"dbus",	 "systemd-journald", "systemd-logind",	"systemd-udevd",
		"user@", "systemd-userdbd",  "systemd-machined"
	};

	if (!unit->running || !unit->active || strstr(unit->name, "getty"))
		return false;
	for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++) {
		if (strncmp(unit->name, not [i], strlen(not [i])) == 0)
			return false;
	}
	return true;
}

/* The processes of before that are still there, of the unit. */
static bool is_left(const struct prove_process *before, size_t n, const char *unit)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(before[i].unit, unit) == 0 && prove_guest_has(&before[i]))
			return true;
	}
	return false;
}

static int run_systemctl(struct trial *t, const char *const argv[], unsigned int limit_ms)
{
	struct prove_output out = { 0 };
	int r = prove_guest_run(&t->guest, argv, limit_ms, &out);

	if (r == 0)
		r = out.status;
	if (r > 0)
		prove_units_take_line(t, (struct span){ out.text, out.size });
	free(out.text);
	return r;
}

static int restart_one(struct trial *t, struct prove_unit *unit, unsigned int limit_ms)
{
	const char *const argv[] = { "systemctl", "restart", "--", unit->name, NULL };
	auto_free struct prove_process *before = NULL;
	size_t n = 0;
	int r = prove_guest_list(&t->guest, &before, &n);

	if (r == 0)
		r = run_systemctl(t, argv, limit_ms);
	if (r == -ECANCELED)
		return trial_fail(t, unit->name, "the guest ended while '%s' was restarted",
				  unit->name);
	unit->restarted = r == 0;
	unit->replaced = r == 0 && !is_left(before, n, unit->name);
	t->result->line[0] = '\0'; /* of a restart that is not asked for from now on */
	return 0;
}

int prove_units_restart_each(struct trial *t, unsigned int limit_ms)
{
	struct prove_state *state = &t->result->state;
	struct prove_state *after = calloc(1, sizeof(*after));
	int r = after ? 0 : -1;

	for (size_t i = 0; r == 0 && i < state->n_units; i++) {
		if (is_restartable(&state->units[i]))
			r = restart_one(t, &state->units[i], limit_ms);
	}
	if (r == 0 && prove_units_read(&t->guest, after) >= 0) {
		for (size_t i = 0; i < state->n_units; i++) {
			const struct prove_unit *now = find_unit(after, state->units[i].name);

			state->units[i].restarted &= now && now->active;
		}
	}
	free(after);
	return r;
}

static int check_restarted(struct trial *t, const struct prove_process *before, size_t n)
{
	const struct prove_state *baseline = t->try->baseline;
	struct prove_state *after = calloc(1, sizeof(*after));
	const struct prove_unit *bad = NULL;
	int r = after ? prove_units_read(&t->guest, after) : -ENOMEM;

	if (r < 0) {
		free(after);
		return trial_fail(t, "", "no answer from systemd after the restarts");
	}
	bad = prove_units_find_failed(baseline, after);
	for (size_t i = 0; !bad && i < baseline->n_units; i++) {
		const struct prove_unit *now = find_unit(after, baseline->units[i].name);

		if (baseline->units[i].restarted && (!now || !now->active))
			bad = &baseline->units[i];
	}
	if (bad)
		r = trial_fail(t, bad->name, "unit '%s' did not restart", bad->name);
	for (size_t i = 0; r >= 0 && i < baseline->n_units; i++) {
		const char *name = baseline->units[i].name;

		/* systemctl may report success for a daemon that could not be killed. */
		if (baseline->units[i].replaced && is_left(before, n, name))
			r = trial_fail(t, name, "a restart of '%s' left its old process running",
				       name);
	}
	free(after);
	return r < 0 ? -1 : 0;
}

int prove_units_restart(struct trial *t, unsigned int limit_ms)
{
	const struct prove_state *baseline = t->try->baseline;
	const char *argv[PROVE_UNITS_MAX + 4] = { "systemctl", "restart", "--" };
	auto_free struct prove_process *before = NULL;
	size_t n = 0, n_args = 3;
	int r = prove_guest_list(&t->guest, &before, &n);

	for (size_t i = 0; i < baseline->n_units; i++) {
		if (baseline->units[i].restarted)
			argv[n_args++] = baseline->units[i].name;
	}
	if (n_args == 3)
		return 0;
	if (r == 0)
		r = run_systemctl(t, argv, limit_ms);
	if (r == -ETIMEDOUT) {
		t->result->timed_out = true;
		prove_units_find_job(t);
		return trial_fail(t, t->result->unit, "restarts took too long%s%s",
				  t->result->unit[0] ? ", waits for " : "", t->result->unit);
	}
	if (r == -ECANCELED)
		return trial_fail(t, "", "the guest ended while its services were restarted");
	if (check_restarted(t, before, n) < 0)
		return -1;
	return r == 0 ? 0 : trial_fail(t, "", "restarts of services failed");
}
