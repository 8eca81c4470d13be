/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of the recorder where this was configured without BPF: it cannot be opened. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "tools/recorder/recorder.h"

int recorder_open(const struct recorder_options *options, struct recorder **ret,
		  struct recorder_error *ret_error)
{
	(void)options, (void)ret;				 /* nothing is opened */
	(void)snprintf(ret_error->text, sizeof(ret_error->text), /* fits */
		       "this lxc-harden was built without BPF (configure --with-bpf)");
	return -ENOSYS;
}

void recorder_close(struct recorder *rec)
{
	(void)rec; /* NULL, as there is none */
}

/* The rest is never called. */
enum record_point recorder_get_point(const struct recorder *rec)
{
	(void)rec;
	return RECORD_TRACEPOINT;
}

int recorder_watch(struct recorder *rec, pid_t init, bool boot, struct record_run *ret_run,
		   struct recorder_error *ret_error)
{
	(void)rec, (void)init, (void)boot, (void)ret_run, (void)ret_error;
	return -ENOSYS;
}

void recorder_unwatch(struct recorder *rec)
{
	(void)rec;
}

void recorder_set_time(struct recorder *rec)
{
	(void)rec;
}

int recorder_mark_workload(struct recorder *rec, pid_t pid)
{
	(void)rec, (void)pid;
	return -ENOSYS;
}

int recorder_mark_ignored(struct recorder *rec, pid_t pid)
{
	(void)rec, (void)pid;
	return -ENOSYS;
}

int recorder_get_totals(const struct recorder *rec, struct recorder_totals *ret)
{
	(void)rec, (void)ret;
	return -ENOSYS;
}

int recorder_collect(struct recorder *rec, struct record *record)
{
	(void)rec, (void)record;
	return -ENOSYS;
}

int recorder_get_event_fd(const struct recorder *rec)
{
	(void)rec;
	return -ENOSYS;
}

int recorder_read_events(struct recorder *rec, recorder_take take, void *state)
{
	(void)rec, (void)take, (void)state;
	return -ENOSYS;
}
