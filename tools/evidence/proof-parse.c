/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A proof, read: nothing of the file is taken on trust.  See proof.h. */
#include "config.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"
#include "tools/container/harden-dir.h"
#include "tools/evidence/proof.h"

#define DEPTH_MAX 8

/* The first thing that is wrong is told. */
struct reader {
	struct proof_error *error;
	bool failed;
};

static void refuse(struct reader *r, const char *key, const char *reason)
{
	if (!r->failed)
		(void)snprintf(r->error->text, sizeof(r->error->text), "'%s' %s", key, reason);
	r->failed = true;
}

static struct json_object *get(struct reader *r, struct json_object *o, const char *key,
			       enum json_type type)
{
	struct json_object *value;

	if (json_object_object_get_ex(o, key, &value) && json_object_get_type(value) == type)
		return value;
	refuse(r, key, "is missing, or of another type");
	return NULL;
}

static void copy_text(struct reader *r, const char *key, struct json_object *value, char *buf,
		      size_t size)
{
	struct emit e = { .buf = buf, .size = size };
	struct span text;

	if (!value)
		return;
	text = (struct span){ json_object_get_string(value),
			      (size_t)json_object_get_string_len(value) };
	buf[0] = '\0';
	/* What we wrote is escaped, with backslashes of its own: those are left alone. */
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < 0x20 || text.p[i] > 0x7e)
			refuse(r, key, "has characters that are never written");
	}
	emit_span(&e, text);
	if (e.full)
		refuse(r, key, "is too long");
}

static void get_text(struct reader *r, struct json_object *o, const char *key, char *buf,
		     size_t size)
{
	copy_text(r, key, get(r, o, key, json_type_string), buf, size);
}

static bool get_bool(struct reader *r, struct json_object *o, const char *key)
{
	struct json_object *value = get(r, o, key, json_type_boolean);

	return value && json_object_get_boolean(value);
}

static int64_t get_int(struct reader *r, struct json_object *o, const char *key, int64_t max)
{
	struct json_object *value = get(r, o, key, json_type_int);
	int64_t n = value ? json_object_get_int64(value) : 0;

	if (n >= 0 && n <= max)
		return n;
	refuse(r, key, "is out of range");
	return 0;
}

static unsigned int parse_cap(struct reader *r, const char *key, struct json_object *value)
{
	unsigned int cap = 0;

	if (!json_object_is_type(value, json_type_string) ||
	    caps_parse_name((struct span){ json_object_get_string(value),
					   (size_t)json_object_get_string_len(value) },
			    &cap) < 0)
		refuse(r, key, "names no capability");
	return cap;
}

static struct caps get_caps(struct reader *r, struct json_object *o, const char *key)
{
	struct json_object *array = get(r, o, key, json_type_array);
	struct caps set = { 0 };

	for (size_t i = 0; array && i < json_object_array_length(array); i++)
		caps_add(&set, parse_cap(r, key, json_object_array_get_idx(array, i)));
	return set;
}

static void read_evidence(struct reader *r, struct json_object *o, struct proof_evidence *ev)
{
	if (!json_object_is_type(o, json_type_object)) {
		refuse(r, "evidence", "is not of objects");
		return;
	}
	ev->cap = parse_cap(r, "capability", get(r, o, "capability", json_type_string));
	get_text(r, o, "stage", ev->stage, sizeof(ev->stage));
	get_text(r, o, "unit", ev->unit, sizeof(ev->unit));
	get_text(r, o, "failed", ev->what, sizeof(ev->what));
	get_text(r, o, "line", ev->line, sizeof(ev->line));
	ev->timed_out = get_bool(r, o, "timed_out");
	ev->fails = (unsigned int)get_int(r, o, "fails", UINT_MAX);
	ev->passes = (unsigned int)get_int(r, o, "passes", UINT_MAX);
}

static void read_checks(struct reader *r, struct json_object *o, struct proof *p)
{
	struct json_object *array = get(r, o, "checks", json_type_array);
	size_t n = array ? json_object_array_length(array) : 0;

	if (n > PROOF_CHECKS_MAX)
		refuse(r, "checks", "has too many members");
	for (size_t i = 0; i < n && !r->failed; i++) {
		struct json_object *value = json_object_array_get_idx(array, i);
		char text[8192];

		if (!json_object_is_type(value, json_type_string)) {
			refuse(r, "checks", "is not of strings");
			break;
		}
		copy_text(r, "checks", value, text, sizeof(text));
		p->checks[i] = strdup(text);
		if (!p->checks[i])
			refuse(r, "checks", "is too large for the memory");
		else
			p->n_checks++;
	}
}

