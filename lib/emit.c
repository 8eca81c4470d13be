/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See emit.h. */
#include "config.h"

#include "lib/emit.h"

#include <stdarg.h>
#include <stdio.h>

void emit_clear(struct emit *e)
{
	e->len = 0;
	e->full = false;
	e->buf[0] = '\0';
}

void emit_span(struct emit *e, struct span text)
{
	size_t room = e->size - 1 - e->len;

	if (text.n > room) {
		text.n = room;
		e->full = true;
	}
	if (text.n)
		memcpy(e->buf + e->len, text.p, text.n);
	e->len += text.n;
	e->buf[e->len] = '\0';
}

void emit_str(struct emit *e, const char *text)
{
	emit_span(e, span_of(text));
}

void emit_printf(struct emit *e, const char *format, ...)
{
	size_t room = e->size - e->len;
	va_list args;
	int r;

	va_start(args, format);
	r = vsnprintf(e->buf + e->len, room, format, args);
	va_end(args);
	if (r < 0) {
		e->buf[e->len] = '\0';
		e->full = true;
	} else if ((size_t)r >= room) {
		e->len = e->size - 1;
		e->full = true;
	} else {
		e->len += (size_t)r;
	}
}

void emit_printable(struct emit *e, struct span text, const char *not_these)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= 0x20 && c < 0x7f && !strchr(not_these, c))
			emit_span(e, (struct span){ text.p + i, 1 });
		else
			emit_printf(e, "\\x%02x", c);
	}
}

void emit_escaped(struct emit *e, struct span hostile)
{
	emit_printable(e, hostile, "\\'\"");
}
