/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden trace: the capability checks of a container as they come, a line each, and their
 * totals at the end.  Nothing is written anywhere else.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/caps.h"
#include "lib/cleanup.h"
#include "lib/emit.h"
#include "tools/command/command.h"
#include "tools/learn/learn-report.h"
#include "tools/learn/recorder-options.h"
#include "tools/learn/session.h"

#define SECONDS_MAX 604800 /* a week */
#define UNITS_MAX 16
#define LINE_MAX_BYTES 16384

enum { OPTION_DENIED = 256, OPTION_CAP, OPTION_UNIT, OPTION_TIME, OPTION_LEAVE };

static const struct option own_options[] = {
	{ "denied", no_argument, NULL, OPTION_DENIED },
	{ "cap", required_argument, NULL, OPTION_CAP },
	{ "unit", required_argument, NULL, OPTION_UNIT },
	{ "time", required_argument, NULL, OPTION_TIME },
	{ "leave-running", no_argument, NULL, OPTION_LEAVE },
	RECORDER_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct session_options session;
	struct recorder_options recorder;
	const char *units[UNITS_MAX];
	size_t n_units;
};

/* What the tick and the lines need. */
struct state {
	const struct options *options;
	const struct command *cmd;
	bool broken; /* nobody reads our lines any more */
};

static int take_cap(const struct command *cmd, const char *value, uint64_t *caps)
{
	struct span rest = span_of(value), word;
	struct command_text buf;
	unsigned int cap;
	char name[64];

	while (span_next_field(&rest, ',', &word)) {
		if (span_starts(word, "CAP_") || span_starts(word, "cap_"))
			word = (struct span){ word.p + 4, word.n - 4 };
		if (caps_parse_name(word, &cap) < 0) {
			if (span_copy(word, name, sizeof(name)) < 0)
				name[0] = '\0';
			command_error(cmd->verb, "--cap: no capability '%s'",
				      command_escape(&buf, name));
			return -EINVAL;
		}
		*caps |= UINT64_C(1) << cap;
	}
	return 0;
}

static int take(const struct command *cmd, int option, const char *value, void *state)
{
	struct options *o = state;

	switch (option) {
	case OPTION_DENIED:
		o->recorder.denied = true;
		return 0;
	case OPTION_CAP:
		return take_cap(cmd, value, &o->recorder.caps);
	case OPTION_UNIT:
		if (o->n_units == UNITS_MAX) {
			command_error(cmd->verb, "more than %d --unit options", UNITS_MAX);
			return -EINVAL;
		}
		o->units[o->n_units++] = value;
		return 0;
	case OPTION_LEAVE:
		o->session.leave_running = true;
		return 0;
	case OPTION_TIME:
		return command_take_number(cmd, "time", value, 1, SECONDS_MAX, &o->session.seconds);
	default:
		return learn_take_recorder(cmd, option, value, &o->recorder);
	}
}

/* "cron" means cron.service, as systemctl has it. */
static bool is_wanted_unit(const struct options *o, const char *unit)
{
	for (size_t i = 0; i < o->n_units; i++) {
		size_t n = strlen(o->units[i]);

		if (unit && strncmp(unit, o->units[i], n) == 0 &&
		    (!unit[n] || strcmp(unit + n, ".service") == 0))
			return true;
	}
	return !o->n_units;
}

/* --- Lines ---------------------------------------------------------------------- */

static void emit_time(struct emit *e, uint64_t ns, bool date)
{
	time_t seconds = (time_t)(ns / 1000000000);
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm); /* sized to fit */
	emit_printf(e, "%s.%06" PRIu64, strlen(text) > 11 && !date ? text + 11 : text,
		    ns % 1000000000 / 1000);
}

/* Ours is printable ASCII without quotes; JSON still wants its backslashes doubled. */
static void emit_member(struct emit *e, const char *key, const char *value)
{
	if (!value) {
		emit_printf(e, ",\"%s\":null", key);
		return;
	}
	emit_printf(e, ",\"%s\":\"", key);
	for (const char *p = value; *p; p++)
		emit_printf(e, "%s%c", *p == '\\' ? "\\" : "", *p);
	emit_str(e, "\"");
}

