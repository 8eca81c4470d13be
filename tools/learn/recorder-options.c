/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See recorder-options.h. */
#include "config.h"

#include "tools/learn/recorder-options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

#define ENTRIES_MAX 262144

int learn_take_recorder(const struct command *cmd, int option, const char *value,
			struct recorder_options *recorder)
{
	struct command_text buf;

	switch (option) {
	case RECORDER_OPTION_ENTRIES:
		return command_take_number(cmd, "entries", value, 1, ENTRIES_MAX,
					   &recorder->entries);
	case RECORDER_OPTION_DEBUG:
		recorder->debug = true;
		return 0;
	default:
		break;
	}
	for (unsigned int i = 0; i < RECORD_N_POINTS; i++) {
		if (strcmp(value, record_points[i]) == 0) {
			recorder->only = true;
			recorder->point = (enum record_point)i;
			return 0;
		}
	}
	command_error(cmd->verb, "--attach: '%s' is none of tracepoint, fexit, kprobe",
		      command_escape(&buf, value));
	return -EINVAL;
}

int learn_open_recorder(const struct command *cmd, const struct recorder_options *options,
			struct recorder **ret)
{
	struct recorder_error error = { "" };
	int r = recorder_open(options, ret, &error);

	if (r == -EPERM && geteuid() != 0)
		command_error(cmd->verb, "needs root");
	else if (r < 0)
		command_error(cmd->verb, "cannot record: %s", error.text);
	return r;
}

void learn_tell_losses(const struct command *cmd, const struct recorder *rec)
{
	struct recorder_totals t;

	if (recorder_get_totals(rec, &t) < 0)
		return;
	if (t.unmarked)
		command_error(cmd->verb,
			      "where %llu processes came from is not known: too many at once",
			      (unsigned long long)t.unmarked);
	if (t.unnamed)
		command_error(cmd->verb,
			      "of %llu checks the unit or program has no name: too many of them",
			      (unsigned long long)t.unnamed);
}
