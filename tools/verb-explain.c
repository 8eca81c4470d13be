/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden explain: what a capability means for a container, from the table in
 * tools/risk/capinfo, or a finding of "lxc-harden check", from the one in tools/risk/reasons.
 * Without an operand, the list of all capabilities.  It looks at no container.
 */
#include "config.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tools/command/command-json.h"
#include "tools/check/check.h"
#include "tools/command/command.h"
#include "tools/risk/capinfo.h"
#include "tools/risk/reasons.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 100 /* longer lines are hard to read */
#define INDENT 4
#define ROOM (16u << 10) /* for what JSON has of one */

/* Wrapped at blanks, each line indented. */
static void print_wrapped(const char *text, unsigned int width)
{
	struct span rest = span_of(text), word;
	size_t column = 0;

	while (span_next_word(&rest, &word)) {
		if (column && column + 1 + word.n > width) {
			putchar('\n');
			column = 0;
		}
		if (column)
			putchar(' ');
		else
			printf("%*s", INDENT, "");
		(void)fwrite(word.p, 1, word.n, stdout); /* command_finish() asks ferror() */
		column += word.n + (column ? 1 : INDENT);
	}
	putchar('\n');
}

static void print_class(const char *container, enum capinfo_class class, const char *text,
			unsigned int width)
{
	printf("  %s: %s: it %s\n", container, capinfo_class_name(class),
	       capinfo_class_text(class));
	print_wrapped(text, width);
}

static void print_one(const struct capinfo *info, unsigned int width)
{
	printf("%s (%u, Linux %s): %s by base.conf, %s by keep.conf\n", info->name,
	       capinfo_number(info), info->since, info->base_keeps ? "kept" : "dropped",
	       info->keep_keeps ? "kept" : "dropped");
	print_class("Privileged container", info->privileged, info->on_host, width);
	print_class("Id-mapped container", info->idmapped, info->on_host_idmapped, width);
	printf("  Who in a guest needs it\n");
	print_wrapped(info->needed_by, width);
	printf("  Without it\n");
	print_wrapped(info->without, width);
	printf("  Source\n");
	print_wrapped(info->source, width);
}

/* What an operand names: one of the two. */
struct subject {
	const struct capinfo *cap;
	const struct reason *reason;
};

static void print_reason(const struct reason *r, unsigned int width)
{
	printf("%s (%s, %s)\n", r->id, check_kind_name(r->kind), check_severity_name(r->severity));
	print_wrapped(r->title, width);
	printf("  What happens\n");
	print_wrapped(r->why, width);
	printf("  What ends it\n");
	print_wrapped(r->remedy ? r->remedy : "The finding says which line, by what this host is.",
		      width);
	printf("  What that costs\n");
	print_wrapped(r->cost ? r->cost : "Nothing that is known.", width);
	if (r->kind != CHECK_EXPOSURE)
		return;
	printf("  In an id-mapped container\n");
	if (r->weight_idmapped)
		printf("%*sseverity %s; weight %u, and %u where root is the host's\n", INDENT, "",
		       check_severity_name(r->severity_idmapped), r->weight_idmapped, r->weight);
	else
		printf("%*sno harm to the host; weight %u where root is the host's\n", INDENT, "",
		       r->weight);
}

static unsigned int text_width(void)
{
	unsigned int width = command_columns();

	if (width > WIDTH_MAX)
		return WIDTH_MAX;
	return width < WIDTH_MIN ? WIDTH_MIN : width;
}

static void put_class(struct json *j, const char *key, enum capinfo_class class, const char *text)
{
	json_begin_object(j, key);
	json_str(j, "class", capinfo_class_name(class));
	json_str(j, "text", text);
	json_end_object(j);
}

static void put_cap(struct json *j, const struct capinfo *info)
{
	json_begin_object(j, NULL);
	json_str(j, "name", info->name);
	json_u64(j, "number", capinfo_number(info));
	json_str(j, "since", info->since);
	json_bool(j, "base_keeps", info->base_keeps);
	json_bool(j, "keep_keeps", info->keep_keeps);
	put_class(j, "privileged", info->privileged, info->on_host);
	put_class(j, "idmapped", info->idmapped, info->on_host_idmapped);
	json_str(j, "needed_by", info->needed_by);
	json_str(j, "without", info->without);
	json_str(j, "source", info->source);
	json_end_object(j);
}

static void put_reason(struct json *j, const struct reason *r)
{
	json_begin_object(j, NULL);
	json_str(j, "id", r->id);
	json_str(j, "kind", check_kind_name(r->kind));
	json_str(j, "severity", check_severity_name(r->severity));
	json_str(j, "title", r->title);
	json_str(j, "why", r->why);
	json_str(j, "remedy", r->remedy ? r->remedy : "");
	json_str(j, "cost", r->cost ? r->cost : "");
	json_u64(j, "weight", r->weight);
	json_u64(j, "weight_idmapped", r->weight_idmapped);
	json_end_object(j);
}