static void read_proof(struct reader *r, struct json_object *o, struct proof *p)
{
	struct json_object *array;
	char kind[64];

	get_text(r, o, "kind", kind, sizeof(kind));
	if (!r->failed && strcmp(kind, PROOF_KIND) != 0)
		refuse(r, "kind", "is another's");
	if (get_int(r, o, "version", INT_MAX) != PROOF_VERSION)
		refuse(r, "version", "is not one that this program knows");
	get_text(r, o, "container", p->container, sizeof(p->container));
	p->created = get_int(r, o, "created", INT64_MAX);
	get_text(r, o, "level", p->level, sizeof(p->level));
	p->all = get_bool(r, o, "all");
	p->idmapped = get_bool(r, o, "idmapped");
	p->network = get_bool(r, o, "network");
	get_text(r, o, "kernel", p->kernel, sizeof(p->kernel));
	get_text(r, o, "lxc", p->lxc, sizeof(p->lxc));
	read_checks(r, o, p);
	p->restart = get_bool(r, o, "restart");
	p->stop = get_bool(r, o, "stop");
	p->pairs = get_bool(r, o, "pairs");
	p->confirmed = get_bool(r, o, "confirmed");
	p->repeat = (unsigned int)get_int(r, o, "repeat", UINT_MAX);
	p->max = get_caps(r, o, "from");
	p->keep = get_caps(r, o, "keep");
	p->flaky = get_caps(r, o, "flaky");
	p->swappable = get_caps(r, o, "swappable");
	p->used = get_caps(r, o, "used_not_needed");
	p->used.bits |= p->keep.bits;
	p->boots = (unsigned int)get_int(r, o, "boots", UINT_MAX);
	p->ms = (unsigned int)get_int(r, o, "milliseconds", UINT_MAX);
	array = get(r, o, "evidence", json_type_array);
	if (array && json_object_array_length(array) > CAPS_MAX + 1)
		refuse(r, "evidence", "has too many members");
	for (size_t i = 0; array && !r->failed && i < json_object_array_length(array); i++)
		read_evidence(r, json_object_array_get_idx(array, i),
			      &p->evidence[p->n_evidence++]);
	if (caps_minus(p->keep, p->max).bits)
		refuse(r, "keep", "holds more than the search began with");
}

int proof_parse(const char *text, size_t size, struct proof **ret, struct proof_error *ret_error)
{
	struct json_tokener *tok = json_tokener_new_ex(DEPTH_MAX);
	struct reader r = { .error = ret_error };
	struct json_object *o = NULL;
	struct proof *p = proof_new();

	ret_error->text[0] = '\0';
	if (!tok || !p || size > PROOF_SIZE_MAX) {
		refuse(&r, "proof", "is too large");
	} else {
		json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
		o = json_tokener_parse_ex(tok, text, (int)size);
		/* A NUL ends the text for json-c, and nothing may come behind it. */
		if (!json_object_is_type(o, json_type_object) ||
		    json_tokener_get_parse_end(tok) != size)
			refuse(&r, "proof", "is not JSON");
		else
			read_proof(&r, o, p);
	}
	json_object_put(o);
	if (tok)
		json_tokener_free(tok);
	if (r.failed) {
		proof_free(p);
		return -EINVAL;
	}
	*ret = p;
	return 0;
}

int proof_read_at(int dirfd, struct proof **ret, struct proof_error *ret_error)
{
	auto_free char *text = NULL;
	size_t size;
	int r = io_read_file_at(dirfd, HARDEN_PROOF, PROOF_SIZE_MAX, &text, &size);

	if (r == 0) {
		while (size && text[size - 1] == '\n')
			size--;
		return proof_parse(text, size, ret, ret_error);
	}
	(void)snprintf(ret_error->text, sizeof(ret_error->text), "%s",
		       r == -EINVAL ? "not a regular file" : strerror(-r));
	return r;
}
