/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See work.h. */
#include "config.h"

#include "tools/prove/work.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/initver.h"
#include "lib/rootfs.h"
#include "tools/copy/copy.h"
#include "tools/copy/room.h"
#include "tools/copy/root.h"
#include "tools/copy/snapshot.h"
#include "tools/prove/key.h"
#include "tools/prove/report.h"

static void print_notes(const struct prove_run *run, const char *notes)
{
	struct span rest = span_of(notes ? notes : ""), line;

	while (!run->cmd->quiet && span_next_line(&rest, &line))
		fprintf(stderr, "note: %.*s\n", (int)line.n, line.p);
}

/* --- The root file system --------------------------------------------------------- */

static int refuse(const struct prove_run *run, const char *reason)
{
	command_error(run->cmd->verb, "%s: cannot copy the root file system: %s", run->cmd->name,
		      reason);
	return COMMAND_FAILED;
}

static int take_snapshot(struct prove_run *run)
{
	int r = prove_snapshot_make(&run->setup, run->harden);

	if (r < 0)
		return refuse(run, strerror(-r));
	prove_progress_say(&run->progress, "a snapshot of the running container");
	return -1;
}

static int take_copy(struct prove_work *w)
{
	struct prove_run *run = w->run;
	unsigned int ms = 0;
	char text[100];
	int r;

	prove_progress_say(&run->progress, "copying the running container, which is held still");
	r = prove_snapshot_copy(&run->setup, w->rootfd, &w->freezer, &ms);
	if (r == -EFBIG)
		return refuse(run, "it would take too much memory; stop the container first");
	if (r == -ETIMEDOUT)
		return refuse(run, "it took too long, and the container went on meanwhile");
	if (r < 0)
		return refuse(run, strerror(-r));
	(void)snprintf(text, sizeof(text), "copied; it stood still for %u ms", ms);
	prove_progress_say(&run->progress, text);
	return -1;
}

/* -1 to go on, else the exit status. */
static int open_root(struct prove_work *w)
{
	char why[1000];
	int r;

	if (w->running)
		return w->by_snapshot ? take_snapshot(w->run) : take_copy(w);
	r = prove_root_open(&w->run->setup, why, sizeof(why));
	if (r == 0)
		return -1;
	command_error(w->run->cmd->verb, "%s", why);
	return r == -EINVAL ? COMMAND_MISUSE : COMMAND_FAILED;
}

/* --- At work ------------------------------------------------------------------------- */

static int look_at_guest(struct prove_run *run)
{
	auto_close int rootfd = rootfs_open(run->setup.rootfs);
	struct initver init;

	if (rootfd < 0)
		return refuse(run, strerror(-rootfd));
	if (initver_read(rootfd, &init) == 0)
		run->setup.systemd = init.kind == INITVER_SYSTEMD;
	if (run->search.confirm && !prove_copy_fits(rootfd)) {
		run->search.confirm = false;
		print_notes(run, "no plain copy: it would take too much memory");
	}
	print_notes(run, run->config.notes);
	run->key = prove_key(&run->setup, &run->config);
	return -1;
}

struct state {
	struct prove_work *work;
	const struct prove_room *room;
};

static int work(void *state)
{
	const struct state *s = state;
	struct prove_run *run = s->work->run;
	int r;

	run->setup.room = s->room->path;
	run->setup.run_id = s->room->id;
	r = open_root(s->work);
	if (r < 0)
		r = look_at_guest(run);
	if (r < 0)
		r = prove_run(run);
	if (r != COMMAND_DONE)
		return r;
	r = prove_report(run);
	/* Only now: until the proof is written, the tries are all there is. */
	if (r == COMMAND_DONE)
		prove_tries_remove(run->harden);
	return r;
}

static int work_in_room(struct prove_work *w)
{
	const struct command *cmd = w->run->cmd;
	struct prove_room room = PROVE_ROOM_INIT;
	struct state state = { w, &room };
	int r = prove_room_open(&room);

	if (r < 0) {
		command_error(cmd->verb, "cannot make a folder in /run: %s", strerror(-r));
		return COMMAND_FAILED;
	}
	room.network = w->run->config.network || w->run->config.hooks;
	r = prove_room_work(&room, work, &state);
	prove_room_done(&room);
	if (r >= 0)
		return r;
	command_error(cmd->verb, "%s: %s", cmd->name,
		      r == -ECHILD ? "the process at work was killed" : strerror(-r));
	return COMMAND_FAILED;
}

int prove_work_do(struct prove_work *w)
{
	const struct command *cmd = w->run->cmd;
	int r = 0;

	w->freezer = PROVE_FREEZER_INIT;
	/* Here, where the container's processes are seen. */
	if (w->running && !w->by_snapshot)
		r = prove_freezer_open(&w->freezer, cmd->lxcpaths[0], cmd->name, w->run->harden);
	if (r < 0) {
		command_error(cmd->verb, "%s: cannot be held still: %s", cmd->name, strerror(-r));
		return COMMAND_FAILED;
	}
	r = work_in_room(w);
	prove_freezer_done(&w->freezer);
	return r;
}
