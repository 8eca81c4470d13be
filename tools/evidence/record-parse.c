/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading record.json: json-c takes the text apart, the functions below say what has to be there.
 */
#include "config.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"
#include "tools/container/harden-dir.h"
#include "tools/evidence/json-read.h"

#define DEPTH_MAX 6

/* --- Objects ----------------------------------------------------------------- */

static int parse_held(const struct reader *rd, struct json_object *o, struct caps *ret)
{
	struct json_object *array = NULL;
	struct caps held = { 0 };
	int r = reader_get(rd, o, "held", json_type_array, &array);

	for (size_t i = 0; r == 0 && i < json_object_array_length(array); i++) {
		struct json_object *item = json_object_array_get_idx(array, i);
		unsigned int cap;

		const char *text = json_object_get_string(item);

		if (json_object_get_type(item) != json_type_string || !text ||
		    caps_parse_name(span_of(text), &cap) < 0)
			return reader_fail(rd, "held", "item %zu is no capability", i);
		caps_add(&held, cap);
	}
	if (r == 0)
		*ret = held;
	return r;
}

static int parse_run(const struct reader *rd, struct json_object *o, struct record *record)
{
	struct record_run run = { 0 };
	unsigned int point = 0;
	int r = reader_get_bool(rd, o, "boot", &run.boot);

	if (r == 0)
		r = reader_get_time(rd, o, "begin", &run.begin);
	if (r == 0)
		r = reader_get_time(rd, o, "end", &run.end);
	if (r == 0)
		r = reader_get_text(rd, o, "kernel", &run.kernel);
	if (r == 0)
		r = reader_get_word(rd, o, "point", record_points, RECORD_N_POINTS, &point);
	if (r == 0)
		r = parse_held(rd, o, &run.held);
	if (r == 0)
		r = reader_get_number(rd, o, "checks", 0, &run.checks);
	if (r == 0)
		r = reader_get_number(rd, o, "unassigned", 0, &run.unassigned);
	if (r == 0)
		r = reader_get_number(rd, o, "missed", 0, &run.missed);
	run.point = (enum record_point)point;
	return r < 0 ? r : record_add_run(record, &run);
}

static int parse_loss(const struct reader *rd, struct json_object *o, struct record *record)
{
	struct record_loss loss = { 0 };
	unsigned int answer = 0, target = 0;
	int r = reader_get_cap(rd, o, "capability", &loss.cap);

	if (r == 0)
		r = reader_get_word(rd, o, "answer", record_answers, RECORD_N_ANSWERS, &answer);
	if (r == 0)
		r = reader_get_word(rd, o, "target", record_targets, RECORD_N_TARGETS, &target);
	if (r == 0)
		r = reader_get_number(rd, o, "count", 1, &loss.count);
	loss.answer = (enum record_answer)answer;
	loss.target = (enum record_target)target;
	return r < 0 ? r : record_add_loss(record, &loss);
}

static int parse_options(const struct reader *rd, struct json_object *o, struct record_check *check)
{
	struct json_object *array;
	int r;

	if (json_object_object_get_ex(o, "options", &array) && !array)
		return 0;
	r = reader_get(rd, o, "options", json_type_array, &array);
	check->options_known = true;
	for (size_t i = 0; r == 0 && i < json_object_array_length(array); i++) {
		struct json_object *item = json_object_array_get_idx(array, i);
		const char *text = item ? json_object_get_string(item) : "";

		if (strcmp(text, "noaudit") == 0)
			check->options |= RECORD_NOAUDIT;
		else if (strcmp(text, "insetid") == 0)
			check->options |= RECORD_INSETID;
		else
			return reader_fail(rd, "options", "item %zu is no option", i);
	}
	return r;
}

static int parse_names(const struct reader *rd, struct json_object *o, struct record_check *check)
{
	int r = reader_get_text_or_null(rd, o, "unit", &check->unit);

	if (r == 0)
		r = reader_get_text_or_null(rd, o, "program", &check->program);
	if (r == 0)
		r = reader_get_text_or_null(rd, o, "comm", &check->comm);
	if (r == 0)
		r = reader_get_text_or_null(rd, o, "syscall", &check->syscall);
	return r;
}

static int parse_check(const struct reader *rd, struct json_object *o, struct record *record)
{
	struct record_check check = { 0 };
	unsigned int answer = 0, target = 0, origin = 0;
	int r = reader_get_cap(rd, o, "capability", &check.cap);

	if (r == 0)
		r = reader_get_word(rd, o, "answer", record_answers, RECORD_N_ANSWERS, &answer);
	if (r == 0)
		r = reader_get_word(rd, o, "target", record_targets, RECORD_N_TARGETS, &target);
	if (r == 0)
		r = reader_get_word(rd, o, "origin", record_origins, RECORD_N_ORIGINS, &origin);
	if (r == 0)
		r = reader_get_bool(rd, o, "borrowed", &check.borrowed);
	if (r == 0)
		r = parse_options(rd, o, &check);
	if (r == 0)
		r = parse_names(rd, o, &check);
	if (r == 0)
		r = reader_get_number(rd, o, "count", 1, &check.count);
	if (r == 0)
		r = reader_get_time(rd, o, "first", &check.first);
	if (r == 0)
		r = reader_get_time(rd, o, "last", &check.last);
	check.answer = (enum record_answer)answer;
	check.target = (enum record_target)target;
	check.origin = (enum record_origin)origin;
	return r < 0 ? r : record_add_check(record, &check);
}

