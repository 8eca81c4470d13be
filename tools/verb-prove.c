/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden prove: which capabilities a container cannot do without, found by taking them
 * away from throw-away copies of it.  This file has the options, what is refused, and the
 * order of things; see lxc-harden-prove(8).
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "lib/cleanup.h"
#include "tools/command/command.h"
#include "tools/config/config-edit.h"
#include "tools/config/config-read.h"
#include "tools/config/levels.h"
#include "tools/container/harden-dir.h"
#include "tools/container/lock.h"
#include "tools/container/trust.h"
#include "tools/copy/freezer.h"
#include "tools/copy/snapshot.h"
#include "tools/evidence/proof.h"
#include "tools/evidence/record.h"
#include "tools/prove/hints.h"
#include "tools/prove/pool.h"
#include "tools/prove/report.h"
#include "tools/prove/work.h"
#include "tools/risk/capinfo.h"

enum {
	OPT_LEVEL = 256,
	OPT_ALL,
	OPT_CHECK,
	OPT_CHECK_TIMEOUT,
	OPT_BOOT_TIMEOUT,
	OPT_NETWORK,
	OPT_HOOKS,
	OPT_JOBS,
	OPT_REPEAT,
	OPT_NO_PAIRS,
	OPT_NO_RESTART,
	OPT_NO_STOP,
	OPT_NO_PLAIN,
	OPT_FRESH,
	OPT_FORCE,
	OPT_APPLY,
};

static const struct option prove_options[] = {
	{ "level", required_argument, NULL, OPT_LEVEL },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "check", required_argument, NULL, OPT_CHECK },
	{ "check-timeout", required_argument, NULL, OPT_CHECK_TIMEOUT },
	{ "boot-timeout", required_argument, NULL, OPT_BOOT_TIMEOUT },
	{ "network", no_argument, NULL, OPT_NETWORK },
	{ "hooks", no_argument, NULL, OPT_HOOKS },
	{ "jobs", required_argument, NULL, OPT_JOBS },
	{ "repeat", required_argument, NULL, OPT_REPEAT },
	{ "no-pairs", no_argument, NULL, OPT_NO_PAIRS },
	{ "no-restart", no_argument, NULL, OPT_NO_RESTART },
	{ "no-stop", no_argument, NULL, OPT_NO_STOP },
	{ "no-plain", no_argument, NULL, OPT_NO_PLAIN },
	{ "fresh", no_argument, NULL, OPT_FRESH },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "apply", no_argument, NULL, OPT_APPLY },
	{ NULL, 0, NULL, 0 },
};

struct options {
	const char *level;
	bool all, network, hooks, no_pairs, no_restart, no_stop, no_plain, fresh, force, apply;
	char *checks[PROOF_CHECKS_MAX];
	size_t n_checks;
	unsigned int check_seconds, boot_seconds, jobs, repeat;
};

/* --- Options ------------------------------------------------------------------- */

static int take_check(const struct command *cmd, const char *value, struct options *o)
{
	if (o->n_checks == PROOF_CHECKS_MAX || strlen(value) > 4096) {
		command_error(cmd->verb, o->n_checks == PROOF_CHECKS_MAX
						 ? "too many --check options"
						 : "a --check of more than 4096 bytes");
		return -EINVAL;
	}
	o->checks[o->n_checks++] = strdup(value);
	return o->checks[o->n_checks - 1] ? 0 : -EINVAL;
}

static int take(const struct command *cmd, int option, const char *value, void *state)
{
	struct options *o = state;
	bool *const flags[] = {
		[OPT_ALL - 256] = &o->all,
		[OPT_NETWORK - 256] = &o->network,
		[OPT_HOOKS - 256] = &o->hooks,
		[OPT_NO_PAIRS - 256] = &o->no_pairs,
		[OPT_NO_RESTART - 256] = &o->no_restart,
		[OPT_NO_STOP - 256] = &o->no_stop,
		[OPT_NO_PLAIN - 256] = &o->no_plain,
		[OPT_FRESH - 256] = &o->fresh,
		[OPT_FORCE - 256] = &o->force,
		[OPT_APPLY - 256] = &o->apply,
	};

	switch (option) {
	case OPT_LEVEL:
		return level_take(cmd, value, &o->level);
	case OPT_CHECK:
		return take_check(cmd, value, o);
	case OPT_CHECK_TIMEOUT:
		return command_take_number(cmd, "check-timeout", value, 1, 3600, &o->check_seconds);
	case OPT_BOOT_TIMEOUT:
		return command_take_number(cmd, "boot-timeout", value, 1, 3600, &o->boot_seconds);
	case OPT_JOBS:
		return command_take_number(cmd, "jobs", value, 1, PROVE_POOL_MAX, &o->jobs);
	case OPT_REPEAT:
		return command_take_number(cmd, "repeat", value, 1, 20, &o->repeat);
	default:
		*flags[option - 256] = true;
		return 0;
	}
}

