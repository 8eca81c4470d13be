/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See learn-report.h. */
#include "config.h"

#include "tools/learn-report.h"

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/json.h"

#define SHOWN 3	      /* names in a cell of the table */
#define NAMES_MAX 256 /* that are told apart for it, and those in the JSON */
#define JSON_SIZE (4u << 20)

/* --- Names by how often they stand ------------------------------------------- */

struct tally {
	const char *name;
	uint64_t count;
};

struct tallies {
	struct tally list[NAMES_MAX];
	size_t n;
};

enum column { COLUMN_UNITS, COLUMN_PROGRAMS, COLUMN_SYSCALLS, N_COLUMNS };

static const char *get_name(const struct record_check *check, enum column column)
{
	switch (column) {
	case COLUMN_UNITS:
		if (check->origin == RECORD_WORKLOAD)
			return "(workload)";
		if (check->origin == RECORD_ATTACH)
			return "(attached)";
		return check->unit;
	case COLUMN_PROGRAMS:
		return check->program ? check->program : check->comm;
	default:
		return check->syscall;
	}
}

static void add_tally(struct tallies *t, const char *name, uint64_t count)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->list[i].name, name) == 0) {
			t->list[i].count += count;
			return;
		}
	}
	if (t->n < NAMES_MAX)
		t->list[t->n++] = (struct tally){ name, count };
}

static int compare_tallies(const void *pa, const void *pb)
{
	const struct tally *a = pa, *b = pb;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return strcmp(a->name, b->name);
}

/* Of the checks that made the verdict. */
static bool is_of_verdict(const struct record_check *check, enum record_verdict verdict)
{
	switch (verdict) {
	case RECORD_NEEDED:
		return record_counts(check) && check->answer == RECORD_GRANTED;
	case RECORD_REFUSED:
		return record_counts(check);
	case RECORD_PROBED:
		return check->target == RECORD_OWN && check->origin != RECORD_LXC &&
		       !check->borrowed;
	default:
		return false;
	}
}

static void get_tallies(const struct record *record, unsigned int cap, enum record_verdict verdict,
			enum column column, struct tallies *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < record->n_checks; i++) {
		const struct record_check *check = &record->checks[i];
		const char *name = get_name(check, column);

		if (check->cap == cap && name && is_of_verdict(check, verdict))
			add_tally(ret, name, check->count);
	}
	qsort(ret->list, ret->n, sizeof(ret->list[0]), compare_tallies);
}

/* --- The table ---------------------------------------------------------------- */

static int set_number(struct libscols_line *line, size_t column, uint64_t number)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRIu64, number); /* sized to fit */
	return scols_line_set_data(line, column, number ? text : "-");
}

/* The most frequent ones, a line each. */
static int set_names(struct libscols_line *line, size_t column, const struct tallies *t)
{
	char text[SHOWN * (RECORD_TEXT_MAX + 1) + 32];
	struct emit e = EMIT_INIT(text);

	for (size_t i = 0; i < t->n && i < SHOWN; i++)
		emit_printf(&e, "%s%s", i ? "\n" : "", t->list[i].name);
	if (t->n > SHOWN)
		emit_printf(&e, "\n(%zu more)", t->n - SHOWN);
	return scols_line_set_data(line, column, t->n ? text : "-");
}

static int add_row(struct libscols_table *table, const struct record *record, unsigned int cap,
		   const struct record_use *use)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	auto_free struct tallies *t = malloc(sizeof(*t));
	char name[32];
	struct emit e = EMIT_INIT(name);
	int r = line && t ? 0 : -ENOMEM;

	caps_emit_name(&e, cap);
	if (r == 0)
		r = scols_line_set_data(line, 0, name);
	if (r == 0)
		r = scols_line_set_data(line, 1, record_verdicts[use->verdict]);
	if (r == 0)
		r = set_number(line, 2, use->granted);
	if (r == 0)
		r = set_number(line, 3, use->denied);
	if (r == 0)
		r = set_number(line, 4, use->probed);
	for (unsigned int i = 0; r == 0 && i < N_COLUMNS; i++) {
		get_tallies(record, cap, use->verdict, (enum column)i, t);
		r = set_names(line, 5 + i, t);
	}
	return r;
}

static struct libscols_table *new_table(void)
{
	static const char *const columns[] = { "CAPABILITY", "VERDICT", "GRANTED",  "DENIED",
					       "PROBED",     "UNITS",	"PROGRAMS", "SYSCALLS" };
	struct libscols_table *table = scols_new_table();

