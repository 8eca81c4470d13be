/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden check: the truth about containers.  This file takes the options, finds the
 * containers, and says where what is known about them goes; see check.h for the rest.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/span.h"
#include "tools/check-score.h"
#include "tools/check-show.h"
#include "tools/command.h"

#define TARGETS_MAX 100000

enum { OPTION_ALL = 256, OPTION_FAIL_ABOVE, OPTION_PROMETHEUS, OPTION_SARIF, OPTION_JOBS };

struct options {
	bool all;
	unsigned int fail_above; /* CHECK_SCORE_MAX: never */
	bool has_fail_above;
	const char *prometheus, *sarif;
	unsigned int jobs;
};

struct targets {
	struct check_target *item; /* owned, and the names in it */
	size_t n;
};

static int take_number(const struct command *cmd, const char *option, const char *value,
		       unsigned int max, unsigned int *ret)
{
	struct command_text buf;
	uint64_t number;

	if (span_parse_u64(span_of(value), 10, max, &number) < 0) {
		command_error(cmd->verb, "--%s: '%s' is no number from 0 to %u", option,
			      command_escape(&buf, value), max);
		return -EINVAL;
	}
	*ret = (unsigned int)number;
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
		return take_number(cmd, "fail-above", value, CHECK_SCORE_MAX, &o->fail_above);
	case OPTION_JOBS:
		return take_number(cmd, "jobs", value, 64, &o->jobs);
	case OPTION_PROMETHEUS:
		o->prometheus = value;
		return 0;
	default:
		o->sarif = value;
		return 0;
	}
}

/* --- Which containers ------------------------------------------------------------ */

static int add_target(struct targets *t, const char *lxcpath, const char *name)
{
	struct check_target *item;
	char *copy;

	if (t->n == TARGETS_MAX)
		return -E2BIG;
	item = reallocarray(t->item, t->n + 1, sizeof(*item));
	if (!item)
		return -ENOMEM;
	t->item = item;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	t->item[t->n++] = (struct check_target){ lxcpath, copy };
	return 0;
}

static void targets_done(struct targets *t)
{
	for (size_t i = 0; i < t->n; i++)
		free((char *)t->item[i].name); /* ours; const for those who read it */
	free(t->item);
}

static int compare_targets(const void *a, const void *b)
{
	return strcmp(((const struct check_target *)a)->name,
		      ((const struct check_target *)b)->name);
}

/* The folders that have a configuration, as lxc-ls sees them. */
static int add_path(struct targets *t, const char *lxcpath)
{
	auto_closedir DIR *dir = opendir(lxcpath);
	const struct dirent *entry;
	size_t first = t->n;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir))) {
		char name[NAME_MAX + sizeof("/config")];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/config", entry->d_name); /* fits */
		if (fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			r = add_target(t, lxcpath, entry->d_name);
	}
	qsort(t->item + first, t->n - first, sizeof(t->item[0]), compare_targets);
	return r;
}

static int find_targets(const struct command *cmd, const struct options *o, struct targets *t)
{
	struct command_text buf;
	int r = 0;

	if (!o->all) {
		r = add_target(t, cmd->lxcpaths[0], cmd->name);
		if (r < 0)
			command_error(cmd->verb, "out of memory");
		return r;
	}
	for (size_t i = 0; i < cmd->n_lxcpaths; i++) {
		r = add_path(t, cmd->lxcpaths[i]);
		if (r < 0) {
			command_error(cmd->verb, "cannot read '%s': %s",
				      command_escape(&buf, cmd->lxcpaths[i]), strerror(-r));
			return r;
		}
	}
	return 0;
}

