/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden generate: writes a container's harden/harden.conf and harden/policy and has
 * its configuration include the former.  This file holds its options and its steps.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tools/command/command.h"
#include "tools/config/config-edit.h"
#include "tools/config/levels.h"
#include "tools/container/lock.h"
#include "tools/container/open-root.h"
#include "tools/container/trust.h"
#include "tools/generate/basis.h"
#include "tools/generate/plan.h"
#include "tools/generate/refused.h"
#include "tools/generate/seccomp.h"
#include "tools/generate/tell.h"
#include "tools/generate/write.h"
#include "tools/risk/capinfo.h"

enum {
	OPT_LEVEL = 256,
	OPT_ADD,
	OPT_WITHOUT,
	OPT_STDOUT,
	OPT_DRY_RUN,
	OPT_NO_GUEST,
	OPT_FORMAT,
	OPT_CONFIG,
	OPT_PROVED,
	OPT_UNPROVED,
	OPT_RECORDED,
};

static const struct option generate_options[] = {
	{ "level", required_argument, NULL, OPT_LEVEL },
	{ "add", required_argument, NULL, OPT_ADD },
	{ "without", required_argument, NULL, OPT_WITHOUT },
	{ "stdout", no_argument, NULL, OPT_STDOUT },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "no-guest", no_argument, NULL, OPT_NO_GUEST },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "proved", no_argument, NULL, OPT_PROVED },
	{ "unproved", no_argument, NULL, OPT_UNPROVED },
	{ "recorded", no_argument, NULL, OPT_RECORDED },
	{ NULL, 0, NULL, 0 },
};

/* Whose configuration takes the result. */
enum format { FORMAT_LXC, FORMAT_PVE, FORMAT_INCUS };

struct options {
	const char *level, *config;
	enum format format;
	struct caps add, without;
	bool to_stdout, dry_run, no_guest;
	bool proved, unproved, recorded;
};

static int take_format(const struct command *cmd, const char *value, struct options *opts)
{
	static const char *const formats[] = { "lxc", "pve", "incus" };
	struct command_text buf;

	for (unsigned int i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(value, formats[i]) == 0) {
			opts->format = i;
			return 0;
		}
	}
	command_error(cmd->verb, "no format '%s': lxc, pve or incus", command_escape(&buf, value));
	return -EINVAL;
}

static int take_cap(const struct command *cmd, const char *value, struct caps *set)
{
	const struct capinfo *info = capinfo_find(span_of(value));
	struct command_text buf;

	if (info) {
		caps_add(set, capinfo_number(info));
		return 0;
	}
	command_error(cmd->verb, "no capability '%s'", command_escape(&buf, value));
	return -EINVAL;
}

static int take(const struct command *cmd, int option, const char *value, void *state)
{
	struct options *opts = state;

	switch (option) {
	case OPT_LEVEL:
		return level_take(cmd, value, &opts->level);
	case OPT_ADD:
		return take_cap(cmd, value, &opts->add);
	case OPT_WITHOUT:
		return take_cap(cmd, value, &opts->without);
	case OPT_STDOUT:
		opts->to_stdout = true;
		return 0;
	case OPT_DRY_RUN:
		opts->dry_run = true;
		return 0;
	case OPT_FORMAT:
		return take_format(cmd, value, opts);
	case OPT_CONFIG:
		opts->config = value;
		return 0;
	case OPT_PROVED:
		opts->proved = true;
		return 0;
	case OPT_UNPROVED:
		opts->unproved = true;
		return 0;
	case OPT_RECORDED:
		opts->recorded = true;
		return 0;
	default:
		opts->no_guest = true;
		return 0;
	}
}

/* What goes to standard output must be that and nothing else. */
static const char *find_clash(const struct command *cmd, const struct options *opts)
{
	if (opts->to_stdout && (opts->dry_run || cmd->json))
		return "--stdout goes with neither --dry-run nor --json";
	if (opts->format == FORMAT_INCUS && (opts->dry_run || cmd->json))
		return "--format=incus goes with neither --dry-run nor --json";
	if (opts->config && opts->format != FORMAT_INCUS)
		return "--config goes with --format=incus only";
	if (opts->config && opts->config[0] != '/')
		return "--config takes an absolute path";
	if (opts->proved && (opts->unproved || opts->recorded))
		return "--proved goes with neither --unproved nor --recorded";
	return NULL;
}