typedef int (*parse_item)(const struct reader *rd, struct json_object *o, struct record *record);

static int parse_array(struct reader *rd, struct json_object *root, const char *key, size_t max,
		       parse_item parse, struct record *record)
{
	struct json_object *array = NULL;
	int r = reader_get(rd, root, key, json_type_array, &array);

	if (r < 0)
		return r;
	if (json_object_array_length(array) > max)
		return reader_fail(rd, key, "more than %zu", max);
	rd->array = key;
	for (rd->index = 0; r == 0 && rd->index < json_object_array_length(array); rd->index++) {
		struct json_object *item = json_object_array_get_idx(array, rd->index);

		if (json_object_get_type(item) != json_type_object)
			return reader_fail(rd, NULL, "is no object");
		r = parse(rd, item, record);
		if (r < 0)
			return r;
	}
	rd->array = NULL;
	return 0;
}

/* --- The whole --------------------------------------------------------------- */

static int parse_head(const struct reader *rd, struct json_object *root, const char **ret_container)
{
	const char *schema = NULL;
	uint64_t version = 0;
	int r;

	if (json_object_get_type(root) != json_type_object)
		return reader_fail(rd, NULL, "no record: not an object");
	r = reader_get_text(rd, root, "schema", &schema);
	if (r == 0 && strcmp(schema, "lxc-harden-record") != 0)
		return reader_fail(rd, "schema", "'%s' is no record of lxc-harden", schema);
	if (r == 0)
		r = reader_get_number(rd, root, "version", 1, &version);
	if (r == 0 && version != RECORD_VERSION)
		return reader_fail(rd, "version", "%llu, this lxc-harden knows %d",
				   (unsigned long long)version, RECORD_VERSION);
	return r < 0 ? r : reader_get_text(rd, root, "container", ret_container);
}

static int parse_root(struct json_object *root, struct record **ret, struct record_error *error)
{
	struct reader rd = { .error = error };
	auto_record struct record *record = NULL;
	const char *container = NULL;
	uint64_t runs = 0, boots = 0;
	int r = parse_head(&rd, root, &container);

	if (r < 0)
		return r;
	record = record_new(container);
	if (!record)
		return -ENOMEM;
	r = reader_get_number(&rd, root, "runs_total", 0, &runs);
	if (r == 0)
		r = reader_get_number(&rd, root, "boots", 0, &boots);
	if (r == 0)
		r = parse_array(&rd, root, "runs", RECORD_RUNS_MAX, parse_run, record);
	if (r == 0)
		r = parse_array(&rd, root, "losses",
				(size_t)(CAPS_MAX + 1) * RECORD_N_ANSWERS * RECORD_N_TARGETS,
				parse_loss, record);
	if (r == 0)
		r = parse_array(&rd, root, "checks", RECORD_CHECKS_MAX, parse_check, record);
	if (r == 0)
		r = record_settle(record);
	if (r < 0)
		return r;
	record->n_runs_total = runs;
	record->n_boots = boots;
	*ret = take_ptr(&record);
	return 0;
}

/* Line and column of an offset, as editors count them. */
static int fail_at(struct span text, size_t offset, const char *reason, struct record_error *error)
{
	struct emit e = EMIT_INIT(error->text);
	size_t line = 1, column = 1;

	for (size_t i = 0; i < offset && i < text.n; i++, column++) {
		if (text.p[i] == '\n') {
			line++;
			column = 0;
		}
	}
	emit_printf(&e, "%zu:%zu: %s", line, column, reason);
	return -EINVAL;
}

static bool is_blank(struct span rest)
{
	for (size_t i = 0; i < rest.n; i++) {
		if (!rest.p[i] || !strchr(" \t\r\n", rest.p[i]))
			return false;
	}
	return true;
}

int record_parse(struct span text, struct record **ret, struct record_error *ret_error)
{
	struct json_tokener *tokener;
	struct json_object *root;
	enum json_tokener_error error;
	size_t end;
	int r;

	if (text.n > RECORD_SIZE_MAX)
		return fail_at(text, 0, "too large for a record", ret_error);
	tokener = json_tokener_new_ex(DEPTH_MAX);
	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tokener, text.p, (int)text.n);
	error = json_tokener_get_error(tokener);
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (error == json_tokener_continue)
		r = fail_at(text, text.n, "ends too early", ret_error);
	else if (error != json_tokener_success)
		r = fail_at(text, end, json_tokener_error_desc(error), ret_error);
	else if (!is_blank((struct span){ text.p + end, text.n - end }))
		r = fail_at(text, end, "goes on after its end", ret_error);
	else
		r = parse_root(root, ret, ret_error);
	json_object_put(root);
	return r;
}

int record_read_at(int dirfd, struct record **ret, struct record_error *ret_error)
{
	auto_free char *text = NULL;
	size_t size;
	int r = io_read_file_at(dirfd, HARDEN_RECORD, RECORD_SIZE_MAX, &text, &size);

	if (r == 0)
		return record_parse((struct span){ text, size }, ret, ret_error);
	(void)snprintf(ret_error->text, sizeof(ret_error->text), "%s", /* fits */
		       r == -EINVAL ? "is no regular file" : strerror(-r));
	return r;
}
