/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the root file system to the report: what is done in the room. */
#ifndef TOOLS_PROVE_WORK_H
#define TOOLS_PROVE_WORK_H

#include <stdbool.h>

#include "tools/copy/freezer.h"
#include "tools/prove/run.h"

struct prove_work {
	struct prove_run *run;
	bool running;	  /* the container itself: its root file system is copied first */
	bool by_snapshot; /* that can be done without holding it still */
	int rootfd;	  /* else the root as its init sees it */
	struct prove_freezer freezer;
};

/* The exit status. */
int prove_work_do(struct prove_work *work);

#endif
