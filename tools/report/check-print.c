/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See check-show.h: text for people. */
#include "config.h"

#include "tools/report/check-show.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <string.h>

#include "lib/span.h"
#include "tools/command/command.h"
#include "tools/risk/capinfo.h"

/* What is not printable ASCII comes out as \xNN. */
static void put(const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
			(void)putchar(c); /* command_finish() asks ferror() */
		else
			printf("\\x%02x", c);
	}
}

static void print_place(struct check_place place)
{
	if (!place.file)
		return;
	put(place.file);
	if (place.line)
		printf(":%u", place.line);
}

static void print_finding(const struct check_finding *f)
{
	printf("  %-8s %s", check_severity_name(f->severity), f->id);
	if (f->place.file) {
		printf("  ");
		print_place(f->place);
	}
	printf("\n    ");
	put(f->text);
	if (f->remedy) {
		printf("\n    -> ");
		put(f->remedy);
	}
	if (f->cost) {
		printf("\n       costs: ");
		put(f->cost);
	}
	putchar('\n');
}

static void print_kind(const struct check *c, enum check_kind kind)
{
	static const char *const titles[] = {
		"What runs is not what is configured",
		"Faults of the configuration",
		"What root inside can do to the host",
	};

	if (!c->n[kind])
		return;
	printf("\n%s (%zu):\n", titles[kind], c->n[kind]);
	for (size_t i = 0; i < c->n_findings; i++) {
		if (c->findings[i].kind == kind)
			print_finding(&c->findings[i]);
	}
}

static const char *state_of_cap(const struct check *c, const struct check_cap *cap)
{
	if (c->state == CHECK_RUNNING && cap->held != cap->configured)
		return cap->held ? "HELD" : "lacking";
	return cap->held ? "held" : "-";
}

static void print_caps(const struct check *c)
{
	printf("\nCapabilities (\"HELD\", \"lacking\": not as configured):\n");
	for (unsigned int n = 0; n <= c->last_cap && n <= CAPS_MAX; n++) {
		const struct capinfo *info = capinfo_get(n);
		const struct check_cap *cap = &c->caps[n];

		if (info)
			printf("  %-19s %-7s", info->name, state_of_cap(c, cap));
		else
			printf("  %-19u %-7s", n, state_of_cap(c, cap));
		if (!cap->n_events)
			printf(" LXC's default");
		for (size_t i = 0; i < cap->n_events; i++) {
			printf("%s %s ", i ? "," : "",
			       check_cap_action_name(cap->events[i].action));
			print_place(cap->events[i].place);
		}
		putchar('\n');
	}
}

static void print_head(const struct check *c)
{
	put(c->name);
	printf(": %s", check_state_name(c->state));
	if (c->state == CHECK_FAILED) {
		printf(": %s\n", c->failure);
		return;
	}
	if (c->pid)
		printf(" (pid %d)", (int)c->pid);
	if (c->state == CHECK_UNREADABLE) {
		printf("\n");
		return;
	}
	printf(", level %s, %s\nscore %u of 1000, %s: host %u, kernel %u, secrets %u, denial %u\n",
	       c->level, c->idmapped ? "id-mapped" : "privileged", c->score,
	       check_score_name(c->score), c->score_class[CHECK_HOST], c->score_class[CHECK_KERNEL],
	       c->score_class[CHECK_SECRETS], c->score_class[CHECK_DENIAL]);
	if (c->score_config != c->score)
		printf("score of the configuration, had it been started: %u\n", c->score_config);
}

void check_print_one(const struct check *c)
{
	print_head(c);
	for (int kind = 0; kind < CHECK_N_KINDS; kind++)
		print_kind(c, (enum check_kind)kind);
	if (c->left_out)
		printf("\nand %zu more\n", c->left_out);
	if (c->last_cap)
		print_caps(c);
}

/* --- Several -------------------------------------------------------------------- */

static int set_data(struct libscols_line *line, size_t column, const char *text)
{
	char escaped[600];
	struct emit e = EMIT_INIT(escaped);

	/* A name may hold anything but a slash. */
	emit_escaped(&e, span_of(text));
	return scols_line_set_data(line, column, escaped) ? -ENOMEM : 0;
}

static int set_number(struct libscols_line *line, size_t column, size_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%zu", number); /* fits */
	return set_data(line, column, text);
}

static int fill_line(struct libscols_table *table, const struct check *c)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	bool known = check_is_known(c);
	int r = line ? set_data(line, 0, c->name) : -ENOMEM;

	if (r == 0)
		r = set_data(line, 1, check_state_name(c->state));
	if (r == 0 && known)
		r = set_data(line, 2, c->level);
	if (r == 0 && known)
		r = set_data(line, 3, c->idmapped ? "mapped" : "host");
	if (r == 0 && known)
		r = set_number(line, 4, c->score);
	if (r == 0 && known)
		r = set_data(line, 5, check_score_name(c->score));
	if (r == 0)
		r = set_number(line, 6, c->n[CHECK_DISAGREEMENT]);
	if (r == 0)
		r = set_number(line, 7, c->n[CHECK_FAULT]);
	if (r == 0)
		r = set_number(line, 8, c->n[CHECK_EXPOSURE]);
	return r == 0 ? set_data(line, 9, c->lxcpath) : r;
}

static void print_worst(const struct check *c)
{
	if (c->state != CHECK_FAILED && !c->n[CHECK_DISAGREEMENT] && !c->n[CHECK_FAULT])
		return;
	putchar('\n');
	put(c->name);
	if (c->state == CHECK_FAILED)
		printf(": %s", c->failure);
	putchar('\n');
	for (size_t i = 0; i < c->n_findings; i++) {
		if (c->findings[i].kind != CHECK_EXPOSURE)
			print_finding(&c->findings[i]);
	}
}

int check_print_table(const struct check_set *set)
{
	static const char *const columns[] = {
		"NAME",	   "STATE",  "LEVEL",  "IDS",	  "SCORE",
		"MEANING", "DIFFER", "FAULTS", "EXPOSED", "LXCPATH"
	};
	struct libscols_table *table = scols_new_table();
	int r = table ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < sizeof(columns) / sizeof(columns[0]); i++) {
		bool number = i == 4 || (i >= 6 && i <= 8);

		if (!scols_table_new_column(table, columns[i], 0, number ? SCOLS_FL_RIGHT : 0))
			r = -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < set->n; i++)
		r = fill_line(table, set->checks[i]);
	if (r == 0 && set->n) {
		(void)scols_table_enable_noencoding(table, 1); /* else our \xNN becomes \x5cxNN */
		r = scols_print_table(table);
	}
	scols_unref_table(table);
	for (size_t i = 0; r == 0 && i < set->n; i++)
		print_worst(set->checks[i]);
	return r;
}