/* --- What is refused ---------------------------------------------------------------- */

/* -1 to go on, else the exit status. */
static int check_command(const struct command *cmd)
{
	if (geteuid() != 0) {
		command_error(cmd->verb, "needs root, for the copies");
		return COMMAND_FAILED;
	}
	if (trust_check(cmd, cmd->lxcpaths[0]) < 0)
		return COMMAND_MISUSE;
	return -1;
}

static int refuse_config(const struct command *cmd, const struct config_error *error, int r)
{
	command_error(cmd->verb, "%s", error->text[0] ? error->text : strerror(-r));
	return r == -ENOMEM || r == -EIO || r == -EACCES ? COMMAND_FAILED : COMMAND_MISUSE;
}

/*
 * The container itself, which may run: then its root file system is copied first.  Its
 * configuration has been read, so liblxc takes it.  -1 to go on.
 */
static int look_at_container(struct prove_work *w, const struct options *o)
{
	const struct command *cmd = w->run->cmd;
	struct lxc_container *c = lxc_container_new(cmd->name, cmd->lxcpaths[0]);
	char path[64];

	if (!c) {
		command_error(cmd->verb, "out of memory");
		return COMMAND_FAILED;
	}
	w->running = c->is_running(c);
	w->by_snapshot =
		w->running && prove_snapshot_is_possible(w->run->setup.root, w->run->harden);
	(void)snprintf(path, sizeof(path), "/proc/%d/root", c->init_pid(c)); /* sized to fit */
	(void)lxc_container_put(c); /* says only whether it was freed */
	if (!w->running || w->by_snapshot)
		return -1;
	if (!o->force) {
		command_error(cmd->verb,
			      "%s is running, and cannot be snapshot: stop it, or --force, which "
			      "holds it still while it is copied",
			      cmd->name);
		return COMMAND_FAILED;
	}
	/* Seen from here only: the room has another /proc. */
	w->rootfd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w->rootfd >= 0)
		return -1;
	command_error(cmd->verb, "%s: cannot open its root file system: %s", cmd->name,
		      strerror(errno));
	return COMMAND_FAILED;
}

/* --- Preparing ------------------------------------------------------------------------ */

/* The folder "harden"; one proof at a time. */
static int open_harden(const struct command *cmd, bool *ret_made)
{
	auto_close int dirfd = container_lock(cmd->lxcpaths[0], cmd->name);
	struct command_text buf;
	int fd = dirfd < 0 ? dirfd : harden_dir_open(dirfd, true, ret_made);

	if (fd < 0) {
		command_error(cmd->verb, "'%s/%s/" HARDEN_DIR "': %s",
			      command_escape(&buf, cmd->lxcpaths[0]), cmd->name,
			      config_edit_why(fd));
		return fd;
	}
	if (!harden_dir_is_safe(dirfd, fd)) {
		(void)close(fd); /* a folder */
		command_error(cmd->verb, "'%s/%s/" HARDEN_DIR "': " HARDEN_DIR_UNSAFE,
			      command_escape(&buf, cmd->lxcpaths[0]), cmd->name);
		return -EPERM;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		(void)close(fd); /* a folder */
		command_error(cmd->verb, "%s: another prove is at work on it", cmd->name);
		return -EBUSY;
	}
	return fd;
}

/* If nothing was written there, as by a run that was refused. */
static void remove_harden(const struct command *cmd)
{
	char *path;

	if (asprintf(&path, "%s/%s/" HARDEN_DIR, cmd->lxcpaths[0], cmd->name) < 0)
		return;
	(void)rmdir(path); /* not what has something in it, nor what a link leads to */
	free(path);
}

/* What a run that was killed has left of this container. */
static void sweep(const struct command *cmd, int harden)
{
	struct command_text name;

	prove_snapshot_sweep(harden);
	if (prove_freezer_sweep(cmd->lxcpaths[0], cmd->name, harden) && !cmd->quiet)
		fprintf(stderr, "note: a run that was killed had left %s frozen; it goes on\n",
			command_escape(&name, cmd->name));
}

