/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Services restarted: that systemd says so is not enough, a process of before that is left
 * was not.  See units.h.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tools/trial/units.h"

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
			const struct prove_unit *now =
				prove_units_find(after, state->units[i].name);

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
		const struct prove_unit *now = prove_units_find(after, baseline->units[i].name);

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
	if (r == -ETIMEDOUT)
		return prove_units_fail_late(t, "restarts took too long");
	if (r == -ECANCELED)
		return trial_fail(t, "", "the guest ended while its services were restarted");
	if (check_restarted(t, before, n) < 0)
		return -1;
	return r == 0 ? 0 : trial_fail(t, "", "restarts of services failed");
}
