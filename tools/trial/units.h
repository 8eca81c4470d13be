/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a try asks of a guest's units: their states, their restart, and why one failed.
 */
#ifndef TOOLS_TRIAL_UNITS_H
#define TOOLS_TRIAL_UNITS_H

#include "lib/span.h"
#include "tools/trial/guest.h"
#include "tools/trial/result.h"
#include "tools/trial/trial.h"

/*
 * The states of all units: 1 once systemd has finished starting, 0 while it has not; -EAGAIN
 * without an answer, -ECANCELED if the guest has ended.
 */
int prove_units_read(struct prove_guest *guest, struct prove_state *ret);

/* NULL for none of that name. */
const struct prove_unit *prove_units_find(const struct prove_state *state, const char *name);

/* What a baseline did not fail and this did; what it had active and this has not. */
const struct prove_unit *prove_units_find_failed(const struct prove_state *baseline,
						 const struct prove_state *state);
const struct prove_unit *prove_units_find_inactive(const struct prove_state *baseline,
						   const struct prove_state *state);

/* What holds in both: the units that failed in either, and were active in each, and so on. */
void prove_units_join(struct prove_state *into, const struct prove_state *other);

/*
 * Names of processes of that age, for guests without systemd, and whether any is at work;
 * the missing one, or NULL.
 */
int prove_units_read_comms(const struct prove_guest *guest, int64_t age_ms,
			   struct prove_state *ret);
bool prove_units_same_comms(const struct prove_state *a, const struct prove_state *b);
const char *prove_units_missing_comm(const struct prove_state *baseline,
				     const struct prove_state *state);

/* Each service by itself, noting how it went; or all that went well, at once.  0 or -1 when
 * the verdict is set. */
int prove_units_restart_each(struct trial *t, unsigned int limit_ms);
int prove_units_restart(struct trial *t, unsigned int limit_ms);

/* Notes the lines that the logs of a baseline have. */
void prove_units_note_noise(struct trial *t);

/* What did not end in its time, told with the unit that it waits for: -1, as trial_fail(). */
int prove_units_fail_late(struct trial *t, const char *what);

/* Evidence for the result: the line that says most. */
void prove_units_take_line(struct trial *t, struct span text);
void prove_units_find_evidence(struct trial *t);

#endif
