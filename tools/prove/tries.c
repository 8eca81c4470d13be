/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tries.h. */
#include "config.h"

#include "tools/prove/tries.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/container/harden-dir.h"
#include "tools/prove/key.h"

#define SIZE_MAX_FILE (4u << 20)
#define TRIES_MAX 4096
#define DEPTH_MAX 6

/* By what and when, not by words that differ from time to time. */
static uint64_t find_cause(const struct prove_result *result)
{
	uint64_t cause = PROVE_KEY_START;

	if (result->verdict == PROVE_PASS)
		return 0;
	prove_key_mix(&cause, &result->stage, sizeof(result->stage));
	prove_key_mix_text(&cause, result->unit[0] ? result->unit : result->what);
	return cause;
}

int prove_tries_note(struct prove_tries *tries, const struct capsearch_want *want,
		     const struct prove_result *result)
{
	enum capsearch_outcome outcome = result->verdict == PROVE_PASS ? CAPSEARCH_PASSED
					 : result->sure		       ? CAPSEARCH_FAILED_SURELY
								       : CAPSEARCH_FAILED;
	int r = capsearch_note(&tries->tries, want, outcome, find_cause(result));
	struct prove_reason *reason;

	if (r < 0 || result->verdict == PROVE_PASS || prove_tries_find_reason(tries, want->set))
		return r;
	reason = reallocarray(tries->reasons, tries->n_reasons + 1, sizeof(*reason));
	if (!reason)
		return -ENOMEM;
	tries->reasons = reason;
	reason = &tries->reasons[tries->n_reasons++];
	*reason = (struct prove_reason){ .set = want->set,
					 .stage = result->stage,
					 .timed_out = result->timed_out };
	memcpy(reason->unit, result->unit, sizeof(reason->unit));
	memcpy(reason->what, result->what, sizeof(reason->what));
	memcpy(reason->line, result->line, sizeof(reason->line));
	return 0;
}

const struct prove_reason *prove_tries_find_reason(const struct prove_tries *tries, struct caps set)
{
	for (size_t i = 0; i < tries->n_reasons; i++) {
		if (tries->reasons[i].set.bits == set.bits)
			return &tries->reasons[i];
	}
	return NULL;
}

void prove_tries_done(struct prove_tries *tries)
{
	capsearch_tries_done(&tries->tries);
	free(tries->reasons);
	*tries = (struct prove_tries){ 0 };
}

/* --- The file ---------------------------------------------------------------------- */

static struct json_object *hex(uint64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%016llx", (unsigned long long)value); /* sized to fit */
	return json_object_new_string(text);
}

static struct json_object *build_try(const struct prove_tries *tries, const struct capsearch_try *t)
{
	const struct prove_reason *reason = prove_tries_find_reason(tries, t->set);
	struct json_object *o = json_object_new_object(), *counts = json_object_new_array();

	/* Without memory a member is missing, and the file is not understood later. */
	json_object_object_add(o, "set", hex(t->set.bits));
	for (int i = 0; i < 2; i++) {
		json_object_array_add(counts, json_object_new_int((int)t->passes[i]));
		json_object_array_add(counts, json_object_new_int((int)t->fails[i]));
	}
	json_object_object_add(o, "counts", counts);
	json_object_object_add(o, "sure", json_object_new_boolean(t->sure));
	if (reason) {
		json_object_object_add(o, "stage", json_object_new_int(reason->stage));
		json_object_object_add(o, "timed_out", json_object_new_boolean(reason->timed_out));
		json_object_object_add(o, "unit", json_object_new_string(reason->unit));
		json_object_object_add(o, "what", json_object_new_string(reason->what));
		json_object_object_add(o, "line", json_object_new_string(reason->line));
	}
	return o;
}

char *prove_tries_print(uint64_t key, const struct prove_tries *tries)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();
	const char *text;
	char *copy;

	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "key", hex(key));
	json_object_object_add(o, "boots", json_object_new_int((int)tries->boots));
	for (size_t i = 0; i < tries->tries.n; i++)
		json_object_array_add(list, build_try(tries, &tries->tries.list[i]));
	json_object_object_add(o, "tries", list);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	copy = text ? strdup(text) : NULL;
	json_object_put(o);
	return copy;
}

int prove_tries_save(int dirfd, uint64_t key, const struct prove_tries *tries)
{
	auto_free char *text = prove_tries_print(key, tries);

	return text ? io_write_file_at(dirfd, HARDEN_TRIES, text, strlen(text), 0600) : -ENOMEM;
}

