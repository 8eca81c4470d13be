/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden check: the truth about containers.  This file takes the options, finds the
 * containers, and says where what is known about them goes; see check.h for the rest.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
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
#include "tools/history.h"
#include "tools/html.h"

enum {
	OPTION_ALL = 256,
	OPTION_FAIL_ABOVE,
	OPTION_PROMETHEUS,
	OPTION_SARIF,
	OPTION_HTML,
	OPTION_JOBS
};

struct options {
	bool all;
	unsigned int fail_above; /* CHECK_SCORE_MAX: never */
	bool has_fail_above;
	const char *prometheus, *sarif, *html;
	unsigned int jobs;
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
	case OPTION_HTML:
		o->html = value;
		return 0;
	case OPTION_PROMETHEUS:
		o->prometheus = value;
		return 0;
	default:
		o->sarif = value;
		return 0;
	}
}

/* --- Which containers ------------------------------------------------------------ */

/* One container is one of a list, too. */
static int find_one(const struct command *cmd, struct containers *ret)
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
	if (stat(cmd->lxcpaths[0], &st) < 0)
		return -errno;
	*ret = (struct containers){ .items = calloc(1, sizeof(ret->items[0])), .n = 1 };
	if (!ret->items)
		return -ENOMEM;
	ret->items[0] = (struct container){ cmd->lxcpaths[0], cmd->name, { st.st_uid, st.st_gid } };
	return 0;
}

static int find(const struct command *cmd, const struct options *o, struct containers *ret)
{
	struct containers_error error;
	int r;

	if (!o->all)
		return find_one(cmd, ret);
	r = containers_find(cmd->lxcpaths, cmd->n_lxcpaths, !cmd->lxcpaths_given, ret, &error);
	if (r < 0)
		command_error(cmd->verb, "%s", error.text);
	return r;
}

/* --- Where it goes ----------------------------------------------------------------- */

typedef int (*writer)(const struct check_set *set, FILE *f);

/* What html_write_page() wants besides: read for it alone. */
struct page {
	const struct containers *list;
	const char *path;
	unsigned int jobs;
};

/* A file is replaced at once: who reads it, as node_exporter does, sees the old or the new. */
static int write_text(const char *path, const char *text, size_t size)
{
	auto_free char *folder = strdup(path), *name = strdup(path);

	if (!folder || !name)
		return -ENOMEM;
	auto_close int dirfd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dirfd < 0)
		return -errno;
	return io_write_file_at(dirfd, basename(name), text, size, 0644);
}

static int write_file(const char *path, writer write, const struct check_set *set)
{
	auto_free char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int r;

	if (!f)
		return -ENOMEM;
	r = write(set, f);
	if (fclose(f) != 0 && r == 0)
		r = -ENOMEM;
	return r < 0 ? r : write_text(path, text, size);
}

static int write_page(const struct page *page, const struct check_set *set, FILE *f)
{
	struct histories histories;
	int r = histories_read(page->list->items, page->list->n, page->jobs, &histories);

	if (r < 0)
		return r;
	r = html_write_page(set, histories.items, f);
	histories_done(&histories);
	return r;
}

static int send_page(const struct command *cmd, const struct page *page,
		     const struct check_set *set)
{
	auto_free char *text = NULL;
	struct command_text buf;
	size_t size = 0;
	FILE *f;
	int r;

	if (!page->path)
		return 0;
	f = open_memstream(&text, &size);
	r = f ? write_page(page, set, f) : -ENOMEM;
	if (f && fclose(f) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0 && strcmp(page->path, "-") == 0)
		(void)fwrite(text, 1, size, stdout); /* command_finish() asks ferror() */
	else if (r == 0)
		r = write_text(page->path, text, size);
	if (r < 0)
		command_error(cmd->verb, "cannot write '%s': %s", command_escape(&buf, page->path),
			      strerror(-r));
	return r;
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
		   (o->html && strcmp(o->html, "-") == 0) ||
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

static int report(const struct command *cmd, const struct options *o, const struct containers *list,
		  const struct check_set *set)
{
	const struct page page = { list, o->html, o->jobs };
	int r;

	if (print(cmd, o, set) < 0 || send(cmd, o->sarif, check_write_sarif, set) < 0 ||
	    send(cmd, o->prometheus, check_write_prometheus, set) < 0 ||
	    send_page(cmd, &page, set) < 0)
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
	int outputs = cmd->json + (o->html && strcmp(o->html, "-") == 0) +
		      (o->sarif && strcmp(o->sarif, "-") == 0) +
		      (o->prometheus && strcmp(o->prometheus, "-") == 0);

	if (o->all == (cmd->name != NULL) || cmd->n_words) {
		command_error(cmd->verb, "give one container, or --all");
		return -EINVAL;
	}
	if (outputs > 1) {
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
		{ "prometheus", required_argument, NULL, OPTION_PROMETHEUS },
		{ "sarif", required_argument, NULL, OPTION_SARIF },
		{ "html", required_argument, NULL, OPTION_HTML },
		{ "jobs", required_argument, NULL, OPTION_JOBS },
		{ 0 },
	};
	struct options o = { .fail_above = CHECK_SCORE_MAX };
	struct containers list = { 0 };
	struct check_set set;
	struct command cmd;
	int r = command_parse(verb, argc, argv, own, take_option, &o, &cmd);

	if (r >= 0)
		return r;
	if (check_options(&cmd, &o) < 0)
		return COMMAND_MISUSE;
	r = find(&cmd, &o, &list);
	if (r < 0)
		return o.all ? COMMAND_FAILED : COMMAND_MISUSE;
	r = check_all(list.items, list.n, o.jobs, &set);
	if (r < 0) {
		command_error(verb, "cannot check: %s", strerror(-r));
		r = COMMAND_FAILED;
	} else {
		r = report(&cmd, &o, &list, &set);
		check_set_done(&set);
	}
	if (o.all)
		containers_done(&list);
	else
		free(list.items);
	return r;
}
