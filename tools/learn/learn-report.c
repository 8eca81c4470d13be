/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See learn-report.h: the table. */
#include "config.h"

#include "tools/learn/learn-report.h"

#include <errno.h>
#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "tools/learn/learn-tally.h"

#define SHOWN 3 /* names in a cell of the table */

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
		learn_get_tallies(record, cap, use->verdict, (enum column)i, t);
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

/* Of what could not be counted, or not in full; nothing if there is nothing of it. */
static void report_losses(const struct record *record)
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
	report_losses(record);
	printf("needed: the kernel granted it.  What the guest could do without is found out by "
	       "taking it away\n"
	       "(lxc-harden prove).  probed: the kernel asks, and goes on either way.\n");
	return 0;
}
