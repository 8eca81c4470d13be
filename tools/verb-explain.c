/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden explain: what a capability means for a container, from the table in
 * lib/capinfo; without an operand, the list of all.  It looks at no container.
 */
#include "config.h"

#include <errno.h>
#include <json-c/json.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/capinfo.h"
#include "lib/cleanup.h"
#include "tools/command.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 100 /* longer lines are hard to read */
#define INDENT 4

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

static unsigned int text_width(void)
{
	unsigned int width = command_columns();

	if (width > WIDTH_MAX)
		return WIDTH_MAX;
	return width < WIDTH_MIN ? WIDTH_MIN : width;
}

/* Takes over value; false without memory. */
static bool json_put(struct json_object *object, const char *key, struct json_object *value)
{
	if (value && json_object_object_add(object, key, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

static bool json_put_class(struct json_object *object, const char *key, enum capinfo_class class,
			   const char *text)
{
	struct json_object *o = json_object_new_object();

	if (o && json_put(o, "class", json_object_new_string(capinfo_class_name(class))) &&
	    json_put(o, "text", json_object_new_string(text)))
		return json_put(object, key, o);
	json_object_put(o);
	return false;
}

static struct json_object *json_one(const struct capinfo *info)
{
	struct json_object *o = json_object_new_object();

	if (o && json_put(o, "name", json_object_new_string(info->name)) &&
	    json_put(o, "number", json_object_new_int((int)capinfo_number(info))) &&
	    json_put(o, "since", json_object_new_string(info->since)) &&
	    json_put(o, "base_keeps", json_object_new_boolean(info->base_keeps)) &&
	    json_put(o, "keep_keeps", json_object_new_boolean(info->keep_keeps)) &&
	    json_put_class(o, "privileged", info->privileged, info->on_host) &&
	    json_put_class(o, "idmapped", info->idmapped, info->on_host_idmapped) &&
	    json_put(o, "needed_by", json_object_new_string(info->needed_by)) &&
	    json_put(o, "without", json_object_new_string(info->without)) &&
	    json_put(o, "source", json_object_new_string(info->source)))
		return o;
	json_object_put(o);
	return NULL;
}

static int print_json(const struct capinfo *const *list, size_t n)
{
	struct json_object *root = json_object_new_object(), *array = json_object_new_array();
	int r = -ENOMEM;

	if (!root || !array || !json_put(root, "capabilities", array)) {
		json_object_put(root);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_one(list[i]);

		if (!o || json_object_array_add(array, o) < 0) {
			json_object_put(o);
			goto out;
		}
	}
	r = puts(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
							      JSON_C_TO_STRING_SPACED |
							      JSON_C_TO_STRING_NOSLASHESCAPE)) < 0
		    ? -EIO
		    : 0;
out:
	json_object_put(root);
	return r;
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

static int find_all(const struct command *cmd, const struct capinfo **list)
{
	struct command_text buf;

	for (size_t i = 0; i < cmd->n_words; i++) {
		list[i] = capinfo_find(span_of(cmd->words[i]));
		if (!list[i]) {
			command_error(cmd->verb, "no capability '%s'",
				      command_escape(&buf, cmd->words[i]));
			return -EINVAL;
		}
	}
	for (unsigned int i = 0; !cmd->n_words && i < CAPINFO_COUNT; i++)
		list[i] = capinfo_get(i);
	return 0;
}

int verb_explain(const struct verb *verb, int argc, char *argv[])
{
	auto_free const struct capinfo **list = NULL;
	struct command cmd;
	size_t n;
	int r = command_parse(verb, argc, argv, NULL, NULL, NULL, &cmd);

	if (r >= 0)
		return r;
	n = cmd.n_words ? cmd.n_words : CAPINFO_COUNT;
	/* An array of pointers into the table. */
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): a pointer is what is meant. */
	list = calloc(n, sizeof(*list));
	if (!list) {
		command_error(verb, "out of memory");
		return COMMAND_FAILED;
	}
	if (find_all(&cmd, list) < 0)
		return COMMAND_MISUSE;
	if (cmd.json) {
		r = print_json(list, n);
	} else if (!cmd.n_words) {
		r = print_table();
	} else {
		r = 0;
		for (size_t i = 0; i < n; i++) {
			if (i)
				putchar('\n');
			print_one(list[i], text_width());
		}
	}
	if (r < 0) {
		command_error(verb, "cannot write the output: %s", strerror(-r));
		return COMMAND_FAILED;
	}
	return command_finish(verb);
}
