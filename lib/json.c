/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See json.h. */
#include "config.h"

#include "lib/json.h"

#include <assert.h>
#include <time.h>

/*
 * Bytes of the well-formed UTF-8 sequence at the start of a, 0 if there is none: the table
 * 3-7 of the Unicode standard, by its lowest code point.
 */
static size_t sequence_length(struct span a)
{
	static const struct {
		unsigned char mask, lead;
		size_t n;
		uint32_t lowest;
	} kinds[] = {
		{ 0x80, 0x00, 1, 0 },
		{ 0xe0, 0xc0, 2, 0x80 },
		{ 0xf0, 0xe0, 3, 0x800 },
		{ 0xf8, 0xf0, 4, 0x10000 },
	};
	unsigned char c = (unsigned char)a.p[0];

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		uint32_t code;

		if ((c & kinds[k].mask) != kinds[k].lead)
			continue;
		if (a.n < kinds[k].n)
			return 0;
		code = c & (unsigned char)~kinds[k].mask;
		for (size_t i = 1; i < kinds[k].n; i++) {
			unsigned char next = (unsigned char)a.p[i];

			if ((next & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (next & 0x3f);
		}
		if (code < kinds[k].lowest || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return 0;
		/* C1 controls drive terminals as ESC does. */
		if (code >= 0x80 && code < 0xa0)
			return 0;
		return kinds[k].n;
	}
	return 0;
}

static void emit_text(struct emit *e, struct span text)
{
	emit_str(e, "\"");
	while (text.n) {
		unsigned char c = (unsigned char)text.p[0];
		size_t n = sequence_length(text);

		if (c == '"' || c == '\\') {
			emit_printf(e, "\\%c", c);
			n = 1;
		} else if (c < 0x20 || c == 0x7f || !n) {
			emit_printf(e, "\\u%04x", c);
			n = 1;
		} else {
			emit_span(e, (struct span){ text.p, n });
		}
		text.p += n;
		text.n -= n;
	}
	emit_str(e, "\"");
}

static void indent(struct json *j)
{
	if (j->compact)
		return;
	emit_str(j->e, "\n");
	for (unsigned int i = 0; i < j->depth; i++)
		emit_str(j->e, "  ");
}

static void begin_value(struct json *j, const char *key)
{
	if (j->depth) {
		if (j->filled[j->depth])
			emit_str(j->e, ",");
		indent(j);
	}
	j->filled[j->depth] = true;
	if (key) {
		emit_text(j->e, span_of(key));
		emit_str(j->e, ": ");
	}
}

static void begin_container(struct json *j, const char *key, const char *bracket)
{
	begin_value(j, key);
	emit_str(j->e, bracket);
	assert(j->depth < JSON_DEPTH_MAX);
	j->filled[++j->depth] = false;
}

static void end_container(struct json *j, const char *bracket)
{
	bool filled = j->filled[j->depth];

	assert(j->depth);
	j->depth--;
	if (filled)
		indent(j);
	emit_str(j->e, bracket);
}

void json_begin_object(struct json *j, const char *key)
{
	begin_container(j, key, "{");
}

void json_end_object(struct json *j)
{
	end_container(j, "}");
}

void json_begin_array(struct json *j, const char *key)
{
	begin_container(j, key, "[");
}

void json_end_array(struct json *j)
{
	end_container(j, "]");
}

void json_span(struct json *j, const char *key, struct span hostile)
{
	begin_value(j, key);
	emit_text(j->e, hostile);
}

void json_str(struct json *j, const char *key, const char *hostile)
{
	if (hostile)
		json_span(j, key, span_of(hostile));
	else
		json_null(j, key);
}

void json_u64(struct json *j, const char *key, uint64_t value)
{
	begin_value(j, key);
	emit_printf(j->e, "%llu", (unsigned long long)value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin_value(j, key);
	emit_str(j->e, value ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	begin_value(j, key);
	emit_str(j->e, "null");
}

void json_cap(struct json *j, const char *key, unsigned int cap)
{
	char name[32];
	struct emit e = EMIT_INIT(name);

	caps_emit_name(&e, cap);
	json_str(j, key, name);
}

void json_caps(struct json *j, const char *key, struct caps set)
{
	json_begin_array(j, key);
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		if (caps_has(set, cap))
			json_cap(j, NULL, cap);
	}
	json_end_array(j);
}

void json_time(struct json *j, const char *key, int64_t seconds)
{
	time_t t = (time_t)seconds;
	char text[40];
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		json_str(j, key, "1970-01-01T00:00:00Z");
	else
		json_str(j, key, text);
}

void json_finish(struct json *j)
{
	assert(!j->depth);
	emit_str(j->e, "\n");
}
