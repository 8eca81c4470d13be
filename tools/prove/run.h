/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The proof itself: baselines, the search, and what it came to.  Runs as pid 1 of a room. */
#ifndef TOOLS_PROVE_RUN_H
#define TOOLS_PROVE_RUN_H

#include "tools/command/command.h"
#include "tools/copy/template.h"
#include "tools/prove/capsearch.h"
#include "tools/prove/progress.h"
#include "tools/prove/tries.h"
#include "tools/trial/result.h"

struct prove_run {
	const struct command *cmd;
	struct prove_setup setup;
	struct prove_config config;
	struct capsearch search;
	struct prove_tries tries;
	struct prove_state baseline;
	struct capsearch_result result;
	struct prove_progress progress;
	int harden; /* the folder "harden" */
	uint64_t key;
	struct caps used; /* by the record, if there is one */
	size_t jobs;
	bool fresh; /* forget what an earlier run tried */
	bool resumed;
	unsigned int ms;
};

/* The exit status; .result is the answer if it is COMMAND_DONE. */
int prove_run(struct prove_run *run);

#endif
