/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of a session share: session.c has the loop, session-container.c what LXC is
 * asked for, session-guest.c what happens inside.  Each says itself what went wrong, and notes
 * it in s->failed or returns it.
 */
#ifndef TOOLS_LEARN_SESSION_PARTS_H
#define TOOLS_LEARN_SESSION_PARTS_H

#include "tools/learn/session.h"

#define SECOND_NS 1000000000u

uint64_t session_now(void); /* ns, CLOCK_MONOTONIC */
void session_set_phase(struct session *s, enum session_phase phase);

/* Either begins a recording: the container is started at the gate, or found running. */
int session_start_container(struct session *s);
int session_watch_container(struct session *s);

/* The container's first process may be at the gate: of the start, or of a reboot. */
void session_open_gate(struct session *s);

/* It is stopped if we started it and are to, else left; the phase says which. */
void session_stop_container(struct session *s);

/* What s->initfd and s->monitorfd told. */
void session_init_ended(struct session *s);
void session_monitor_ended(struct session *s);

/* Closes the run that is open, if one is. */
void session_end_run(struct session *s);

/* At each turn: goes on to SESSION_READY; to SESSION_WORKING and from there to the end. */
void session_check_up(struct session *s);
void session_check_work(struct session *s);

#endif