static void emit_json(struct emit *e, const struct recorder_event_info *info, const char *cap)
{
	const struct record_check *c = &info->check;

	emit_str(e, "{\"time\":\"");
	emit_time(e, info->time, true);
	emit_str(e, "Z\"");
	emit_member(e, "capability", cap);
	emit_member(e, "answer", record_answers[c->answer]);
	emit_member(e, "target", record_targets[c->target]);
	emit_member(e, "origin", record_origins[c->origin]);
	emit_printf(e, ",\"borrowed\":%s", c->borrowed ? "true" : "false");
	if (c->options_known)
		emit_printf(e, ",\"options\":[%s%s%s]",
			    c->options & RECORD_NOAUDIT ? "\"noaudit\"" : "",
			    c->options == (RECORD_NOAUDIT | RECORD_INSETID) ? "," : "",
			    c->options & RECORD_INSETID ? "\"insetid\"" : "");
	else
		emit_str(e, ",\"options\":null");
	emit_printf(e, ",\"probe\":%s", record_is_probe(c) ? "true" : "false");
	emit_printf(e, ",\"pid\":%d,\"tid\":%d", (int)info->pid, (int)info->tid);
	emit_member(e, "unit", c->unit);
	emit_member(e, "program", c->program);
	emit_member(e, "comm", c->comm);
	emit_member(e, "syscall", c->syscall);
	emit_str(e, "}\n");
}

static void emit_text(struct emit *e, const struct recorder_event_info *info, const char *cap)
{
	static const char *const targets[] = { "", " (asked of a namespace inside)",
					       " (asked of another namespace)" };
	static const char *const origins[] = { "", " attached", " workload", " LXC" };
	const struct record_check *c = &info->check;

	emit_time(e, info->time, false);
	emit_printf(e, " %-16s %-7s %s[%d] %s by %s in %s%s%s%s%s\n", cap,
		    record_answers[c->answer], c->comm ? c->comm : "?", (int)info->pid,
		    c->syscall ? c->syscall : "no call", c->program ? c->program : "the kernel",
		    c->unit ? c->unit : "no unit", origins[c->origin], targets[c->target],
		    c->borrowed ? " (others' credentials)" : "",
		    record_is_probe(c) ? " (probe)" : "");
}

static void show(const struct recorder_event_info *info, void *p)
{
	struct state *state = p;
	char line[LINE_MAX_BYTES], cap[32];
	struct emit e = EMIT_INIT(line), name = EMIT_INIT(cap);

	if (state->broken || !is_wanted_unit(state->options, info->check.unit))
		return;
	caps_emit_name(&name, info->check.cap);
	if (state->cmd->json)
		emit_json(&e, info, cap);
	else
		emit_text(&e, info, cap);
	if (fwrite(line, 1, e.len, stdout) != e.len)
		state->broken = true;
}

/* As "trace | head" does: the end, by the way that a signal takes. */
static void flush(struct session *s)
{
	struct state *state = s->state;

	if (fflush(stdout) != 0 || ferror(stdout))
		state->broken = true;
	if (state->broken)
		session_end(s);
}

/* --- The end ---------------------------------------------------------------------- */

static int print_totals(struct session *s)
{
	struct recorder_totals t;
	int r = recorder_get_totals(s->rec, &t);

	if (r == 0)
		r = recorder_collect(s->rec, s->record);
	if (r == 0)
		r = record_settle(s->record);
	if (r < 0)
		return r;
	if (t.events_lost) /* counted below all the same */
		command_error(s->cmd->verb, "%" PRIu64 " lines are missing: they came too fast",
			      t.events_lost);
	learn_tell_losses(s->cmd, s->rec);
	if (s->cmd->quiet)
		return 0;
	if (s->cmd->json)
		return learn_report_json_line(s->record, t.events_lost);
	printf("\n");
	return learn_report_table(s->record);
}

static int run(struct session *s, const struct options *o)
{
	int ran = session_run(s, &o->session), r;
	const struct state *state = s->state;

	if (state->broken)
		return command_finish(s->cmd->verb);
	if (!s->record->n_runs)
		return COMMAND_FAILED;
	r = print_totals(s);
	if (r < 0) {
		command_error(s->cmd->verb, "cannot fetch what was counted: %s", strerror(-r));
		return COMMAND_FAILED;
	}
	r = command_finish(s->cmd->verb);
	return ran < 0 ? COMMAND_FAILED : r;
}

int verb_trace(const struct verb *verb, int argc, char *argv[])
{
	struct options o = { .session = { .boot_seconds = SESSION_BOOT_SECONDS },
			     .recorder = { .stream = true } };
	struct state state = { .options = &o };
	struct command cmd;
	struct session s;
	int r = command_parse(verb, argc, argv, own_options, take, &o, &cmd);

	if (r >= 0)
		return r;
	if (cmd.n_words) {
		command_error(verb, "takes no command (learn does)");
		return COMMAND_MISUSE;
	}
	if (!o.recorder.caps)
		o.recorder.caps = UINT64_MAX;
	if (session_find(&s, &cmd) < 0)
		return COMMAND_MISUSE;
	r = COMMAND_FAILED;
	if (learn_open_recorder(&cmd, &o.recorder, &s.rec) == 0) {
		state.cmd = &cmd;
		s.tick = flush;
		s.take = show;
		s.state = &state;
		s.record = record_new(cmd.name);
		if (s.record)
			r = run(&s, &o);
		record_free(s.record);
	}
	session_done(&s);
	recorder_close(s.rec);
	return r;
}
