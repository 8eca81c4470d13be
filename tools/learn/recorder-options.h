/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of the recorder, which learn and trace have in common. */
#ifndef TOOLS_LEARN_RECORDER_OPTIONS_H
#define TOOLS_LEARN_RECORDER_OPTIONS_H

#include <stdint.h>

#include "tools/command/command.h"
#include "tools/recorder/recorder.h"

enum {
	RECORDER_OPTION_ENTRIES = 512,
	RECORDER_OPTION_ATTACH,
	RECORDER_OPTION_DEBUG,
};

/* Rows of a table for command_parse(). */
#define RECORDER_OPTIONS                                                       \
	{ "entries", required_argument, NULL, RECORDER_OPTION_ENTRIES },       \
		{ "attach", required_argument, NULL, RECORDER_OPTION_ATTACH }, \
	{                                                                      \
		"debug", no_argument, NULL, RECORDER_OPTION_DEBUG              \
	}

/* For a command_take: 0, or -EINVAL after it has said why. */
int learn_take_recorder(const struct command *cmd, int option, const char *value,
			struct recorder_options *recorder);

/* 0, or -errno after it has said why in one line. */
int learn_open_recorder(const struct command *cmd, const struct recorder_options *options,
			struct recorder **ret);

/* At the end, what was lost besides what the record has: a line each, or nothing. */
void learn_tell_losses(const struct command *cmd, const struct recorder *rec);

#endif
