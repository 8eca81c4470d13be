/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who asked for a capability in a record: names, the most frequent first. */
#ifndef TOOLS_LEARN_LEARN_TALLY_H
#define TOOLS_LEARN_LEARN_TALLY_H

#include "tools/evidence/record.h"

#define NAMES_MAX 256 /* that are told apart; of more, those that come first in the record */

struct tally {
	const char *name;
	uint64_t count;
};

struct tallies {
	struct tally list[NAMES_MAX];
	size_t n;
};

enum column { COLUMN_UNITS, COLUMN_PROGRAMS, COLUMN_SYSCALLS, N_COLUMNS };

/* Of the checks that made the verdict; the names are the record's. */
void learn_get_tallies(const struct record *record, unsigned int cap, enum record_verdict verdict,
		       enum column column, struct tallies *ret);

#endif