	if (table && !isatty(STDOUT_FILENO)) /* nothing is cut off in a file */
		(void)scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	for (size_t i = 0; table && i < sizeof(columns) / sizeof(columns[0]); i++) {
		int flags = i >= 2 && i <= 4 ? SCOLS_FL_RIGHT : i > 4 ? SCOLS_FL_WRAP : 0;
		struct libscols_column *column =
			scols_table_new_column(table, columns[i], 0, flags);

		if (!column) {
			scols_unref_table(table);
			return NULL;
		}
		if (i > 4 && (scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
							scols_wrapnl_nextchunk, NULL) ||
			      scols_column_set_safechars(column, "\n"))) {
			scols_unref_table(table);
			return NULL;
		}
	}
	return table;
}

typedef uint64_t (*get_count)(const struct record_use *use);

static uint64_t get_below(const struct record_use *use)
{
	return use->below;
}

static uint64_t get_other(const struct record_use *use)
{
	return use->other;
}

static uint64_t get_borrowed(const struct record_use *use)
{
	return use->borrowed;
}

static uint64_t get_lxc(const struct record_use *use)
{
	return use->lxc;
}

static const struct {
	const char *text;
	get_count get;
} asides[] = {
	{ "asked of user namespaces made inside, which nothing has to be kept for", get_below },
	{ "asked of the host's user namespace, where this container never has any", get_other },
	{ "asked of others' credentials, such as an overlay's mounter's", get_borrowed },
	{ "by LXC, before it executed init", get_lxc },
};

static void print_asides(const struct record *record)
{
	for (size_t i = 0; i < sizeof(asides) / sizeof(asides[0]); i++) {
		char text[2048];
		struct emit e = EMIT_INIT(text);

		for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
			struct record_use use;

			record_get_use(record, cap, &use);
			if (!asides[i].get(&use))
				continue;
			emit_str(&e, e.len ? ", " : "");
			caps_emit_name(&e, cap);
			emit_printf(&e, " %" PRIu64, asides[i].get(&use));
		}
		if (e.len)
			printf("  %s: %s\n", asides[i].text, text);
	}
}

void learn_report_losses(const struct record *record)
{
	uint64_t unassigned = 0, missed = 0;

	for (size_t i = 0; i < record->n_losses; i++)
		unassigned += record->losses[i].count;
	for (size_t i = 0; i < record->n_runs; i++)
		missed += record->runs[i].missed;
	if (unassigned)
		printf("  of %" PRIu64
		       " checks only the capability is known: there were too many different ones\n",
		       unassigned);
	if (missed)
		printf("  %" PRIu64 " checks were not counted: the kernel could not\n", missed);
}

int learn_report_table(const struct record *record)
{
	struct libscols_table *table = new_table();
	int r = table ? 0 : -ENOMEM;
	bool any = false;

	for (unsigned int cap = 0; r == 0 && cap <= CAPS_MAX; cap++) {
		struct record_use use;

		record_get_use(record, cap, &use);
		if (use.verdict == RECORD_UNUSED)
			continue;
		any = true;
		r = add_row(table, record, cap, &use);
	}
	if (r == 0 && any)
		r = scols_print_table(table);
	else if (r == 0)
		printf("No capability was asked for.\n");
	scols_unref_table(table);
	if (r < 0)
		return r;
	print_asides(record);
	learn_report_losses(record);
	printf("needed: the kernel granted it.  What the guest could do without is found out by "
	       "taking it away\n"
	       "(lxc-harden prove).  probed: the kernel asks, and goes on either way.\n");
	return 0;
}

/* --- JSON ---------------------------------------------------------------------- */

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
	char name[32];
	struct emit e = EMIT_INIT(name);

	caps_emit_name(&e, cap);
	json_begin_object(j, NULL);
	json_str(j, "name", name);
	json_str(j, "verdict", record_verdicts[use->verdict]);
	json_u64(j, "granted", use->granted);
	json_u64(j, "denied", use->denied);
	json_u64(j, "probed", use->probed);
	json_u64(j, "below", use->below);
	json_u64(j, "other", use->other);
	json_u64(j, "borrowed", use->borrowed);
	json_u64(j, "lxc", use->lxc);
	for (unsigned int i = 0; i < N_COLUMNS; i++) {
		get_tallies(record, cap, use->verdict, (enum column)i, t);
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
	auto_free char *buf = malloc(JSON_SIZE);
	struct emit e = { .buf = buf, .size = JSON_SIZE };
	struct json j = { .e = &e };

	if (!t || !buf)
		return -ENOMEM;
	buf[0] = '\0';
	json_begin_object(&j, NULL);
	print_totals(&j, record);
	json_begin_array(&j, "capabilities");
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		struct record_use use;

		record_get_use(record, cap, &use);
		if (use.granted | use.denied | use.probed | use.below | use.other | use.borrowed |
		    use.lxc)
			print_capability(&j, record, cap, &use, t);
	}
	json_end_array(&j);
	json_end_object(&j);
	json_finish(&j);
	if (e.full)
		return -ENOMEM;
	(void)fwrite(buf, 1, e.len, stdout); /* command_finish() asks ferror() */
	return 0;
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