static int check_options(const struct command *cmd, const struct options *opts)
{
	const char *clash = find_clash(cmd, opts);
	struct caps both = { opts->add.bits & opts->without.bits };
	char names[1024];
	struct emit e = EMIT_INIT(names);

	if (both.bits) {
		caps_emit(&e, both, " ");
		command_error(cmd->verb, "both --add and --without: %s", names);
		return -EINVAL;
	}
	if (clash) {
		command_error(cmd->verb, "%s", clash);
		return -EINVAL;
	}
	return 0;
}

/* With the line that sets lxc.rootfs.path, or (NULL) the file that has none. */
static int refuse_guest(const struct command *cmd, const struct plan *plan,
			const struct lxcconf_setting *s, const char *reason)
{
	const char *file = plan->own->files[s ? s->file : 0].path;
	struct command_text path, value;

	if (s)
		command_error(cmd->verb,
			      "%s:%u: cannot read the guest at '%s': %s (--no-guest goes without)",
			      command_escape(&path, file), s->line,
			      command_escape(&value, s->value), reason);
	else
		command_error(cmd->verb, "'%s': %s (--no-guest goes without)",
			      command_escape(&path, file), reason);
	return COMMAND_MISUSE;
}

/* -1 to go on, else the exit status. */
static int read_guest(const struct command *cmd, struct plan *plan)
{
	const struct lxcconf_setting *s = lxcconf_find_last(plan->own, "lxc.rootfs.path");
	const char *reason;
	auto_close int rootfd = -EBADF;
	int r;

	if (!s)
		return refuse_guest(cmd, plan, NULL, "lxc.rootfs.path is not set");
	rootfd = guest_open(s->value, &reason);
	if (rootfd < 0)
		return refuse_guest(cmd, plan, s, reason);
	r = guest_read(rootfd, plan->idmapped, &plan->guest);
	if (r < 0)
		return refuse_guest(cmd, plan, s,
				    r == -E2BIG ? "more files than are looked at" : strerror(-r));
	return -1;
}

/* Nobody writes a policy of its own for a text that is only printed. */
static int check_raw(const struct command *cmd, const struct plan *plan)
{
	struct caps excess = caps_minus(plan->kept, plan->allowed);
	char names[1024];
	struct emit e = EMIT_INIT(names);

	if (!excess.bits)
		return -1;
	caps_emit(&e, excess, " ");
	command_error(cmd->verb, "--format=incus is audited by %s.policy, which does not allow: %s",
		      plan->level, names);
	return COMMAND_MISUSE;
}

/* -1 to go on, else the exit status. */
static int read_seccomp(const struct command *cmd, struct plan *plan)
{
	struct config_error error = { .text = "" };
	auto_free char *folder = strdup(plan->fragment);
	int r = folder ? 0 : -ENOMEM;

	if (folder)
		*strrchr(folder, '/') = '\0';
	/* Nobody writes a profile for a text that is only printed for Incus. */
	if (r == 0 && !plan->raw)
		r = plan_read_seccomp(plan, folder, &error);
	if (r == 0)
		return -1;
	command_error(cmd->verb, "%s", r == -ENOMEM ? "out of memory" : error.text);
	return r == -ENOMEM || r == -EIO ? COMMAND_FAILED : COMMAND_MISUSE;
}

static enum basis_wish get_wish(const struct options *opts)
{
	if (opts->recorded)
		return BASIS_RECORDED;
	if (opts->unproved)
		return BASIS_UNPROVED;
	return opts->proved ? BASIS_PROVED : BASIS_ANY;
}