/* -1 to go on. */
static int read_config(struct prove_run *run, const struct options *o)
{
	struct config_error error = { .text = "" };
	struct lxcconf *conf = NULL;
	int r;

	run->setup.name = run->cmd->name;
	run->setup.lxcpath = run->cmd->lxcpaths[0];
	run->setup.checks = o->checks;
	run->setup.n_checks = o->n_checks;
	run->setup.check_seconds = (unsigned int)o->check_seconds;
	run->setup.boot_seconds = (unsigned int)o->boot_seconds;
	run->setup.restart = !o->no_restart;
	run->setup.stop = !o->no_stop;
	run->config.level = o->level;
	run->config.all = o->all;
	run->config.network = o->network;
	run->config.hooks = o->hooks;
	r = config_read_container(run->setup.lxcpath, run->setup.name, &conf, &error);
	if (r == 0)
		r = prove_config_make(conf, &run->config, &run->setup, &error);
	lxcconf_free(conf);
	return r < 0 ? refuse_config(run->cmd, &error, r) : -1;
}

/* What "learn" saw granted; without a record, or with one that is not understood, we guess. */
static void read_record(struct prove_run *run, struct prove_hints *hints)
{
	auto_record struct record *record = NULL;
	struct record_error error;
	int r = record_read_at(run->harden, &record, &error);

	if (r == -ENOENT)
		return;
	if (r < 0) {
		if (!run->cmd->quiet)
			fprintf(stderr, "note: ignoring the record: %s\n", error.text);
		return;
	}
	run->used = record_get_granted(record);
	run->used.bits &= caps_up_to(run->config.last_cap).bits;
	if (run->used.bits)
		prove_hints_add_used(&run->search, run->used, hints);
}

static void prepare(struct prove_run *run, const struct options *o, struct prove_hints *hints)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	run->fresh = o->fresh;
	run->jobs = o->jobs ? o->jobs : o->network || cores < 1 ? 1 : (size_t)cores;
	if (run->jobs > PROVE_POOL_MAX)
		run->jobs = PROVE_POOL_MAX;
	prove_progress_begin(&run->progress, run->cmd->quiet, run->jobs);
	run->search = (struct capsearch){ .max = run->config.max,
					  .repeat = (unsigned int)o->repeat,
					  .pairs = !o->no_pairs,
					  .confirm = !o->no_plain };
	prove_hints_fill(&run->search, run->setup.idmapped, hints);
	read_record(run, hints);
}

/* --- In order ------------------------------------------------------------------------- */

/* With the folder "harden" locked. */
static int do_prove(struct prove_run *run, const struct options *o)
{
	struct prove_work w = { .run = run, .rootfd = -EBADF };
	struct prove_hints hints;
	int r;

	sweep(run->cmd, run->harden);
	r = look_at_container(&w, o);
	if (r < 0) {
		prepare(run, o, &hints);
		r = prove_work_do(&w);
	}
	if (w.rootfd >= 0)
		(void)close(w.rootfd); /* O_PATH */
	prove_snapshot_sweep(run->harden);
	return r;
}

static void run_done(struct prove_run *run)
{
	for (size_t i = 0; i < run->setup.n_binds; i++)
		free(run->setup.binds[i].source);
	free(run->setup.binds);
	free(run->setup.config);
	free(run->setup.root);
	free(run->setup.rootfs);
	free(run->setup.lower);
	free(run->config.notes);
	prove_tries_done(&run->tries);
}

int verb_prove(const struct verb *verb, int argc, char *argv[])
{
	struct options o = { .check_seconds = 60, .boot_seconds = 90, .repeat = 2 };
	struct prove_run *run = calloc(1, sizeof(*run));
	struct command cmd;
	int r = command_parse(verb, argc, argv, prove_options, take, &o, &cmd);

	if (r < 0 && run) {
		run->cmd = &cmd;
		r = check_command(&cmd);
		if (r < 0)
			r = read_config(run, &o);
		if (r < 0) {
			bool made = false;
			auto_close int harden = open_harden(&cmd, &made);

			run->harden = harden;
			r = harden < 0 ? COMMAND_FAILED : do_prove(run, &o);
			if (made)
				remove_harden(&cmd);
			if (r == COMMAND_DONE && o.apply)
				r = prove_apply(run, verb_generate);
		}
		run_done(run);
	}
	if (!run)
		command_error(verb, "out of memory");
	free(run);
	for (size_t i = 0; i < o.n_checks; i++)
		free(o.checks[i]);
	return r < 0 ? COMMAND_FAILED : r;
}
