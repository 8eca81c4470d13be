/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See json-read.h. */
#include "config.h"

#include "tools/evidence/json-read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/emit.h"

int reader_fail(const struct reader *rd, const char *key, const char *format, ...)
{
	struct emit e = EMIT_INIT(rd->error->text);
	char text[256];
	va_list args;

	if (rd->array)
		emit_printf(&e, "%s[%zu]", rd->array, rd->index);
	if (key)
		emit_printf(&e, "%s%s", rd->array ? "." : "", key);
	if (rd->array || key)
		emit_str(&e, ": ");
	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	emit_str(&e, text);
	return -EINVAL;
}

int reader_get(const struct reader *rd, struct json_object *o, const char *key, enum json_type type,
	       struct json_object **ret)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value))
		return reader_fail(rd, key, "missing");
	if (json_object_get_type(value) != type)
		return reader_fail(rd, key, "is %s, not %s",
				   json_type_to_name(json_object_get_type(value)),
				   json_type_to_name(type));
	*ret = value;
	return 0;
}

static bool is_printable(const char *text)
{
	for (; *text; text++) {
		if (*text < 0x20 || *text > 0x7e || *text == '"')
			return false;
	}
	return true;
}

static int check_text(const struct reader *rd, const char *key, struct json_object *value)
{
	size_t n = (size_t)json_object_get_string_len(value);

	if (n > RECORD_TEXT_MAX)
		return reader_fail(rd, key, "longer than %d bytes", RECORD_TEXT_MAX);
	/* A terminal would do what it says; and a NUL would hide the rest. */
	if (strlen(json_object_get_string(value)) != n ||
	    !is_printable(json_object_get_string(value)))
		return reader_fail(rd, key, "holds a character that no record holds");
	return 0;
}

/* The string is the object's. */
int reader_get_text(const struct reader *rd, struct json_object *o, const char *key,
		    const char **ret)
{
	struct json_object *value = NULL;
	int r = reader_get(rd, o, key, json_type_string, &value);

	if (r == 0)
		r = check_text(rd, key, value);
	if (r == 0)
		*ret = json_object_get_string(value);
	return r;
}

int reader_get_text_or_null(const struct reader *rd, struct json_object *o, const char *key,
			    const char **ret)
{
	struct json_object *value;

	if (json_object_object_get_ex(o, key, &value) && !value) {
		*ret = NULL;
		return 0;
	}
	return reader_get_text(rd, o, key, ret);
}

int reader_get_number(const struct reader *rd, struct json_object *o, const char *key, int64_t min,
		      uint64_t *ret)
{
	struct json_object *value = NULL;
	int64_t number;
	int r = reader_get(rd, o, key, json_type_int, &value);

	if (r < 0)
		return r;
	number = json_object_get_int64(value);
	if (number < min)
		return reader_fail(rd, key, "less than %lld", (long long)min);
	*ret = (uint64_t)number;
	return 0;
}

int reader_get_bool(const struct reader *rd, struct json_object *o, const char *key, bool *ret)
{
	struct json_object *value = NULL;
	int r = reader_get(rd, o, key, json_type_boolean, &value);

	if (r == 0)
		*ret = json_object_get_boolean(value);
	return r;
}

int reader_get_word(const struct reader *rd, struct json_object *o, const char *key,
		    const char *const *words, size_t n, unsigned int *ret)
{
	const char *text = "";
	int r = reader_get_text(rd, o, key, &text);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(text, words[i]) == 0) {
			*ret = (unsigned int)i;
			return 0;
		}
	}
	return reader_fail(rd, key, "unknown word '%s'", text);
}

int reader_get_cap(const struct reader *rd, struct json_object *o, const char *key,
		   unsigned int *ret)
{
	const char *text = "";
	int r = reader_get_text(rd, o, key, &text);

	if (r == 0 && caps_parse_name(span_of(text), ret) < 0)
		return reader_fail(rd, key, "no capability '%s'", text);
	return r;
}

/* "2026-11-24T01:02:03Z" and nothing else. */
int reader_get_time(const struct reader *rd, struct json_object *o, const char *key, int64_t *ret)
{
	static const char pattern[] = "dddd-dd-ddTdd:dd:ddZ";
	const char *text = "", *end;
	struct tm tm = { 0 };
	int r = reader_get_text(rd, o, key, &text);
	bool good;

	if (r < 0)
		return r;
	good = strlen(text) == strlen(pattern);
	for (size_t i = 0; good && pattern[i]; i++)
		good = pattern[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == pattern[i];
	end = good ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;
	if (!end || *end)
		return reader_fail(rd, key, "'%s' is no time", text);
	*ret = (int64_t)timegm(&tm);
	return *ret < 0 ? reader_fail(rd, key, "'%s' is before 1970", text) : 0;
}