/* -1 to go on, else the exit status. */
static int make_plan(const struct command *cmd, const struct options *opts, struct plan *plan)
{
	struct config_error error = { .text = "" };
	struct caps unknown;
	int r = plan_read(plan, cmd->lxcpaths[0], cmd->name, opts->level, opts->config, &error);

	if (r < 0) {
		command_error(cmd->verb, "%s", error.text);
		return r == -ENOMEM || r == -EIO || r == -EACCES ? COMMAND_FAILED : COMMAND_MISUSE;
	}
	plan->add = opts->add;
	plan->without = opts->without;
	unknown = caps_minus((struct caps){ plan->add.bits | plan->without.bits }, plan->all);
	if (unknown.bits) {
		command_error(cmd->verb, "this kernel knows no capability above %u",
			      plan->full->last_cap);
		return COMMAND_MISUSE;
	}
	if (!opts->no_guest) {
		r = read_guest(cmd, plan);
		if (r >= 0)
			return r;
	}
	plan->raw = opts->format == FORMAT_INCUS;
	r = read_seccomp(cmd, plan);
	if (r >= 0)
		return r;
	r = basis_choose(cmd, get_wish(opts), plan);
	if (r >= 0)
		return r;
	plan_decide(plan);
	return plan->raw ? check_raw(cmd, plan) : -1;
}

static int do_generate(const struct command *cmd, const struct options *opts, int dirfd,
		       struct plan *plan, struct writer *w)
{
	bool changed = false;
	int r = make_plan(cmd, opts, plan);

	if (r >= 0)
		return r;
	generate_warn_refused(cmd, plan->full);
	r = writer_make(w);
	if (r >= 0)
		return r;
	if (opts->to_stdout || opts->format == FORMAT_INCUS) {
		(void)fwrite(w->fragment.p, 1, w->fragment.n, stdout); /* command_finish() asks */
		return command_finish(cmd->verb);
	}
	r = (opts->dry_run ? writer_compare : writer_write)(w, dirfd, &changed);
	if (r != COMMAND_DONE)
		return r;
	if (cmd->json)
		generate_print_json(cmd->name, plan, !opts->dry_run, changed);
	else if (!cmd->quiet)
		generate_print_text(cmd->name, plan, !opts->dry_run, changed);
	if (w->no_line && !cmd->json)
		printf("%slxc.include: %s\n",
		       cmd->quiet ? "" : "  this line goes into the container's configuration:\n",
		       plan->fragment);
	return command_finish(cmd->verb);
}

/* The folder, locked, with a configuration that can be edited: -1, else the exit status. */
static int open_folder(const struct command *cmd, int *ret_fd)
{
	auto_close int fd = container_lock(cmd->lxcpaths[0], cmd->name);
	struct command_text path;
	unsigned int line;
	int r;

	(void)command_escape(&path, cmd->lxcpaths[0]);
	if (fd < 0) {
		command_error(cmd->verb, "'%s/%s': %s", path.text, cmd->name, config_edit_why(fd));
		return fd == -EBUSY || fd == -EACCES ? COMMAND_FAILED : COMMAND_MISUSE;
	}
	r = config_edit_check(fd, &line);
	if (line) {
		command_error(cmd->verb, "%s/%s/config:%u: a NUL, behind which LXC reads nothing",
			      path.text, cmd->name, line);
		return COMMAND_MISUSE;
	}
	if (r == -ELOOP) {
		command_error(cmd->verb, "'%s/%s/config': a symbolic link, which is not followed",
			      path.text, cmd->name);
		return COMMAND_MISUSE;
	}
	/* What else is wrong with it is told by those who read it. */
	*ret_fd = take_fd(&fd);
	return -1;
}

int verb_generate(const struct verb *verb, int argc, char *argv[])
{
	struct options opts = { .level = "base" };
	struct plan plan = { 0 };
	auto_close int dirfd = -EBADF;
	struct command cmd;
	int r = command_parse(verb, argc, argv, generate_options, take, &opts, &cmd);

	if (r >= 0)
		return r;
	if (check_options(&cmd, &opts) < 0)
		return COMMAND_MISUSE;
	if (trust_check(&cmd, cmd.lxcpaths[0]) < 0)
		return COMMAND_MISUSE;
	if (!opts.to_stdout && opts.format != FORMAT_INCUS) {
		r = open_folder(&cmd, &dirfd);
		if (r >= 0)
			return r;
	}
	struct writer w = { .cmd = &cmd, .plan = &plan, .no_line = opts.format == FORMAT_PVE };

	r = do_generate(&cmd, &opts, dirfd, &plan, &w);
	writer_done(&w);
	plan_done(&plan);
	return r;
}
