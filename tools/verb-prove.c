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
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

#include "lib/capinfo.h"
#include "lib/cleanup.h"
#include "lib/initver.h"
#include "lib/rootfs.h"
#include "tools/command.h"
#include "tools/config-edit.h"
#include "tools/config-read.h"
#include "tools/harden-dir.h"
#include "tools/proof.h"
#include "tools/prove-copy.h"
#include "tools/prove-hints.h"
#include "tools/prove-pool.h"
#include "tools/prove-report.h"
#include "tools/prove-room.h"
#include "tools/prove-run.h"
#include "tools/record.h"

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
	uint64_t check_seconds, boot_seconds, jobs, repeat;
};

/* --- Options ------------------------------------------------------------------- */

static int take_number(const struct command *cmd, const char *name, const char *value, uint64_t max,
		       uint64_t *ret)
{
	struct command_text buf;

	if (span_parse_u64(span_of(value), 10, max, ret) == 0 && *ret > 0)
		return 0;
	command_error(cmd->verb, "--%s takes a number from 1 to %llu, not '%s'", name,
		      (unsigned long long)max, command_escape(&buf, value));
	return -EINVAL;
}

static int take_level(const struct command *cmd, const char *value, struct options *o)
{
	static const char *const levels[] = { "base", "keep", "strict" };
	struct command_text buf;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(value, levels[i]) == 0) {
			o->level = levels[i];
			return 0;
		}
	}
	command_error(cmd->verb, "no level '%s': base, keep or strict",
		      command_escape(&buf, value));
	return -EINVAL;
}

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
		return take_level(cmd, value, o);
	case OPT_CHECK:
		return take_check(cmd, value, o);
	case OPT_CHECK_TIMEOUT:
		return take_number(cmd, "check-timeout", value, 3600, &o->check_seconds);
	case OPT_BOOT_TIMEOUT:
		return take_number(cmd, "boot-timeout", value, 3600, &o->boot_seconds);
	case OPT_JOBS:
		return take_number(cmd, "jobs", value, PROVE_POOL_MAX, &o->jobs);
	case OPT_REPEAT:
		return take_number(cmd, "repeat", value, 20, &o->repeat);
	default:
		*flags[option - 256] = true;
		return 0;
	}
}

/* --- What is refused ---------------------------------------------------------------- */

static bool is_running(const struct command *cmd)
{
	struct config_error error = { .text = "" };
	struct lxc_container *c;
	bool running;

	if (config_check_container(cmd->lxcpaths[0], cmd->name, &error) < 0)
		return false; /* prepare() says why */
	c = lxc_container_new(cmd->name, cmd->lxcpaths[0]);
	running = c && c->is_running(c);
	if (c)
		(void)lxc_container_put(c); /* says only whether it was freed */
	return running;
}

/* -1 to go on, else the exit status. */
static int check_command(const struct command *cmd, const struct options *o, bool *ret_running)
{
	if (cmd->n_words || cmd->n_lxcpaths != 1) {
		command_error(cmd->verb,
			      cmd->n_words ? "takes one container" : "takes one -P option");
		return COMMAND_MISUSE;
	}
	if (geteuid() != 0) {
		command_error(cmd->verb, "needs root, for the copies");
		return COMMAND_FAILED;
	}
	*ret_running = is_running(cmd);
	if (!*ret_running || o->force)
		return -1;
	command_error(cmd->verb,
		      "%s is running, and a copy made meanwhile may be torn: stop it, or --force",
		      cmd->name);
	return COMMAND_FAILED;
}

static int refuse_config(const struct command *cmd, const struct config_error *error, int r)
{
	command_error(cmd->verb, "%s", error->text[0] ? error->text : strerror(-r));
	return r == -ENOMEM || r == -EIO || r == -EACCES ? COMMAND_FAILED : COMMAND_MISUSE;
}

/* --- Preparing ------------------------------------------------------------------------ */

/* The folder "harden"; one proof at a time. */
static int open_harden(const struct command *cmd)
{
	auto_close int dirfd = config_edit_open(cmd->lxcpaths[0], cmd->name);
	struct command_text buf;
	bool made;
	int fd = dirfd < 0 ? dirfd : harden_dir_open(dirfd, true, &made);

	if (fd < 0) {
		command_error(cmd->verb, "'%s/%s/" HARDEN_DIR "': %s",
			      command_escape(&buf, cmd->lxcpaths[0]), cmd->name, strerror(-fd));
		return fd;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		(void)close(fd); /* a folder */
		command_error(cmd->verb, "%s: another prove is at work on it", cmd->name);
		return -EBUSY;
	}
	return fd;
}

static char *escape_layer(const char *path)
{
	char *text = malloc(strlen(path) * 2 + 1), *p = text;

	for (; text && *path; path++) {
		if (strchr(":,\\", *path))
			*p++ = '\\';
		*p++ = *path;
	}
	if (text)
		*p = '\0';
	return text;
}

/* A plain copy has to fit into memory, with the others' overlays. */
static bool fits_plain(const struct prove_run *run)
{
	int64_t size = prove_copy_measure(&run->setup);
	struct sysinfo info;

	return size >= 0 && sysinfo(&info) == 0 &&
	       (uint64_t)size < (uint64_t)info.totalram * info.mem_unit * 2 / 5;
}

static void print_notes(const struct prove_run *run, const char *notes)
{
	struct span rest = span_of(notes ? notes : ""), line;

	while (!run->cmd->quiet && span_next_line(&rest, &line))
		fprintf(stderr, "note: %.*s\n", (int)line.n, line.p);
}

