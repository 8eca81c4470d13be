/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-read.h. */
#include "config.h"

#include "tools/evidence/audit-read.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"
#include "tools/container/harden-dir.h"

#define LAST_SIZE_MAX (256u << 10)
#define LOG_SIZE_MAX (256u << 10)
#define DEPTH_MAX 8

const char *const audit_words[AUDIT_N_WORDS] = { "none", "conforms", "refused", "unchecked" };

static struct json_object *parse_json(struct span text)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *o;

	if (!tokener)
		return NULL;
	o = json_tokener_parse_ex(tokener, text.p, (int)text.n);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    !json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(tokener);
	return o;
}

/* "" for what is no string. */
static struct span get_text(struct json_object *o, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return (struct span){ "", 0 };
	return (struct span){ json_object_get_string(value),
			      (size_t)json_object_get_string_len(value) };
}

static void copy_text(char *buf, size_t size, struct span text)
{
	struct emit e = { .buf = buf, .size = size };

	buf[0] = '\0';
	emit_escaped(&e, text); /* cut if need be */
}

/* In audit.json: names and numbers. */
static bool get_names(struct json_object *o, struct caps *ret)
{
	struct json_object *sets, *list;

	if (!json_object_object_get_ex(o, "capabilities", &sets) ||
	    !json_object_object_get_ex(sets, "bounding", &list) ||
	    !json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(list, i));
		unsigned int cap;

		if (!name || caps_parse_name(span_of(name), &cap) < 0)
			return false;
		caps_add(ret, cap);
	}
	return true;
}

static bool get_bounding(struct json_object *o, struct caps *ret)
{
	struct span hex = get_text(o, "bounding");

	if (!hex.n)
		return get_names(o, ret);
	return span_parse_u64(hex, 16, UINT64_MAX, &ret->bits) == 0;
}

/* In audit.log "text" and the policy's name; in audit.json the findings and the policy have more.
 */
static void get_texts(struct json_object *o, struct audit_entry *e)
{
	struct json_object *value, *first;
	struct span text = get_text(o, "text"), policy = get_text(o, "policy");

	if (json_object_object_get_ex(o, "policy", &value) &&
	    json_object_is_type(value, json_type_object))
		policy = get_text(value, "name");
	if (!text.n && json_object_object_get_ex(o, "findings", &value) &&
	    json_object_is_type(value, json_type_array)) {
		first = json_object_array_get_idx(value, 0);
		if (json_object_is_type(first, json_type_object))
			text = get_text(first, "text");
	}
	copy_text(e->text, sizeof(e->text), text);
	copy_text(e->policy, sizeof(e->policy), policy);
}

int audit_parse(struct span text, struct audit_entry *ret)
{
	struct audit_entry e = { .verdict = AUDIT_WORD_NONE };
	struct json_object *o;
	struct span verdict;

	if (text.n > LAST_SIZE_MAX)
		return -EINVAL;
	o = parse_json(text);
	if (!o)
		return -EINVAL;
	verdict = get_text(o, "verdict");
	for (int i = AUDIT_WORD_CONFORMS; i < AUDIT_N_WORDS; i++) {
		if (span_is(verdict, audit_words[i]))
			e.verdict = (enum audit_word)i;
	}
	e.warn = span_is(get_text(o, "mode"), "warn");
	e.has_bounding = get_bounding(o, &e.bounding);
	copy_text(e.time, sizeof(e.time), get_text(o, "time"));
	get_texts(o, &e);
	json_object_put(o);
	if (e.verdict == AUDIT_WORD_NONE)
		return -EINVAL;
	*ret = e;
	return 0;
}

int audit_read_last(int dirfd, struct audit_entry *ret)
{
	auto_free char *text = NULL;
	size_t size;
	int r = io_read_file_at(dirfd, HARDEN_AUDIT, LAST_SIZE_MAX, &text, &size);

	return r < 0 ? r : audit_parse((struct span){ text, size }, ret);
}

int audit_read_log(int dirfd, struct audit_entry ret[AUDIT_ENTRIES_MAX])
{
	auto_free char *text = NULL;
	struct span rest, line;
	size_t size;
	int r = io_read_file_at(dirfd, HARDEN_HISTORY, LOG_SIZE_MAX, &text, &size), n = 0;

	if (r < 0)
		return r;
	for (rest = (struct span){ text, size }; span_next_line(&rest, &line);) {
		struct audit_entry e;

		if (audit_parse(line, &e) < 0)
			continue;
		if (n == AUDIT_ENTRIES_MAX)
			memmove(&ret[0], &ret[1], (size_t)--n * sizeof(ret[0]));
		ret[n++] = e;
	}
	return n;
}
