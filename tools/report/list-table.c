/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See list-show.h: the table.  Every cell is escaped: names are their folders' choice. */
#include "config.h"

#include "tools/report/list-show.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/emit.h"

struct row {
	const struct container *container;
	const struct list_facts *facts;
};

typedef void (*emitter)(struct emit *e, const struct row *row);

static void emit_name(struct emit *e, const struct row *row)
{
	emit_escaped(e, span_of(row->container->name));
}

static void emit_state(struct emit *e, const struct row *row)
{
	emit_str(e, check_state_name(row->facts->state));
}

static void emit_level(struct emit *e, const struct row *row)
{
	emit_str(e, row->facts->level);
}

static void emit_ids(struct emit *e, const struct row *row)
{
	emit_str(e, row->facts->idmapped ? "mapped" : "host");
}

static void emit_caps(struct emit *e, const struct row *row)
{
	emit_printf(e, "%u", caps_count(row->facts->held));
}

static void emit_kept(struct emit *e, const struct row *row)
{
	caps_emit(e, row->facts->held, " ");
}

static void emit_audit(struct emit *e, const struct row *row)
{
	const struct audit_entry *a = &row->facts->audit;

	if (!row->facts->has_audit)
		return;
	emit_str(e, audit_words[a->verdict]);
	if (a->warn && a->verdict != AUDIT_WORD_CONFORMS)
		emit_str(e, " (warned)");
}

static void emit_audited(struct emit *e, const struct row *row)
{
	if (row->facts->has_audit)
		emit_str(e, row->facts->audit.time);
}

static void emit_policy(struct emit *e, const struct row *row)
{
	if (row->facts->has_audit)
		emit_str(e, row->facts->audit.policy);
}

static void emit_score(struct emit *e, const struct row *row)
{
	emit_printf(e, "%u", row->facts->score);
}

static void emit_meaning(struct emit *e, const struct row *row)
{
	emit_str(e, check_score_name(row->facts->score));
}

static void emit_drift(struct emit *e, const struct row *row)
{
	/* As the sentences in lxc-harden-list(8). */
	static const char *const words[LIST_N_DRIFTS] = { "runs with",	     "runs without",
							  "fragment undone", "denied",
							  "proved needless", "proved needed" };
	bool any = false;

	for (size_t i = 0; i < LIST_N_DRIFTS; i++) {
		if (!row->facts->drift[i].bits)
			continue;
		emit_printf(e, "%s%s ", any ? "; " : "", words[i]);
		caps_emit(e, row->facts->drift[i], " ");
		any = true;
	}
}

static void emit_findings(struct emit *e, const struct row *row)
{
	emit_printf(e, "%zu", row->facts->n_findings);
}

static void emit_pid(struct emit *e, const struct row *row)
{
	if (row->facts->pid)
		emit_printf(e, "%d", (int)row->facts->pid);
}

static void emit_owner(struct emit *e, const struct row *row)
{
	emit_printf(e, "%u", (unsigned int)row->container->owner.uid);
}

static void emit_lxcpath(struct emit *e, const struct row *row)
{
	emit_escaped(e, span_of(row->container->lxcpath));
}

static void emit_reason(struct emit *e, const struct row *row)
{
	if (row->facts->failure[0])
		emit_escaped(e, span_of(row->facts->failure));
	else if (row->facts->has_audit)
		emit_str(e, row->facts->audit.text);
}

enum {
	ALWAYS = 1 << 0, /* also of a container of which nothing else is known */
	NUMBER = 1 << 1,
	LONG = 1 << 2,	  /* wrapped on a terminal */
	DEFAULT = 1 << 3, /* shown without --output */
	PATHS = 1 << 4,	  /* ... where there are several LXCPATHs */
};

static const struct column {
	const char *name;
	emitter emit;
	unsigned int flags;
} columns_table[] = {
	{ "NAME", emit_name, ALWAYS | DEFAULT },
	{ "STATE", emit_state, ALWAYS | DEFAULT },
	{ "LEVEL", emit_level, DEFAULT },
	{ "IDS", emit_ids, DEFAULT },
	{ "CAPS", emit_caps, NUMBER | DEFAULT },
	{ "AUDIT", emit_audit, ALWAYS | DEFAULT },
	{ "AUDITED", emit_audited, ALWAYS | DEFAULT },
	{ "SCORE", emit_score, NUMBER | DEFAULT },
	{ "MEANING", emit_meaning, 0 },
	{ "LXCPATH", emit_lxcpath, ALWAYS | PATHS },
	{ "DRIFT", emit_drift, LONG | DEFAULT },
	{ "KEPT", emit_kept, LONG },
	{ "FINDINGS", emit_findings, NUMBER },
	{ "POLICY", emit_policy, ALWAYS },
	{ "PID", emit_pid, NUMBER },
	{ "OWNER", emit_owner, ALWAYS | NUMBER },
	{ "REASON", emit_reason, ALWAYS | LONG },
};
#define N_COLUMNS (sizeof(columns_table) / sizeof(columns_table[0]))

