/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See proof.h. */
#include "config.h"

#include "tools/evidence/proof.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"
#include "tools/container/harden-dir.h"

struct proof *proof_new(void)
{
	return calloc(1, sizeof(struct proof));
}

void proof_free(struct proof *proof)
{
	for (size_t i = 0; proof && i < proof->n_checks; i++)
		free(proof->checks[i]);
	free(proof);
}

/* --- Writing --------------------------------------------------------------------- */

/* A builder that remembers that memory ran out, so that only the end has to ask. */
struct builder {
	bool failed;
};

static void put(struct builder *b, struct json_object *o, const char *key,
		struct json_object *value)
{
	if (!o || !value || json_object_object_add(o, key, value) != 0) {
		json_object_put(value);
		b->failed = true;
	}
}

static void append(struct builder *b, struct json_object *array, struct json_object *value)
{
	if (!array || !value || json_object_array_add(array, value) != 0) {
		json_object_put(value);
		b->failed = true;
	}
}

static void put_str(struct builder *b, struct json_object *o, const char *key, const char *text)
{
	put(b, o, key, json_object_new_string(text));
}

static void put_int(struct builder *b, struct json_object *o, const char *key, int64_t value)
{
	put(b, o, key, json_object_new_int64(value));
}

static void put_bool(struct builder *b, struct json_object *o, const char *key, bool value)
{
	put(b, o, key, json_object_new_boolean(value));
}

static void put_caps(struct builder *b, struct json_object *o, const char *key, struct caps set)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		char name[32];
		struct emit e = EMIT_INIT(name);

		if (!caps_has(set, cap))
			continue;
		caps_emit_name(&e, cap);
		append(b, array, json_object_new_string(name));
	}
	put(b, o, key, array);
}

static struct json_object *build_evidence(struct builder *b, const struct proof_evidence *ev)
{
	struct json_object *o = json_object_new_object();
	char name[32];
	struct emit e = EMIT_INIT(name);

	caps_emit_name(&e, ev->cap);
	put_str(b, o, "capability", name);
	put_str(b, o, "stage", ev->stage);
	put_str(b, o, "unit", ev->unit);
	put_str(b, o, "failed", ev->what);
	put_str(b, o, "line", ev->line);
	put_bool(b, o, "timed_out", ev->timed_out);
	put_int(b, o, "fails", ev->fails);
	put_int(b, o, "passes", ev->passes);
	return o;
}

static struct json_object *build(struct builder *b, const struct proof *p)
{
	struct json_object *o = json_object_new_object(), *checks = json_object_new_array(),
			   *evidence = json_object_new_array();

	put_str(b, o, "kind", PROOF_KIND);
	put_int(b, o, "version", PROOF_VERSION);
	put_str(b, o, "container", p->container);
	put_int(b, o, "created", p->created);
	put_str(b, o, "level", p->level);
	put_bool(b, o, "all", p->all);
	put_bool(b, o, "idmapped", p->idmapped);
	put_bool(b, o, "network", p->network);
	put_str(b, o, "kernel", p->kernel);
	put_str(b, o, "lxc", p->lxc);
	for (size_t i = 0; i < p->n_checks; i++)
		append(b, checks, json_object_new_string(p->checks[i]));
	put(b, o, "checks", checks);
	put_bool(b, o, "restart", p->restart);
	put_bool(b, o, "stop", p->stop);
	put_bool(b, o, "pairs", p->pairs);
	put_bool(b, o, "confirmed", p->confirmed);
	put_int(b, o, "repeat", p->repeat);
	put_caps(b, o, "from", p->max);
	put_caps(b, o, "keep", p->keep);
	put_caps(b, o, "flaky", p->flaky);
	put_caps(b, o, "swappable", p->swappable);
	put_caps(b, o, "used_not_needed", caps_minus(p->used, p->keep));
	for (size_t i = 0; i < p->n_evidence; i++)
		append(b, evidence, build_evidence(b, &p->evidence[i]));
	put(b, o, "evidence", evidence);
	put_int(b, o, "boots", p->boots);
	put_int(b, o, "milliseconds", p->ms);
	return o;
}

int proof_print(const struct proof *proof, char **ret_text, size_t *ret_size)
{
	struct builder b = { false };
	struct json_object *o = build(&b, proof);
	const char *text = NULL;
	char *copy = NULL;

	if (!b.failed)
		text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
								 JSON_C_TO_STRING_SPACED |
								 JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text && asprintf(&copy, "%s\n", text) < 0)
		copy = NULL;
	json_object_put(o);
	if (!copy)
		return -ENOMEM;
	*ret_text = copy;
	*ret_size = strlen(copy);
	return 0;
}

int proof_write_at(int dirfd, const struct proof *proof)
{
	auto_free char *text = NULL;
	size_t size;
	int r = proof_print(proof, &text, &size);

	return r < 0 ? r : io_write_file_at(dirfd, HARDEN_PROOF, text, size, 0644);
}