/* A name that is mistyped is misuse, and no finding. */
static int check_exists(const struct command *cmd)
{
	struct command_text buf;
	char path[PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof(path), "%s/%s", cmd->lxcpaths[0], cmd->name);

	if (n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	command_error(cmd->verb, "no container '%s' in '%s'", cmd->name, /* checked: one folder's */
		      command_escape(&buf, cmd->lxcpaths[0]));
	return -ENOENT;
}

/* --- Where it goes ----------------------------------------------------------------- */

typedef int (*writer)(const struct check_set *set, FILE *f);

/* A file is replaced at once: who reads it, as node_exporter does, sees the old or the new. */
static int write_file(const char *path, writer write, const struct check_set *set)
{
	auto_free char *text = NULL, *folder = strdup(path), *name = strdup(path);
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int r, c;

	if (!folder || !name || !f) {
		if (f)
			(void)fclose(f); /* nothing was written */
		return -ENOMEM;
	}
	r = write(set, f);
	c = fclose(f);
	if (r == 0 && c != 0)
		r = -ENOMEM;
	if (r < 0)
		return r;
	auto_close int dirfd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dirfd < 0)
		return -errno;
	return io_write_file_at(dirfd, basename(name), text, size, 0644);
}

static int send(const struct command *cmd, const char *path, writer write,
		const struct check_set *set)
{
	struct command_text buf;
	int r;

	if (!path)
		return 0;
	r = strcmp(path, "-") == 0 ? write(set, stdout) : write_file(path, write, set);
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
	} else if (cmd->quiet || (o->sarif && strcmp(o->sarif, "-") == 0) ||
		   (o->prometheus && strcmp(o->prometheus, "-") == 0)) {
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

static int report(const struct command *cmd, const struct options *o, const struct check_set *set)
{
	int r;

	if (print(cmd, o, set) < 0 || send(cmd, o->sarif, check_write_sarif, set) < 0 ||
	    send(cmd, o->prometheus, check_write_prometheus, set) < 0)
		return COMMAND_FAILED;
	r = command_finish(cmd->verb);
	if (r != COMMAND_DONE)
		return r;
	for (size_t i = 0; i < set->n; i++) {
		if (set->checks[i]->state == CHECK_FAILED && !o->has_fail_above)
			return COMMAND_FAILED;
	}
	return is_above(o, set) ? COMMAND_NO : COMMAND_DONE;
}

static int check_options(const struct command *cmd, const struct options *o)
{
	int outputs = cmd->json + (o->sarif && strcmp(o->sarif, "-") == 0) +
		      (o->prometheus && strcmp(o->prometheus, "-") == 0);

	if (o->all == (cmd->name != NULL) || cmd->n_words) {
		command_error(cmd->verb, "give one container, or --all");
		return -EINVAL;
	}
	if (outputs > 1) {
		command_error(cmd->verb, "only one of --json, --sarif=- and --prometheus=- can "
					 "have the standard output");
		return -EINVAL;
	}
	return 0;
}

int verb_check(const struct verb *verb, int argc, char *argv[])
{
	static const struct option own[] = {
		{ "all", no_argument, NULL, OPTION_ALL },
		{ "fail-above", required_argument, NULL, OPTION_FAIL_ABOVE },
		{ "prometheus", required_argument, NULL, OPTION_PROMETHEUS },
		{ "sarif", required_argument, NULL, OPTION_SARIF },
		{ "jobs", required_argument, NULL, OPTION_JOBS },
		{ 0 },
	};
	struct options o = { .fail_above = CHECK_SCORE_MAX };
	struct targets targets = { 0 };
	struct check_set set;
	struct command cmd;
	int r = command_parse(verb, argc, argv, own, take_option, &o, &cmd);

	if (r >= 0)
		return r;
	if (check_options(&cmd, &o) < 0 || (!o.all && check_exists(&cmd) < 0))
		return COMMAND_MISUSE;
	r = find_targets(&cmd, &o, &targets);
	if (r == 0) {
		r = check_all(targets.item, targets.n, o.jobs, &set);
		if (r < 0)
			command_error(verb, "cannot check: %s", strerror(-r));
	}
	if (r == 0) {
		r = report(&cmd, &o, &set);
		check_set_done(&set);
	} else {
		r = COMMAND_FAILED;
	}
	targets_done(&targets);
	return r;
}
