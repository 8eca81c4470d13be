/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See record.h: a record as text, and its file. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"
#include "lib/json.h"
#include "tools/container/harden-dir.h"
#include "tools/evidence/record.h"

static void print_run(struct json *j, const struct record_run *run)
{
	json_begin_object(j, NULL);
	json_bool(j, "boot", run->boot);
	json_time(j, "begin", run->begin);
	json_time(j, "end", run->end);
	json_str(j, "kernel", run->kernel);
	json_str(j, "point", record_points[run->point]);
	json_caps(j, "held", run->held);
	json_u64(j, "checks", run->checks);
	json_u64(j, "unassigned", run->unassigned);
	json_u64(j, "missed", run->missed);
	json_end_object(j);
}

static void print_options(struct json *j, const struct record_check *check)
{
	if (!check->options_known) {
		json_null(j, "options");
		return;
	}
	json_begin_array(j, "options");
	if (check->options & RECORD_NOAUDIT)
		json_str(j, NULL, "noaudit");
	if (check->options & RECORD_INSETID)
		json_str(j, NULL, "insetid");
	json_end_array(j);
}

static void print_check(struct json *j, const struct record_check *check)
{
	json_begin_object(j, NULL);
	json_cap(j, "capability", check->cap);
	json_str(j, "answer", record_answers[check->answer]);
	json_str(j, "target", record_targets[check->target]);
	json_str(j, "origin", record_origins[check->origin]);
	json_bool(j, "borrowed", check->borrowed);
	print_options(j, check);
	json_str(j, "unit", check->unit);
	json_str(j, "program", check->program);
	json_str(j, "comm", check->comm);
	json_str(j, "syscall", check->syscall);
	json_u64(j, "count", check->count);
	json_time(j, "first", check->first);
	json_time(j, "last", check->last);
	json_end_object(j);
}

static void print_loss(struct json *j, const struct record_loss *loss)
{
	json_begin_object(j, NULL);
	json_cap(j, "capability", loss->cap);
	json_str(j, "answer", record_answers[loss->answer]);
	json_str(j, "target", record_targets[loss->target]);
	json_u64(j, "count", loss->count);
	json_end_object(j);
}

static void print_all(struct json *j, const struct record *record)
{
	json_begin_object(j, NULL);
	json_str(j, "schema", "lxc-harden-record");
	json_u64(j, "version", RECORD_VERSION);
	json_str(j, "container", record->container);
	json_u64(j, "runs_total", record->n_runs_total);
	json_u64(j, "boots", record->n_boots);
	json_begin_array(j, "runs");
	for (size_t i = 0; i < record->n_runs; i++)
		print_run(j, &record->runs[i]);
	json_end_array(j);
	json_begin_array(j, "losses");
	for (size_t i = 0; i < record->n_losses; i++)
		print_loss(j, &record->losses[i]);
	json_end_array(j);
	json_begin_array(j, "checks");
	for (size_t i = 0; i < record->n_checks; i++)
		print_check(j, &record->checks[i]);
	json_end_array(j);
	json_end_object(j);
	json_finish(j);
}

/* 0, -ENOMEM, or -E2BIG if it is more than size. */
static int print_into(const struct record *record, size_t size, char **ret_text, size_t *ret_size)
{
	auto_free char *buf = malloc(size);
	struct emit e = { .buf = buf, .size = size };
	struct json j = { .e = &e };

	if (!buf)
		return -ENOMEM;
	buf[0] = '\0';
	print_all(&j, record);
	if (e.full)
		return -E2BIG;
	*ret_size = e.len;
	*ret_text = take_ptr(&buf);
	return 0;
}

int record_print(struct record *record, char **ret_text, size_t *ret_size)
{
	size_t size = 65536;
	int r;

	while ((r = print_into(record, size, ret_text, ret_size)) == -E2BIG) {
		if (size < RECORD_SIZE_MAX) {
			size = size * 2 < RECORD_SIZE_MAX ? size * 2 : RECORD_SIZE_MAX;
			continue;
		}
		/* Long names, which the guest chooses, cannot make a file that nobody reads. */
		r = record_cut(record, record->n_checks / 2);
		if (r < 0)
			return r;
	}
	return r;
}

int record_write_at(int dirfd, struct record *record)
{
	auto_free char *text = NULL;
	size_t size;
	int r = record_print(record, &text, &size);

	return r < 0 ? r : io_write_file_at(dirfd, HARDEN_RECORD, text, size, 0644);
}
