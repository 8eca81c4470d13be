/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What "systemctl list-units --all --plain --no-legend --full" prints.  Pure; the text is a
 * guest's and hostile.
 */
#ifndef TOOLS_TRIAL_UNITLIST_H
#define TOOLS_TRIAL_UNITLIST_H

#include <stdbool.h>

#include "lib/span.h"

#define UNITLIST_NAME_MAX 256 /* as systemd's UNIT_NAME_MAX */

struct unitlist_row {
	struct span name, load, active, sub; /* "cron.service", "loaded", "active", "running" */
};

/*
 * The next line that has these four words and whose name is a unit's: systemd's characters
 * and one of its suffixes.  Other lines are passed over.  false at the end.
 */
bool unitlist_next(struct span *rest, struct unitlist_row *ret);

/* A name that systemd could have given a unit, so none that an option could be. */
bool unitlist_is_name(struct span name);

/*
 * The service or scope that a path of /proc/PID/cgroup belongs to: its last component that
 * is a unit's name; false if there is none.
 */
bool unitlist_find_unit(struct span cgroup, struct span *ret);

#endif
