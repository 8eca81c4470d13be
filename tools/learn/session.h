/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container under the recorder, for learn and trace: started for it, or found running; the
 * workload; the end.  One loop, which ends by itself, by SIGINT, SIGTERM or SIGHUP, or when
 * the time is up.
 */
#ifndef TOOLS_LEARN_SESSION_H
#define TOOLS_LEARN_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/command/command.h"
#include "tools/evidence/record.h"
#include "tools/learn/gate.h"
#include "tools/process/child.h"
#include "tools/recorder/recorder.h"

#define SESSION_BOOT_SECONDS 60

enum session_phase {
	SESSION_STARTING, /* lxc-start runs */
	SESSION_BOOTING,
	SESSION_READY,
	SESSION_WORKING, /* the workload runs */
	SESSION_STOPPING,
	SESSION_OVER,
	SESSION_N_PHASES,
};
extern const char *const session_phases[SESSION_N_PHASES]; /* "starting", ... */

struct session_options {
	char *const *command; /* the workload, NULL-terminated; or NULL */
	bool host;	      /* it runs on the host */
	bool leave_running;   /* a container that was started is not stopped */
	unsigned int seconds; /* after it is ready; 0: no limit */
	unsigned int boot_seconds;
};

struct session;
typedef void (*session_tick)(struct session *s); /* a few times a second, and on each phase */

struct session {
	const struct command *cmd;
	const struct session_options *options;
	struct recorder *rec;  /* the caller's */
	struct record *record; /* the caller's; runs are added */
	session_tick tick;
	recorder_take take; /* of events, or NULL */
	void *state;	    /* the caller's */

	enum session_phase phase;
	const char *path; /* LXCPATH */
	struct lxc_container *container;
	struct gate gate;
	struct child starter, prober, workload, stopper;
	int signalfd, initfd, monitorfd;
	pid_t init;
	bool started;  /* by us */
	bool systemd;  /* the guest's init */
	bool run_open; /* a boot is being recorded */
	bool failed;   /* told already */
	struct record_run run;
	struct recorder_totals at_begin;
	uint64_t begin, phase_begin; /* ns, CLOCK_MONOTONIC */
	uint64_t keys_seen, keys_since;
	int workload_status; /* -1: none has ended */
	unsigned int n_signals;
};

/*
 * Finds the container; before anything else, so that a wrong name costs nothing.  0, or
 * -EINVAL after it has said why.
 */
int session_find(struct session *s, const struct command *cmd);

/* 0 if all went well, -EIO after it has said what did not; what was recorded is good anyway. */
int session_run(struct session *s, const struct session_options *options);

/* From within a tick: as SIGTERM. */
void session_end(struct session *s);

/* Whatever still runs of ours is ended; the container is not touched. */
void session_done(struct session *s);

/* Seconds since session_run(). */
double session_seconds(const struct session *s);

#endif
