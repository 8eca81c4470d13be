/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden list: all containers of a host in a table, or as JSON.  See lxc-harden-list(8).
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/command/command.h"
#include "tools/report/list-facts.h"
#include "tools/report/list-show.h"

enum { OPTION_NOHEADINGS = 256, OPTION_TREE };

struct options {
	const char *output;
	bool noheadings, tree;
};

static int take_option(const struct command *cmd, int option, const char *value, void *state)
{
	struct options *o = state;

	(void)cmd;
	switch (option) {
	case 'o':
		o->output = value;
		return 0;
	case OPTION_NOHEADINGS:
		o->noheadings = true;
		return 0;
	default:
		o->tree = true;
		return 0;
	}
}

static int parse_columns(const struct command *cmd, const struct options *o, bool many_paths,
			 struct list_columns *ret)
{
	struct span word;
	char text[64] = "";
	struct emit e = EMIT_INIT(text);

	if (list_parse_columns(o->output, many_paths && !o->tree, ret, &word) == 0)
		return 0;
	emit_escaped(&e, word);
	command_error(cmd->verb, "no such column '%s' (see lxc-harden-list(8)), or too many", text);
	return -EINVAL;
}

static bool has_many_paths(const struct list *list)
{
	for (size_t i = 1; i < list->containers.n; i++) {
		if (list->containers.items[i].lxcpath != list->containers.items[0].lxcpath)
			return true;
	}
	return false;
}

/* One that is broken does not stop the rest; it is told, and so is the exit status. */
static int tell_broken(const struct command *cmd, const struct list *list)
{
	struct command_text name, reason;
	struct workers_held held = list->results.held;
	int r = COMMAND_DONE;

	held.n += list->containers.held.n;
	if (!held.pid)
		held.pid = list->containers.held.pid;
	for (size_t i = 0; i < list->containers.n; i++) {
		if (list->facts[i].known)
			continue;
		command_error(cmd->verb, "%s: %s",
			      command_escape(&name, list->containers.items[i].name),
			      command_escape(&reason, list->facts[i].failure));
		r = COMMAND_FAILED;
	}
	if (list->containers.left_out) {
		command_error(cmd->verb, CONTAINERS_LEFT_OUT, list->containers.left_out);
		r = COMMAND_FAILED;
	}
	if (held.n)
		command_error(cmd->verb, WORKERS_HELD, held.n, (int)held.pid);
	return r;
}

static int show(const struct command *cmd, const struct options *o, const struct list *list)
{
	struct list_columns columns;
	int r, broken;

	if (parse_columns(cmd, o, has_many_paths(list), &columns) < 0)
		return COMMAND_MISUSE;
	if (cmd->name && !list->containers.n) {
		struct command_text buf;

		command_error(cmd->verb, "no container '%s'", command_escape(&buf, cmd->name));
		return COMMAND_MISUSE;
	}
	if (cmd->quiet)
		return tell_broken(cmd, list);
	r = cmd->json ? list_print_json(list)
		      : list_print_table(list, &columns, !o->noheadings, o->tree);
	if (r < 0) {
		command_error(cmd->verb, "cannot write the output: %s", strerror(-r));
		return COMMAND_FAILED;
	}
	r = command_finish(cmd->verb);
	broken = tell_broken(cmd, list);
	return r == COMMAND_DONE ? broken : r;
}

int verb_list(const struct verb *verb, int argc, char *argv[])
{
	static const struct option own[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "noheadings", no_argument, NULL, OPTION_NOHEADINGS },
		{ "tree", no_argument, NULL, OPTION_TREE },
		{ 0 },
	};
	struct containers_error error = { "" };
	struct list_columns columns;
	struct options o = { .tree = false };
	struct command cmd;
	struct list list;
	int r = command_parse(verb, argc, argv, own, take_option, &o, &cmd);

	if (r >= 0)
		return r;
	if (cmd.n_words) {
		command_error(verb, "takes one container at most");
		return COMMAND_MISUSE;
	}
	/* A mistake in it is told before the work. */
	if (parse_columns(&cmd, &o, false, &columns) < 0)
		return COMMAND_MISUSE;
	r = list_read(cmd.lxcpaths, cmd.n_lxcpaths, !cmd.lxcpaths_given, cmd.name, &list, &error);
	if (r < 0) {
		command_error(verb, "%s", error.text);
		return r == -ENOENT || r == -ENOTDIR ? COMMAND_MISUSE : COMMAND_FAILED;
	}
	r = show(&cmd, &o, &list);
	list_done(&list);
	return r;
}
