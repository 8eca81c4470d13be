/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of "lxc-harden prove" share: what is to be proved, and what came of one
 * try.  Results are handed between processes as they lie in memory.
 */
#ifndef TOOLS_TRIAL_RESULT_H
#define TOOLS_TRIAL_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/caps.h"
#include "tools/copy/setup.h"

#define PROVE_UNITS_MAX 512
#define PROVE_COMMS_MAX 256
#define PROVE_NAME_MAX 128 /* of a unit; longer ones are passed over */
#define PROVE_LINE_MAX 400 /* of a log */
#define PROVE_NOISE_MAX 2048

enum prove_stage {
	PROVE_SETUP, /* the copy; a failure here is no verdict */
	PROVE_START, /* LXC's part */
	PROVE_BOOT,
	PROVE_CHECK,
	PROVE_RESTART,
	PROVE_RECHECK, /* after the restart */
	PROVE_STOP,
	PROVE_N_STAGES,
};
extern const char *const prove_stages[PROVE_N_STAGES];

enum prove_verdict {
	PROVE_PASS,
	PROVE_FAIL,
	PROVE_BROKEN,  /* could not be tried */
	PROVE_STOPPED, /* by a signal to us */
};

/* Of a guest's unit: what is asked of it once the baselines have shown that it does it. */
struct prove_unit {
	char name[PROVE_NAME_MAX]; /* a name by tools/trial/unitlist */
	bool active;
	bool failed;
	bool running;	/* a service with processes */
	bool restarted; /* its restart succeeded, and it was active afterwards */
	bool replaced;	/* none of its old processes was left */
};

/* How a guest was found. */
struct prove_state {
	struct prove_unit units[PROVE_UNITS_MAX];
	size_t n_units;
	char comms[PROVE_COMMS_MAX][16]; /* names of its processes, without systemd */
	size_t n_comms;
	bool busy;	 /* one of them runs, or waits for a processor or a disk */
	uint64_t newest; /* when the last of them was started, in ticks */
	/* Lines that its logs have when all is well, by their hashes. */
	uint64_t noise[PROVE_NOISE_MAX];
	size_t n_noise;
	unsigned int ms[PROVE_N_STAGES];
};

struct prove_result {
	enum prove_verdict verdict;
	enum prove_stage stage; /* at which it failed */
	bool timed_out;
	bool inactive;		   /* .unit did not fail, but was not started either */
	bool sure;		   /* .line names a permission that was refused */
	char unit[PROVE_NAME_MAX]; /* "" for none */
	char what[300];		   /* what failed, printable */
	char line[PROVE_LINE_MAX]; /* of a log, printable, "" for none */
	struct prove_state state;  /* of a baseline */
};

/* One try, in a process of its own: number makes names unique. */
struct prove_try {
	unsigned int number;
	struct caps keep;
	bool plain;			    /* a plain copy instead of an overlay */
	const struct prove_state *baseline; /* NULL: this is one */
};

void prove_trial_run(const struct prove_setup *setup, const struct prove_try *try,
		     struct prove_result *ret);

#endif
