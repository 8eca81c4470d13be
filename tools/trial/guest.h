/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A throw-away container that runs: its start, commands inside it, its processes, its end.
 * Everything that comes from it is hostile, and nothing of it is waited for without a limit.
 */
#ifndef TOOLS_TRIAL_GUEST_H
#define TOOLS_TRIAL_GUEST_H

#include <lxc/lxccontainer.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/span.h"
#include "tools/process/deadline.h"

#define PROVE_OUTPUT_MAX (256u << 10)

struct prove_guest {
	char lxcpath[80], name[40], dir[128]; /* dir is LXCPATH/NAME */
	struct lxc_container *c;
	pid_t monitor; /* our child; 0 when it has ended */
	pid_t init;
};

struct prove_output {
	int status; /* of the command: exit status, or 128 and the signal */
	char *text; /* both of its streams, NUL at the end */
	size_t size;
};

/* Set by a signal handler: give up as soon as possible. */
extern volatile sig_atomic_t prove_guest_stop;

/* Starts it and waits until its init has been executed: 0, -ECANCELED if it ended, -ETIMEDOUT. */
int prove_guest_start(struct prove_guest *guest, unsigned int limit_ms);

/*
 * Runs a command inside, as "lxc-harden attach" does: 0 and *ret (text owned), -ETIMEDOUT,
 * -ECANCELED when the guest has ended or we are to stop, -EAGAIN if it could not be run.
 */
int prove_guest_run(struct prove_guest *guest, const char *const argv[], unsigned int limit_ms,
		    struct prove_output *ret);

/* Still there, as far as one can tell by its monitor. */
bool prove_guest_is_alive(struct prove_guest *guest);

/* Asks init to end: 0 once the guest has, -ETIMEDOUT. */
int prove_guest_shutdown(struct prove_guest *guest, unsigned int limit_ms);

/* Ends it and its monitor, from any state, and removes its cgroups. */
void prove_guest_kill(struct prove_guest *guest);

struct prove_process {
	pid_t pid;
	uint64_t start; /* with the pid, which process it is */
	char state;	/* as in proc_pid_stat(5), of its first thread */
	char comm[16];
	char unit[256]; /* "" for none */
};

/* All processes of the guest, by the host's /proc: 0 and an owned list, or -errno. */
int prove_guest_list(const struct prove_guest *guest, struct prove_process **ret, size_t *ret_n);
/* For how long it has been there, in milliseconds. */
int64_t prove_guest_get_age(const struct prove_process *process);
/* The same process still exists. */
bool prove_guest_has(const struct prove_process *process);

#endif