static int add_column(struct list_columns *columns, struct span word)
{
	for (unsigned int i = 0; i < N_COLUMNS; i++) {
		const char *name = columns_table[i].name;

		if (strlen(name) != word.n || strncasecmp(name, word.p, word.n) != 0)
			continue;
		if (columns->n == LIST_COLUMNS_MAX)
			return -EINVAL;
		columns->id[columns->n++] = i;
		return 0;
	}
	return -EINVAL;
}

int list_parse_columns(const char *text, bool many_paths, struct list_columns *ret,
		       struct span *ret_word)
{
	struct span rest = span_of(text ? text : "+"), word;
	bool more = rest.n && rest.p[0] == '+';

	*ret = (struct list_columns){ .n = 0 };
	for (unsigned int i = 0; more && i < N_COLUMNS; i++) {
		if (columns_table[i].flags & DEFAULT ||
		    (many_paths && columns_table[i].flags & PATHS))
			ret->id[ret->n++] = i;
	}
	if (more)
		rest = (struct span){ rest.p + 1, rest.n - 1 };
	if (more && !rest.n)
		return 0;
	do {
		if (!span_next_field(&rest, ',', &word))
			word = (struct span){ "", 0 };
		if (add_column(ret, word) < 0) {
			*ret_word = word;
			return -EINVAL;
		}
	} while (rest.n);
	return 0;
}

static int fill_line(struct libscols_line *line, const struct row *row,
		     const struct list_columns *columns)
{
	char text[4096];

	for (size_t i = 0; i < columns->n; i++) {
		const struct column *column = &columns_table[columns->id[i]];
		struct emit e = EMIT_INIT(text);

		if (row->facts->known || column->flags & ALWAYS)
			column->emit(&e, row);
		/* What is not there is said, so that awk finds every column. */
		if (scols_line_set_data(line, i, text[0] ? text : "-"))
			return -ENOMEM;
	}
	return 0;
}

/* A line above those of an LXCPATH. */
static int add_parent(struct libscols_table *table, const struct container *c,
		      struct libscols_line **ret)
{
	char text[4096];
	struct emit e = EMIT_INIT(text);

	emit_escaped(&e, span_of(c->lxcpath));
	*ret = scols_table_new_line(table, NULL);
	return *ret && scols_line_set_data(*ret, 0, text) == 0 ? 0 : -ENOMEM;
}

static int fill_table(struct libscols_table *table, const struct list *list,
		      const struct list_columns *columns, bool tree)
{
	struct libscols_line *parent = NULL, *line;
	const char *path = NULL;
	int r;

	for (size_t i = 0; i < list->containers.n; i++) {
		struct row row = { &list->containers.items[i], &list->facts[i] };

		/* Of one folder they have the very same string. */
		if (tree && row.container->lxcpath != path) {
			path = row.container->lxcpath;
			r = add_parent(table, row.container, &parent);
			if (r < 0)
				return r;
		}
		line = scols_table_new_line(table, parent);
		r = line ? fill_line(line, &row, columns) : -ENOMEM;
		if (r < 0)
			return r;
	}
	return 0;
}

int list_print_table(const struct list *list, const struct list_columns *columns, bool headings,
		     bool tree)
{
	struct libscols_table *table = scols_new_table();
	int r = table ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < columns->n; i++) {
		const struct column *c = &columns_table[columns->id[i]];
		int flags = (c->flags & NUMBER ? SCOLS_FL_RIGHT : 0) |
			    (c->flags & LONG ? SCOLS_FL_WRAP : 0) |
			    (tree && i == 0 ? SCOLS_FL_TREE : 0);

		if (!scols_table_new_column(table, c->name, 0, flags))
			r = -ENOMEM;
	}
	if (r == 0)
		r = fill_table(table, list, columns, tree);
	if (r == 0 && list->containers.n) {
		/* Both work on any table.  What is \xNN here has been made so by us. */
		(void)scols_table_enable_noheadings(table, !headings);
		(void)scols_table_enable_noencoding(table, 1);
		r = scols_print_table(table);
	}
	scols_unref_table(table);
	return r;
}
