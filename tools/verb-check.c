/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden check: the truth about containers.  This file takes the options, finds the
 * containers, and says where what is known about them goes; see check.h for the rest.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/span.h"
#include "tools/command/command.h"
#include "tools/report/check-show.h"
#include "tools/report/file.h"
#include "tools/report/history.h"
#include "tools/report/html.h"
#include "tools/risk/score.h"

/* Documents, each to a file or, as "-", to standard output; in the order of writing. */
enum { OUTPUT_SARIF, OUTPUT_PROMETHEUS, OUTPUT_HTML, N_OUTPUTS };

/* Behind OPTION_OUTPUT those of the outputs. */
enum { OPTION_ALL = 256, OPTION_FAIL_ABOVE, OPTION_JOBS, OPTION_MODE, OPTION_OUTPUT };

struct options {
	bool all;
	unsigned int fail_above; /* CHECK_SCORE_MAX: never */
	bool has_fail_above;
	const char *paths[N_OUTPUTS]; /* NULL: not asked for */
	unsigned int jobs;
	mode_t mode; /* of the metrics */
	bool has_mode;
};

/* Octal, as chmod(1) has it. */
static int take_mode(const struct command *cmd, const char *value, struct options *o)
{
	struct command_text buf;
	uint64_t mode;

	if (span_parse_u64(span_of(value), 8, 0666, &mode) < 0 || (mode & ~(uint64_t)0666)) {
		command_error(cmd->verb, "--prometheus-mode: '%s' is not a mode such as 0644",
			      command_escape(&buf, value));
		return -EINVAL;
	}
	o->mode = (mode_t)mode;
	o->has_mode = true;
	return 0;
}

static int take_option(const struct command *cmd, int option, const char *value, void *state)
{
	struct options *o = state;

	switch (option) {
	case OPTION_ALL:
		o->all = true;
		return 0;
	case OPTION_FAIL_ABOVE:
		o->has_fail_above = true;
		return command_take_number(cmd, "fail-above", value, 0, CHECK_SCORE_MAX,
					   &o->fail_above);
	case OPTION_JOBS:
		return command_take_number(cmd, "jobs", value, 0, 64, &o->jobs);
	case OPTION_MODE:
		return take_mode(cmd, value, o);
	default:
		o->paths[option - OPTION_OUTPUT] = value;
		return 0;
	}
}

/* --- Which containers ------------------------------------------------------------ */

static int find_one(const struct command *cmd, struct container *ret)
{
	struct command_text buf;
	char path[PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof(path), "%s/%s", cmd->lxcpaths[0], cmd->name);

	/* A name that is mistyped is misuse, and no finding. */
	if (n < 0 || (size_t)n >= sizeof(path) || stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
		command_error(cmd->verb, "no container '%s' in '%s'", cmd->name,
			      command_escape(&buf, cmd->lxcpaths[0]));
		return -EINVAL;
	}
	*ret = (struct container){ cmd->lxcpaths[0], cmd->name,
				   containers_find_owner(cmd->lxcpaths[0]) };
	return 0;
}

/* One container is a list, too: of *one. */
static int find(const struct command *cmd, const struct options *o, struct container *one,
		struct containers *ret)
{
	struct containers_error error;
	int r;

	if (!o->all) {
		*ret = (struct containers){ .items = one, .n = 1 };
		return find_one(cmd, one);
	}
	r = containers_find(cmd->lxcpaths, cmd->n_lxcpaths, !cmd->lxcpaths_given, ret, &error);
	if (r < 0)
		command_error(cmd->verb, "%s", error.text);
	return r;
}

/* --- Where it goes ----------------------------------------------------------------- */

/* What there is to write. */
struct checked {
	const struct check_set *set;
	const struct containers *list;
	unsigned int jobs;
};

static int write_sarif(const struct checked *checked, FILE *f)
{
	return check_write_sarif(checked->set, f);
}

static int write_prometheus(const struct checked *checked, FILE *f)
{
	return check_write_prometheus(checked->set, f);
}

static int write_page(const struct checked *checked, FILE *f)
{
	struct histories histories;
	int r = histories_read(checked->list->items, checked->list->n, checked->jobs, &histories);

	if (r < 0)
		return r;
	r = html_write_page(checked->set, histories.items, f);
	histories_done(&histories);
	return r;
}

static int (*const writers[N_OUTPUTS])(const struct checked *checked, FILE *f) = {
	[OUTPUT_SARIF] = write_sarif,
	[OUTPUT_PROMETHEUS] = write_prometheus,
	[OUTPUT_HTML] = write_page,
};

static bool is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

/* How many want the standard output. */
static int count_stdout(const struct options *o)
{
	int n = 0;

	for (int i = 0; i < N_OUTPUTS; i++)
		n += is_stdout(o->paths[i]);
	return n;
}

static int write_text(const struct options *o, int output, const char *text, size_t size,
		      const struct checked *checked)
{
	bool asked = output == OUTPUT_PROMETHEUS && o->has_mode;
	const struct containers *list = checked->list;

	if (is_stdout(o->paths[output])) {
		(void)fwrite(text, 1, size, stdout); /* command_finish() asks ferror() */
		return 0;
	}
	return report_write_file(
		o->paths[output], text, size,
		asked ? o->mode : report_find_mode(list->items, list->n, command_get_umask()),
		asked);
}

