/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By what generate decides: the level, a proof or a record. */
#ifndef TOOLS_GENERATE_BASIS_H
#define TOOLS_GENERATE_BASIS_H

#include "tools/command/command.h"
#include "tools/generate/plan.h"

/* What the administrator said about it. */
enum basis_wish {
	BASIS_ANY,	/* a proof that fits, else the level */
	BASIS_PROVED,	/* a proof, or nothing */
	BASIS_UNPROVED, /* no proof */
	BASIS_RECORDED, /* a record, or nothing */
};

/*
 * Reads record and proof and sets .basis, and .proof to NULL if it is none to go by; the
 * rest of the plan but .kept is there.  Says on standard error what was chosen and what was
 * not, and why: -1 to go on, else the exit status.
 */
int basis_choose(const struct command *cmd, enum basis_wish wish, struct plan *plan);

/* The same for the fragment, as comments; false if it is cut. */
bool basis_emit(const struct plan *plan, FILE *out);

#endif