/* -1 to go on. */
static int prepare(struct prove_run *run, const struct options *o, struct prove_hints *hints)
{
	auto_close int rootfd = -EBADF;
	struct lxcconf *conf = NULL;
	struct config_error error = { .text = "" };
	struct initver init;
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
	if (r < 0)
		return refuse_config(run->cmd, &error, r);
	rootfd = rootfs_open(run->setup.rootfs);
	if (rootfd >= 0 && initver_read(rootfd, &init) == 0)
		run->setup.systemd = init.kind == INITVER_SYSTEMD;
	run->setup.lower = escape_layer(run->setup.rootfs);
	if (!run->setup.lower)
		return COMMAND_FAILED;
	run->search = (struct capsearch){ .max = run->config.max,
					  .repeat = (unsigned int)o->repeat,
					  .pairs = !o->no_pairs,
					  .confirm = !o->no_plain };
	prove_hints_fill(&run->search, run->setup.idmapped, hints);
	if (run->search.confirm && !fits_plain(run)) {
		run->search.confirm = false;
		print_notes(run, "no plain copy: it would take too much memory");
	}
	print_notes(run, run->config.notes);
	return -1;
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
	for (unsigned int cap = 0; cap <= run->config.last_cap; cap++) {
		struct record_use use;

		record_get_use(record, cap, &use);
		if (use.verdict == RECORD_NEEDED)
			caps_add(&run->used, cap);
	}
	if (run->used.bits)
		prove_hints_add_used(&run->search, run->used, hints);
}

/* --- At work, in the room ---------------------------------------------------------------- */

struct work {
	struct prove_run *run;
	const struct prove_room *room;
	bool running; /* the container itself: it is copied first */
};

/* One copy of what a running container changes meanwhile, to make the overlays upon. */
static int snapshot(struct prove_run *run, const struct prove_room *room)
{
	auto_close int from = rootfs_open(run->setup.rootfs);
	char *path = NULL;
	int r;

	if (asprintf(&path, "%s/original", room->path) < 0)
		return -ENOMEM;
	if (from < 0 || mkdir(path, 0755) < 0 ||
	    mount("prove", path, "tmpfs", 0, "mode=0755,size=60%") < 0) {
		r = from < 0 ? from : -errno;
		free(path);
		return r;
	}
	auto_close int to = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	r = to < 0 ? -errno : prove_copy_tree(from, to);
	if (r == 0) {
		free(run->setup.rootfs);
		free(run->setup.lower);
		run->setup.rootfs = path;
		run->setup.lower = strdup(path);
		return run->setup.lower ? 0 : -ENOMEM;
	}
	free(path);
	return r;
}

static int work(void *state)
{
	struct work *w = state;
	struct prove_run *run = w->run;
	int r;

	run->setup.room = w->room->path;
	run->setup.run_id = w->room->id;
	if (w->running) {
		prove_progress_say(&run->progress, "copying the running container");
		r = snapshot(run, w->room);
		if (r < 0) {
			command_error(run->cmd->verb, "%s: cannot copy the root file system: %s",
				      run->cmd->name, strerror(-r));
			return COMMAND_FAILED;
		}
	}
	r = prove_run(run);
	if (r != COMMAND_DONE)
		return r;
	r = prove_report(run);
	/* Only now: until the proof is written, the tries are all there is. */
	if (r == COMMAND_DONE)
		prove_tries_remove(run->harden);
	return r;
}

static int do_prove(struct prove_run *run, bool running)
{
	struct prove_room room = PROVE_ROOM_INIT;
	struct work w = { run, &room, running };
	int r = prove_room_open(&room);

	if (r < 0) {
		command_error(run->cmd->verb, "cannot make a folder in /run: %s", strerror(-r));
		return COMMAND_FAILED;
	}
	r = prove_room_work(&room, work, &w);
	prove_room_done(&room);
	if (r >= 0)
		return r;
	command_error(run->cmd->verb, "%s: %s", run->cmd->name,
		      r == -ECHILD ? "the process at work was killed" : strerror(-r));
	return COMMAND_FAILED;
}

static void run_done(struct prove_run *run)
{
	for (size_t i = 0; i < run->setup.n_binds; i++)
		free(run->setup.binds[i].source);
	free(run->setup.binds);
	free(run->setup.config);
	free(run->setup.rootfs);
	free(run->setup.lower);
	free(run->config.notes);
	prove_tries_done(&run->tries);
}

int verb_prove(const struct verb *verb, int argc, char *argv[])
{
	struct options o = { .check_seconds = 60, .boot_seconds = 90, .repeat = 2 };
	struct prove_run *run = calloc(1, sizeof(*run));
	struct prove_hints hints;
	struct command cmd;
	bool running = false;
	int r = command_parse(verb, argc, argv, prove_options, take, &o, &cmd);

	if (r < 0 && run)
		r = check_command(&cmd, &o, &running);
	if (r < 0 && run) {
		long cores = sysconf(_SC_NPROCESSORS_ONLN);

		run->cmd = &cmd;
		run->fresh = o.fresh;
		run->jobs = o.jobs ? o.jobs : o.network || cores < 1 ? 1 : (size_t)cores;
		if (run->jobs > PROVE_POOL_MAX)
			run->jobs = PROVE_POOL_MAX;
		prove_progress_begin(&run->progress, cmd.quiet, run->jobs);
		r = prepare(run, &o, &hints);
		if (r < 0) {
			auto_close int harden = open_harden(&cmd);

			run->harden = harden;
			if (harden >= 0)
				read_record(run, &hints);
			run->key = prove_tries_key(&run->setup, &run->config);
			r = harden < 0 ? COMMAND_FAILED : do_prove(run, running);
			if (r == COMMAND_DONE && o.apply)
				r = prove_apply(run);
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