static int send(const struct command *cmd, const struct options *o, int output,
		const struct checked *checked)
{
	const char *path = o->paths[output];
	auto_free char *text = NULL;
	struct command_text buf;
	size_t size = 0;
	FILE *f;
	int r;

	if (!path)
		return 0;
	f = open_memstream(&text, &size);
	r = f ? writers[output](checked, f) : -ENOMEM;
	if (f && fclose(f) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0)
		r = write_text(o, output, text, size, checked);
	if (r < 0)
		command_error(cmd->verb, "cannot write '%s': %s", command_escape(&buf, path),
			      strerror(-r));
	return r;
}

static int print(const struct command *cmd, const struct options *o, const struct check_set *set)
{
	int r = 0;

	if (cmd->json) {
		r = check_write_json(set, stdout);
	} else if (cmd->quiet || count_stdout(o)) {
		return 0;
	} else if (o->all) {
		r = check_print_table(set);
	} else {
		check_print_one(set->checks[0]);
	}
	if (r < 0)
		command_error(cmd->verb, "cannot write the output: %s", strerror(-r));
	return r;
}

/* What could not be checked is taken for the worst. */
static bool is_above(const struct options *o, const struct check_set *set)
{
	for (size_t i = 0; o->has_fail_above && i < set->n; i++) {
		const struct check *c = set->checks[i];

		if (c->state == CHECK_FAILED || c->state == CHECK_UNREADABLE ||
		    c->score > o->fail_above)
			return true;
	}
	return false;
}

static void tell_held(const struct command *cmd, const struct containers *list,
		      const struct check_set *set)
{
	size_t n = list->held.n + set->held.n;

	if (n)
		command_error(cmd->verb, WORKERS_HELD, n,
			      (int)(set->held.n ? set->held.pid : list->held.pid));
}

static int tell(const struct command *cmd, const struct options *o, const struct containers *list,
		const struct check_set *set)
{
	const struct checked checked = { set, list, o->jobs };
	int r;

	if (print(cmd, o, set) < 0)
		return COMMAND_FAILED;
	for (int i = 0; i < N_OUTPUTS; i++) {
		if (send(cmd, o, i, &checked) < 0)
			return COMMAND_FAILED;
	}
	r = command_finish(cmd->verb);
	if (r != COMMAND_DONE)
		return r;
	/* Else a user would hide his containers from --fail-above behind many others. */
	if (list->left_out) {
		command_error(cmd->verb, CONTAINERS_LEFT_OUT, list->left_out);
		return COMMAND_FAILED;
	}
	tell_held(cmd, list, set);
	for (size_t i = 0; i < set->n; i++) {
		if (set->checks[i]->state == CHECK_FAILED && !o->has_fail_above)
			return COMMAND_FAILED;
	}
	return is_above(o, set) ? COMMAND_NO : COMMAND_DONE;
}

static int check_options(const struct command *cmd, const struct options *o)
{
	if (o->all == (cmd->name != NULL) || cmd->n_words) {
		command_error(cmd->verb, "give one container, or --all");
		return -EINVAL;
	}
	if (cmd->json + count_stdout(o) > 1) {
		command_error(cmd->verb,
			      "only one of --json, --html=-, --sarif=- and --prometheus=- "
			      "can have the standard output");
		return -EINVAL;
	}
	return 0;
}

int verb_check(const struct verb *verb, int argc, char *argv[])
{
	static const struct option own[] = {
		{ "all", no_argument, NULL, OPTION_ALL },
		{ "fail-above", required_argument, NULL, OPTION_FAIL_ABOVE },
		{ "prometheus", required_argument, NULL, OPTION_OUTPUT + OUTPUT_PROMETHEUS },
		{ "prometheus-mode", required_argument, NULL, OPTION_MODE },
		{ "sarif", required_argument, NULL, OPTION_OUTPUT + OUTPUT_SARIF },
		{ "html", required_argument, NULL, OPTION_OUTPUT + OUTPUT_HTML },
		{ "jobs", required_argument, NULL, OPTION_JOBS },
		{ 0 },
	};
	struct options o = { .fail_above = CHECK_SCORE_MAX };
	struct containers list = { 0 };
	struct container one;
	struct check_set set;
	struct command cmd;
	int r = command_parse(verb, argc, argv, own, take_option, &o, &cmd);

	if (r >= 0)
		return r;
	if (check_options(&cmd, &o) < 0)
		return COMMAND_MISUSE;
	r = find(&cmd, &o, &one, &list);
	if (r < 0)
		return o.all ? COMMAND_FAILED : COMMAND_MISUSE;
	r = check_all(list.items, list.n, o.jobs, &set);
	if (r < 0) {
		command_error(verb, "cannot check: %s", strerror(-r));
		r = COMMAND_FAILED;
	} else {
		r = tell(&cmd, &o, &list, &set);
		check_set_done(&set);
	}
	if (o.all)
		containers_done(&list);
	return r;
}
