/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See trial.h. */
#include "config.h"

#include "tools/trial/trial.h"

#include <stdarg.h>
#include <stdio.h>

int trial_fail(struct trial *t, const char *unit, const char *format, ...)
{
	va_list args;

	if (t->result->verdict != PROVE_PASS)
		return -1; /* the first failure is told */
	t->result->verdict = prove_guest_stop ? PROVE_STOPPED : PROVE_FAIL;
	t->result->stage = t->stage;
	va_start(args, format);
	if (vsnprintf(t->result->what, sizeof(t->result->what), format, args) < 0)
		t->result->what[0] = '\0';
	va_end(args);
	/* A process names itself: the line goes to terminals, and into a proof. */
	for (char *p = t->result->what; *p; p++) {
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	}
	if (unit != t->result->unit)
		(void)snprintf(t->result->unit, sizeof(t->result->unit), "%s",
			       unit); /* a name may be cut */
	return -1;
}
