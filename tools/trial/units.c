/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See units.h. */
#include "config.h"

#include "tools/trial/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tools/trial/unitlist.h"

#define ASK_MS 5000

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
	if (span_ends(row->name, ".mount") || span_ends(row->name, ".automount"))
		return false;
	if (!span_starts(row->name, "systemd-"))
		return true;
	return span_is(row->sub, "running") && span_ends(row->name, ".service");
}

static void take_row(const struct unitlist_row *row, struct prove_state *state)
{
	struct prove_unit *unit = &state->units[state->n_units];

	/* Longer names cannot be asked for again, and devices are the host's. */
	if (state->n_units == PROVE_UNITS_MAX || span_ends(row->name, ".device") ||
	    span_copy(row->name, unit->name, sizeof(unit->name)) < 0)
		return;
	/* A service that is being started once more has failed, whatever becomes of it. */
	unit->failed = span_is(row->active, "failed") || span_is(row->sub, "auto-restart");
	unit->active = span_is(row->active, "active") && is_asked_for(row);
	unit->running = span_is(row->sub, "running") && span_ends(row->name, ".service");
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

const struct prove_unit *prove_units_find(const struct prove_state *state, const char *name)
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
		before = prove_units_find(baseline, state->units[i].name);
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
		now = prove_units_find(state, baseline->units[i].name);
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
		const struct prove_unit *too = prove_units_find(other, unit->name);

		unit->active = unit->active && too && too->active &&
			       !span_ends(span_of(unit->name), ".scope");
		unit->failed = unit->failed || (too && too->failed);
		unit->running = unit->running && too && too->running;
		unit->restarted = unit->restarted && too && too->restarted;
		unit->replaced = unit->replaced && too && too->replaced;
	}
	for (size_t i = 0; i < other->n_units && into->n_units < PROVE_UNITS_MAX; i++) {
		if (other->units[i].failed && !prove_units_find(into, other->units[i].name)) {
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

int prove_units_read_comms(const struct prove_guest *guest, int64_t age_ms, struct prove_state *ret)
{
	auto_free struct prove_process *list = NULL;
	size_t n;
	int r = prove_guest_list(guest, &list, &n);

	ret->n_comms = 0;
	ret->busy = false;
	ret->newest = 0;
	for (size_t i = 0; r == 0 && i < n; i++) {
		ret->busy = ret->busy || list[i].state == 'R' || list[i].state == 'D';
		if (list[i].start > ret->newest)
			ret->newest = list[i].start;
	}
	for (size_t i = 0; r == 0 && i < n && ret->n_comms < PROVE_COMMS_MAX; i++) {
		/* In parentheses: about to be executed.  What init starts again and again is young.
		 */
		if (list[i].comm[0] != '(' && prove_guest_get_age(&list[i]) > age_ms &&
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
