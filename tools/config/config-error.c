/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See config-error.h. */
#include "config.h"

#include "tools/config/config-error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/emit.h"

static void print(char *buf, size_t size, const char *format, va_list args)
{
	if (vsnprintf(buf, size, format, args) < 0) /* or cut */
		buf[0] = '\0';
}

int config_error_say(struct config_error *error, const char *format, ...)
{
	va_list args;

	error->what = 0;
	va_start(args, format);
	print(error->text, sizeof(error->text), format, args);
	va_end(args);
	return -EINVAL;
}

void config_error_at(struct config_error *error, enum config_error_kind kind,
		     const struct lxcconf *conf, size_t file, unsigned int line, const char *format,
		     ...)
{
	const char *path = conf->files[file].path;
	struct emit e = EMIT_INIT(error->text);
	char name[1024];
	struct emit escaped = EMIT_INIT(name);
	va_list args;

	error->kind = kind;
	error->line = line;
	(void)snprintf(error->file, sizeof(error->file), "%s", path); /* or cut */
	/* Apart, so that a long path leaves room for the reason. */
	emit_escaped(&escaped, span_of(path));
	emit_printf(&e, "%s:%u: ", name, line);
	error->what = e.len;
	va_start(args, format);
	print(e.buf + e.len, e.size - e.len, format, args);
	va_end(args);
}