void prove_tries_remove(int dirfd)
{
	(void)unlinkat(dirfd, HARDEN_TRIES, 0); /* what is left has another key one day */
}

static bool get_hex(struct json_object *o, const char *key, uint64_t *ret)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) &&
	       json_object_is_type(value, json_type_string) &&
	       span_parse_u64(span_of(json_object_get_string(value)), 16, UINT64_MAX, ret) == 0;
}

/* The folder may be another's: what we did not write is not taken. */
static bool get_text(struct json_object *o, const char *key, char *buf, size_t size)
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(o, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return false;
	text = json_object_get_string(value);
	for (const char *p = text; *p; p++) {
		if (*p < 0x20 || *p > 0x7e)
			return false;
	}
	return span_copy(span_of(text), buf, size) == 0;
}

static bool load_reason(struct json_object *o, struct prove_result *ret)
{
	struct json_object *stage, *timed_out;

	if (!json_object_object_get_ex(o, "stage", &stage) ||
	    !json_object_object_get_ex(o, "timed_out", &timed_out) ||
	    json_object_get_int(stage) < 0 || json_object_get_int(stage) >= PROVE_N_STAGES)
		return false;
	ret->stage = (enum prove_stage)json_object_get_int(stage);
	ret->timed_out = json_object_get_boolean(timed_out);
	return get_text(o, "unit", ret->unit, sizeof(ret->unit)) &&
	       get_text(o, "what", ret->what, sizeof(ret->what)) &&
	       get_text(o, "line", ret->line, sizeof(ret->line));
}

static bool load_try(struct json_object *o, struct caps max, struct prove_result *result,
		     struct prove_tries *ret)
{
	struct capsearch_want want = { 0 };
	struct json_object *counts, *sure;
	bool ok = json_object_is_type(o, json_type_object) && get_hex(o, "set", &want.set.bits) &&
		  !caps_minus(want.set, max).bits && !capsearch_find(&ret->tries, want.set) &&
		  json_object_object_get_ex(o, "counts", &counts) &&
		  json_object_is_type(counts, json_type_array) &&
		  json_object_array_length(counts) == 4;

	for (size_t i = 0; ok && i < 4; i++) {
		int n = json_object_get_int(json_object_array_get_idx(counts, i));

		memset(result, 0, sizeof(*result));
		want.confirm = i >= 2;
		result->verdict = i % 2 ? PROVE_FAIL : PROVE_PASS;
		result->sure = json_object_object_get_ex(o, "sure", &sure) &&
			       json_object_get_boolean(sure);
		if (n < 0 || n > 100 || (n && i % 2 && !load_reason(o, result)))
			return false;
		while (ok && n-- > 0)
			ok = prove_tries_note(ret, &want, result) == 0;
	}
	return ok;
}

static bool load_tries(struct json_object *o, uint64_t key, struct caps max,
		       struct prove_tries *ret)
{
	/* Too large for a stack. */
	auto_free struct prove_result *result = calloc(1, sizeof(*result));
	struct json_object *list, *boots;
	uint64_t found;

	if (!result || !json_object_is_type(o, json_type_object) || !get_hex(o, "key", &found) ||
	    found != key || !json_object_object_get_ex(o, "tries", &list) ||
	    !json_object_is_type(list, json_type_array) ||
	    json_object_array_length(list) > TRIES_MAX)
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (!load_try(json_object_array_get_idx(list, i), max, result, ret))
			return false;
	}
	if (json_object_object_get_ex(o, "boots", &boots))
		ret->boots = (unsigned int)json_object_get_int(boots) & 0xffff;
	return true;
}

bool prove_tries_parse(const char *text, size_t size, uint64_t key, struct caps max,
		       struct prove_tries *ret)
{
	struct json_tokener *tok = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *o =
		tok && size <= SIZE_MAX_FILE ? json_tokener_parse_ex(tok, text, (int)size) : NULL;
	bool ok = load_tries(o, key, max, ret);

	json_object_put(o);
	if (tok)
		json_tokener_free(tok);
	if (!ok)
		prove_tries_done(ret);
	return ok;
}

bool prove_tries_load(int dirfd, uint64_t key, struct caps max, struct prove_tries *ret)
{
	auto_free char *text = NULL;
	size_t size;

	return io_read_file_at(dirfd, HARDEN_TRIES, SIZE_MAX_FILE, &text, &size) == 0 &&
	       prove_tries_parse(text, size, key, max, ret) && ret->tries.n;
}
