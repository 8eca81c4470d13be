/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Members of the JSON objects in a record, each of the type and within the limits that it has
 * to have: 0, or -EINVAL with what is wrong, and where, in rd->error.  The text is as hostile
 * as the file; strings belong to the object.  For record-parse.c.
 */
#ifndef TOOLS_EVIDENCE_JSON_READ_H
#define TOOLS_EVIDENCE_JSON_READ_H

#include <json-c/json.h>

#include "tools/evidence/record.h"

/* Where in the text we are, and what was wrong there first. */
struct reader {
	const char *array; /* "checks", or NULL */
	size_t index;
	struct record_error *error;
};

__attribute__((format(printf, 3, 4))) int reader_fail(const struct reader *rd, const char *key,
						      const char *format, ...);

/* Of a type. */
int reader_get(const struct reader *rd, struct json_object *o, const char *key, enum json_type type,
	       struct json_object **ret);

int reader_get_text(const struct reader *rd, struct json_object *o, const char *key,
		    const char **ret);
int reader_get_text_or_null(const struct reader *rd, struct json_object *o, const char *key,
			    const char **ret);
int reader_get_number(const struct reader *rd, struct json_object *o, const char *key, int64_t min,
		      uint64_t *ret);
int reader_get_bool(const struct reader *rd, struct json_object *o, const char *key, bool *ret);

/* One of n words: its index. */
int reader_get_word(const struct reader *rd, struct json_object *o, const char *key,
		    const char *const *words, size_t n, unsigned int *ret);

int reader_get_cap(const struct reader *rd, struct json_object *o, const char *key,
		   unsigned int *ret);
int reader_get_time(const struct reader *rd, struct json_object *o, const char *key, int64_t *ret);

#endif