static int print_json(const struct subject *list, size_t n)
{
	struct command_json d;

	command_json_begin(&d, stdout, ROOM);
	json_begin_array(&d.j, "capabilities");
	for (size_t i = 0; i < n && command_json_flush(&d) == 0; i++) {
		if (list[i].cap)
			put_cap(&d.j, list[i].cap);
	}
	json_end_array(&d.j);
	json_begin_array(&d.j, "reasons");
	for (size_t i = 0; i < n && command_json_flush(&d) == 0; i++) {
		if (list[i].reason)
			put_reason(&d.j, list[i].reason);
	}
	json_end_array(&d.j);
	return command_json_end(&d);
}

static int fill_row(struct libscols_table *table, const struct capinfo *info)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char number[12];

	(void)snprintf(number, sizeof(number), "%u", capinfo_number(info)); /* sized to fit */
	if (!line || scols_line_set_data(line, 0, number) ||
	    scols_line_set_data(line, 1, info->name) || scols_line_set_data(line, 2, info->since) ||
	    scols_line_set_data(line, 3, info->base_keeps ? "kept" : "-") ||
	    scols_line_set_data(line, 4, info->keep_keeps ? "kept" : "-") ||
	    scols_line_set_data(line, 5, capinfo_class_name(info->privileged)) ||
	    scols_line_set_data(line, 6, capinfo_class_name(info->idmapped)))
		return -ENOMEM;
	return 0;
}

static int print_table(void)
{
	static const char *const columns[] = { "NUMBER", "NAME",       "SINCE",	  "BASE",
					       "KEEP",	 "PRIVILEGED", "IDMAPPED" };
	struct libscols_table *table = scols_new_table();
	int r = table ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < sizeof(columns) / sizeof(columns[0]); i++) {
		if (!scols_table_new_column(table, columns[i], 0, i == 0 ? SCOLS_FL_RIGHT : 0))
			r = -ENOMEM;
	}
	for (unsigned int i = 0; r == 0 && i < CAPINFO_COUNT; i++)
		r = fill_row(table, capinfo_get(i));
	if (r == 0)
		r = scols_print_table(table);
	scols_unref_table(table);
	if (r < 0)
		return r;
	printf("\nThe worst that root in a container can do with it:\n");
	for (int class = CAPINFO_HOST; class >= CAPINFO_OWN; class --)
		printf("  %-8s it %s\n", capinfo_class_name((enum capinfo_class) class),
		       capinfo_class_text((enum capinfo_class) class));
	return 0;
}

/* "net_admin", or "cap.net_admin" as a finding has it, or a finding's own name. */
static struct subject find_one(const char *word)
{
	struct span name = span_of(word);

	if (span_starts(name, "cap.") && !reason_find(name)) {
		name.p += strlen("cap.");
		name.n -= strlen("cap.");
	}
	return (struct subject){ capinfo_find(name), reason_find(name) };
}

static int find_all(const struct command *cmd, bool reasons_too, struct subject *list)
{
	struct command_text buf;
	size_t n = 0;

	for (; n < cmd->n_words; n++) {
		list[n] = find_one(cmd->words[n]);
		if (!list[n].cap && !list[n].reason) {
			command_error(cmd->verb, "no capability '%s', and no finding of check",
				      command_escape(&buf, cmd->words[n]));
			return -EINVAL;
		}
	}
	if (cmd->n_words)
		return 0;
	for (unsigned int i = 0; !reasons_too && i < CAPINFO_COUNT; i++)
		list[n++].cap = capinfo_get(i);
	for (size_t i = 0; reasons_too && i < REASON_N; i++)
		list[n++].reason = &reasons[i];
	return 0;
}

static int take_option(const struct command *cmd, int option, const char *value, void *state)
{
	(void)cmd, (void)option, (void)value; /* there is only one, and it takes none */
	*(bool *)state = true;
	return 0;
}

static void print_texts(const struct subject *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			putchar('\n');
		if (list[i].cap)
			print_one(list[i].cap, text_width());
		else
			print_reason(list[i].reason, text_width());
	}
}

int verb_explain(const struct verb *verb, int argc, char *argv[])
{
	static const struct option own[] = { { "reasons", no_argument, NULL, 256 }, { 0 } };
	auto_free struct subject *list = NULL;
	bool reasons_too = false;
	struct command cmd;
	size_t n;
	int r = command_parse(verb, argc, argv, own, take_option, &reasons_too, &cmd);

	if (r >= 0)
		return r;
	n = cmd.n_words ? cmd.n_words : reasons_too ? REASON_N : CAPINFO_COUNT;
	list = calloc(n, sizeof(*list));
	if (!list) {
		command_error(verb, "out of memory");
		return COMMAND_FAILED;
	}
	if (find_all(&cmd, reasons_too, list) < 0)
		return COMMAND_MISUSE;
	r = 0;
	if (cmd.json)
		r = print_json(list, n);
	else if (!cmd.n_words && !reasons_too)
		r = print_table();
	else
		print_texts(list, n);
	if (r < 0) {
		command_error(verb, "cannot write the output: %s", strerror(-r));
		return COMMAND_FAILED;
	}
	return command_finish(verb);
}
