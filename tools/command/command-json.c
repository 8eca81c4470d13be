/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See command-json.h. */
#include "config.h"

#include "tools/command/command-json.h"

#include <errno.h>
#include <stdlib.h>

void command_json_begin(struct command_json *d, FILE *f, size_t room)
{
	*d = (struct command_json){ .j = { .e = &d->e }, .buf = calloc(1, room), .f = f };
	d->e = (struct emit){ .buf = d->buf, .size = room };
	if (!d->buf) {
		d->e = EMIT_INIT(d->none);
		d->r = -ENOMEM;
	}
	json_begin_object(&d->j, NULL);
}

int command_json_flush(struct command_json *d)
{
	if (d->r == 0 && d->e.full)
		d->r = -E2BIG;
	if (d->r == 0 && fwrite(d->e.buf, 1, d->e.len, d->f) != d->e.len)
		d->r = -EIO;
	d->e.len = 0;
	return d->r;
}

int command_json_end(struct command_json *d)
{
	json_end_object(&d->j);
	json_finish(&d->j);
	(void)command_json_flush(d); /* .r has it */
	free(d->buf);
	return d->r;
}
