/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A try under way, for its parts. */
#ifndef TOOLS_TRIAL_TRIAL_H
#define TOOLS_TRIAL_TRIAL_H

#include "tools/trial/guest.h"
#include "tools/trial/result.h"

struct trial {
	const struct prove_setup *setup;
	const struct prove_try *try;
	struct prove_result *result;
	struct prove_guest guest;
	enum prove_stage stage;
};

/* Sets the verdict, unless there is one, with the unit ("" for none) at fault; always -1. */
int trial_fail(struct trial *t, const char *unit, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
