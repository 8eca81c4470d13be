/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden learn: starts a container under the recorder, or watches it running, and adds
 * what it found to LXCPATH/NAME/harden/record.json.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tools/command/command.h"
#include "tools/evidence/record-file.h"
#include "tools/learn/learn-report.h"
#include "tools/learn/recorder-options.h"
#include "tools/learn/session.h"

#define SECONDS_MAX 604800 /* a week */

enum { OPTION_HOST = 256, OPTION_FRESH, OPTION_LEAVE, OPTION_TIME, OPTION_BOOT };

static const struct option own_options[] = {
	{ "host", no_argument, NULL, OPTION_HOST },
	{ "fresh", no_argument, NULL, OPTION_FRESH },
	{ "leave-running", no_argument, NULL, OPTION_LEAVE },
	{ "time", required_argument, NULL, OPTION_TIME },
	{ "boot-time", required_argument, NULL, OPTION_BOOT },
	RECORDER_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct session_options session;
	struct recorder_options recorder;
	bool fresh;
};

static int take(const struct command *cmd, int option, const char *value, void *state)
{
	struct options *o = state;

	switch (option) {
	case OPTION_HOST:
		o->session.host = true;
		return 0;
	case OPTION_FRESH:
		o->fresh = true;
		return 0;
	case OPTION_LEAVE:
		o->session.leave_running = true;
		return 0;
	case OPTION_TIME:
		return command_take_number(cmd, "time", value, 1, SECONDS_MAX, &o->session.seconds);
	case OPTION_BOOT:
		return command_take_number(cmd, "boot-time", value, 1, SECONDS_MAX,
					   &o->session.boot_seconds);
	default:
		return learn_take_recorder(cmd, option, value, &o->recorder);
	}
}

/* --- Progress ------------------------------------------------------------------ */

/* On a terminal one line that is written over, else a line for each phase. */
static void show_progress(struct session *s)
{
	static const char *const points[] = { "the tracepoint", "fexit", "kprobe and kretprobe" };
	enum session_phase *shown = s->state;
	struct recorder_totals t;
	struct command_text name;
	bool changed = *shown != s->phase;

	*shown = s->phase;
	if (s->cmd->quiet || (!isatty(STDERR_FILENO) && !changed) ||
	    recorder_get_totals(s->rec, &t) < 0)
		return;
	/* The workload writes to the same terminal. */
	if (s->phase == SESSION_WORKING && !changed)
		return;
	fprintf(stderr,
		"%s%s: %s, %.1f s, by %s: %llu checks, %llu different, %llu denied, "
		"%llu not assigned%s",
		isatty(STDERR_FILENO) ? "\r\033[K" : "", command_escape(&name, s->cmd->name),
		session_phases[s->phase], session_seconds(s), points[recorder_get_point(s->rec)],
		(unsigned long long)t.checks, (unsigned long long)t.keys,
		(unsigned long long)t.denied, (unsigned long long)t.unassigned,
		isatty(STDERR_FILENO) && s->phase != SESSION_OVER && s->phase != SESSION_WORKING
			? ""
			: "\n");
	if (changed && s->phase == SESSION_READY && !s->options->command && !s->options->seconds)
		fprintf(stderr, "%sSIGINT (Ctrl-C) ends the recording\n",
			isatty(STDERR_FILENO) ? "\n" : "");
}

/* --- The run ------------------------------------------------------------------- */

/* A damaged record is told before anything is started. */
static int check_old(const struct session *s, const struct options *o)
{
	auto_record struct record *old = NULL;
	struct record_error error = { "" };
	struct command_text path, name;
	int r = o->fresh ? 1 : record_file_read(s->path, s->cmd->name, &old, &error);

	if (r >= 0)
		return -1;
	command_error(s->cmd->verb, "%s/%s/harden/record.json: %s%s",
		      command_escape(&path, s->path), command_escape(&name, s->cmd->name),
		      error.text, r == -EINVAL ? " (--fresh begins a new one)" : "");
	return r == -EINVAL ? COMMAND_MISUSE : COMMAND_FAILED;
}

static int save(struct session *s, const struct options *o)
{
	struct record_error error = { "" };
	struct command_text path, name;
	int r = recorder_collect(s->rec, s->record);

	if (r < 0) {
		command_error(s->cmd->verb, "cannot fetch what was counted: %s", strerror(-r));
		return r;
	}
	r = record_file_add(s->path, s->cmd->name, o->fresh, &s->record, &error);
	if (r < 0)
		command_error(s->cmd->verb, "cannot write '%s/%s/harden/record.json': %s",
			      command_escape(&path, s->path), command_escape(&name, s->cmd->name),
			      error.text);
	return r;
}

static int report(const struct session *s)
{
	int r = 0;

	learn_tell_losses(s->cmd, s->rec);
	if (s->cmd->json)
		r = learn_report_json(s->record);
	else if (!s->cmd->quiet)
		r = learn_report_table(s->record);
	if (r < 0) {
		command_error(s->cmd->verb, "cannot write the output: %s", strerror(-r));
		return COMMAND_FAILED;
	}
	return command_finish(s->cmd->verb);
}

static int run(struct session *s, const struct options *o)
{
	int ran = session_run(s, &o->session), r;

	if (!s->record->n_runs) /* nothing was seen: nothing is written */
		return COMMAND_FAILED;
	if (save(s, o) < 0)
		return COMMAND_FAILED;
	r = report(s);
	if (s->workload_status > 0) {
		command_error(s->cmd->verb,
			      "the workload failed with status %d; what it met is "
			      "recorded",
			      s->workload_status);
		return COMMAND_FAILED;
	}
	return ran < 0 ? COMMAND_FAILED : r;
}

int verb_learn(const struct verb *verb, int argc, char *argv[])
{
	struct options o = { .session = { .boot_seconds = SESSION_BOOT_SECONDS } };
	enum session_phase shown = SESSION_N_PHASES;
	struct command cmd;
	struct session s;
	int r = command_parse(verb, argc, argv, own_options, take, &o, &cmd);

	if (r >= 0)
		return r;
	if (cmd.n_words)
		o.session.command = cmd.words;
	if (o.session.host && !o.session.command) {
		command_error(verb, "--host: which command?");
		return COMMAND_MISUSE;
	}
	if (session_find(&s, &cmd) < 0)
		return COMMAND_MISUSE;
	r = check_old(&s, &o);
	if (r < 0 && learn_open_recorder(&cmd, &o.recorder, &s.rec) < 0)
		r = COMMAND_FAILED;
	if (r < 0) {
		s.tick = show_progress;
		s.state = &shown;
		s.record = record_new(cmd.name);
		r = s.record ? run(&s, &o) : COMMAND_FAILED;
		record_free(s.record);
	}
	session_done(&s);
	recorder_close(s.rec);
	return r;
}
