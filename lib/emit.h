/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text written into a buffer of fixed size.  Pure.  What does not fit is cut and
 * remembered in .full; the buffer is always a string.
 */
#ifndef LIB_EMIT_H
#define LIB_EMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/span.h"

struct emit {
	char *buf;
	size_t size; /* bytes in buf, at least 1 */
	size_t len;
	bool full;
};

/* Of an array that is a string from now on. */
#define EMIT_INIT(array) \
	((struct emit){ .buf = ((array)[0] = '\0', (array)), .size = sizeof(array) })

/* Empty again. */
void emit_clear(struct emit *e);

void emit_span(struct emit *e, struct span text);
void emit_str(struct emit *e, const char *text);
void emit_printf(struct emit *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Hostile text for a person or a log: printable ASCII as it is, a backslash, a
 * quote and everything else as \xNN, so that a name can neither add a line nor
 * drive a terminal.
 */
void emit_escaped(struct emit *e, struct span hostile);
/* Of printable ASCII only these as \xNN; "" for text whose quotes are ours. */
void emit_printable(struct emit *e, struct span text, const char *not_these);

#endif
