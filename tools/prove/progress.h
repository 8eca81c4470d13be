/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How far a proof is, on standard error: a bar with an estimate on a terminal, a line for
 * each try otherwise, nothing when quiet.
 */
#ifndef TOOLS_PROVE_PROGRESS_H
#define TOOLS_PROVE_PROGRESS_H

#include "tools/prove/capsearch.h"
#include "tools/trial/result.h"

struct prove_progress {
	bool quiet, terminal;
	int64_t begin; /* milliseconds */
	unsigned int done, left;
	size_t jobs;
	struct caps max;
	char doing[100];
	bool drawn;
};

void prove_progress_begin(struct prove_progress *progress, bool quiet, size_t jobs);
/* A try has come out. */
void prove_progress_tell(struct prove_progress *progress, const struct capsearch_want *want,
			 const struct prove_result *result, unsigned int left);
/* A step begins that has no tries, or all others of its kind. */
void prove_progress_say(struct prove_progress *progress, const char *text);
/* Draws the bar anew; as often as one likes. */
void prove_progress_draw(struct prove_progress *progress);
/* Takes the bar away. */
void prove_progress_end(struct prove_progress *progress);

#endif
