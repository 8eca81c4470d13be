/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The frame of what a verb prints as JSON: an object, written piece by piece.  Not in command.h,
 * as lib/json and libjson-c share a name.
 */
#ifndef TOOLS_COMMAND_COMMAND_JSON_H
#define TOOLS_COMMAND_COMMAND_JSON_H

#include <stdio.h>

#include "lib/json.h"

struct command_json {
	struct json j;
	struct emit e;
	char *buf, none[1];
	FILE *f;
	int r; /* the first failure */
};

/* Room is for the longest piece; flush tells if there is no memory for it. */
void command_json_begin(struct command_json *d, FILE *f, size_t room);
/* Before each piece: 0, -ENOMEM, -E2BIG if one did not fit, or -EIO; a failure stays. */
int command_json_flush(struct command_json *d);
/* In any case: the same for all of it. */
int command_json_end(struct command_json *d);

#endif
