/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See learn-report.h: the same as JSON. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "tools/command/command-json.h"
#include "tools/learn/learn-report.h"
#include "tools/learn/learn-tally.h"

#define JSON_SIZE (4u << 20)

static void print_names(struct json *j, const char *key, const struct tallies *t)
{
	json_begin_array(j, key);
	for (size_t i = 0; i < t->n; i++)
		json_str(j, NULL, t->list[i].name);
	json_end_array(j);
}

static void print_capability(struct json *j, const struct record *record, unsigned int cap,
			     const struct record_use *use, struct tallies *t)
{
	static const char *const keys[N_COLUMNS] = { "units", "programs", "syscalls" };

	json_begin_object(j, NULL);
	json_cap(j, "name", cap);
	json_str(j, "verdict", record_verdicts[use->verdict]);
	json_u64(j, "granted", use->granted);
	json_u64(j, "denied", use->denied);
	json_u64(j, "probed", use->probed);
	json_u64(j, "below", use->below);
	json_u64(j, "other", use->other);
	json_u64(j, "borrowed", use->borrowed);
	json_u64(j, "lxc", use->lxc);
	for (unsigned int i = 0; i < N_COLUMNS; i++) {
		learn_get_tallies(record, cap, use->verdict, (enum column)i, t);
		print_names(j, keys[i], t);
	}
	json_end_object(j);
}

static void print_totals(struct json *j, const struct record *record)
{
	uint64_t unassigned = 0, missed = 0, checks = 0;

	for (size_t i = 0; i < record->n_losses; i++)
		unassigned += record->losses[i].count;
	for (size_t i = 0; i < record->n_checks; i++)
		checks += record->checks[i].count;
	for (size_t i = 0; i < record->n_runs; i++)
		missed += record->runs[i].missed;
	json_str(j, "container", record->container);
	json_u64(j, "runs", record->n_runs_total);
	json_u64(j, "boots", record->n_boots);
	json_str(j, "point",
		 record->n_runs ? record_points[record->runs[record->n_runs - 1].point] : NULL);
	json_u64(j, "checks", checks + unassigned);
	json_u64(j, "unassigned", unassigned);
	json_u64(j, "missed", missed);
}

int learn_report_json(const struct record *record)
{
	auto_free struct tallies *t = malloc(sizeof(*t));
	struct command_json d;

	if (!t)
		return -ENOMEM;
	command_json_begin(&d, stdout, JSON_SIZE);
	print_totals(&d.j, record);
	json_begin_array(&d.j, "capabilities");
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		struct record_use use;

		record_get_use(record, cap, &use);
		if (use.granted | use.denied | use.probed | use.below | use.other | use.borrowed |
		    use.lxc)
			print_capability(&d.j, record, cap, &use, t);
	}
	json_end_array(&d.j);
	return command_json_end(&d);
}

int learn_report_json_line(const struct record *record, uint64_t lines_lost)
{
	const char *comma = "";

	printf("{\"totals\":{\"lines_lost\":%" PRIu64 ",\"capabilities\":[", lines_lost);
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		struct record_use u;
		char name[32];
		struct emit e = EMIT_INIT(name);

		record_get_use(record, cap, &u);
		if (!(u.granted | u.denied | u.probed | u.below | u.other | u.borrowed | u.lxc))
			continue;
		caps_emit_name(&e, cap);
		printf("%s{\"name\":\"%s\",\"verdict\":\"%s\",\"granted\":%" PRIu64
		       ",\"denied\":%" PRIu64 ",\"probed\":%" PRIu64 ",\"below\":%" PRIu64
		       ",\"other\":%" PRIu64 ",\"borrowed\":%" PRIu64 ",\"lxc\":%" PRIu64 "}",
		       comma, name, record_verdicts[u.verdict], u.granted, u.denied, u.probed,
		       u.below, u.other, u.borrowed, u.lxc);
		comma = ",";
	}
	printf("]}}\n");
	return 0;
}
