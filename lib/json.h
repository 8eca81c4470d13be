/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes JSON (RFC 8259), one value a line, indented.  Pure.  Any bytes may be given as a
 * string: what is no valid UTF-8 comes out as \u00XX, a byte at a time, and so do control
 * characters, so that the text is always valid and cannot drive a terminal.  If the
 * buffer was too small, .full of the emit says so and the text is of no use.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/caps.h"
#include "lib/emit.h"
#include "lib/span.h"

#define JSON_DEPTH_MAX 12

struct json {
	struct emit *e;
	unsigned int depth;
	bool filled[JSON_DEPTH_MAX + 1]; /* this object or array has a member already */
	bool compact;			 /* all in one line */
};

/* The key is NULL in an array and for the outermost value; else trusted text. */
void json_begin_object(struct json *j, const char *key);
void json_end_object(struct json *j);
void json_begin_array(struct json *j, const char *key);
void json_end_array(struct json *j);
void json_span(struct json *j, const char *key, struct span hostile);
void json_str(struct json *j, const char *key, const char *hostile); /* NULL: null */
void json_u64(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);
void json_cap(struct json *j, const char *key, unsigned int cap); /* as caps_emit_name() */
void json_caps(struct json *j, const char *key, struct caps set); /* an array of these */
/* Seconds since 1970 as "2026-01-31T23:59:59Z"; 1970 itself for a year that has no number. */
void json_time(struct json *j, const char *key, int64_t seconds);
/* The newline after the outermost value. */
void json_finish(struct json *j);

#endif
