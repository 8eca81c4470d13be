/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See session-parts.h: the container starts, boots, reboots and stops. */
#include "config.h"

#include <errno.h>
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/proc.h"
#include "tools/learn/session-parts.h"

#define STOP_SECONDS "60" /* then lxc-stop kills */

/* --- Boots ------------------------------------------------------------------- */

void session_end_run(struct session *s)
{
	struct recorder_totals now = s->at_begin;

	if (!s->run_open)
		return;
	s->run_open = false;
	recorder_unwatch(s->rec); /* or the sum of the checks would be more than the run's */
	(void)recorder_get_totals(s->rec, &now); /* else: nothing since */
	s->run.end = (int64_t)time(NULL);
	s->run.checks = now.checks - s->at_begin.checks;
	s->run.unassigned = now.unassigned - s->at_begin.unassigned;
	s->run.missed = now.missed - s->at_begin.missed;
	if (record_add_run(s->record, &s->run) < 0) {
		command_error(s->cmd->verb, "out of memory");
		s->failed = true;
	}
}

static int open_pid(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

/* The parent of init, which LXC leaves behind to look after it. */
static int open_monitor(pid_t init)
{
	auto_close int fd = proc_open(init);
	struct procstatus status;
	int r = fd < 0 ? fd : proc_read_status(fd, &status);

	return r < 0 ? r : open_pid(status.ppid);
}

static int begin_run(struct session *s, pid_t init, bool boot)
{
	struct recorder_error error = { "" };
	struct command_text name;
	int fd, monitorfd, r;

	session_end_run(s); /* a reboot */
	fd = open_pid(init);
	monitorfd = open_monitor(init);
	r = fd < 0 ? fd : monitorfd;
	if (r >= 0) /* before anything is counted */
		r = recorder_get_totals(s->rec, &s->at_begin);
	if (r >= 0)
		r = recorder_watch(s->rec, init, boot, &s->run, &error);
	if (r < 0) {
		command_error(s->cmd->verb, "container '%s': %s",
			      command_escape(&name, s->cmd->name),
			      error.text[0] ? error.text : strerror(-r));
		cleanup_close(&fd);
		cleanup_close(&monitorfd);
		s->failed = true;
		return r;
	}
	cleanup_close(&s->initfd);
	cleanup_close(&s->monitorfd);
	s->initfd = fd;
	s->monitorfd = monitorfd;
	s->init = init;
	s->run_open = true;
	return 0;
}

void session_open_gate(struct session *s)
{
	pid_t init;
	int fd = gate_accept(&s->gate, &init);
	int r;

	if (fd < 0)
		return;
	r = begin_run(s, init, true);
	gate_answer(fd, r == 0);
	if (r == 0 && s->phase != SESSION_STARTING)
		session_set_phase(s, SESSION_BOOTING);
}

/* --- The container's states -------------------------------------------------- */

int session_start_container(struct session *s)
{
	char hook[sizeof(PKGLIBEXECDIR) + 128];
	const char *argv[] = { "lxc-start", "-n", s->cmd->name, "-P", s->path,
			       "-d",	    "-s", hook,		NULL };
	int r = gate_open(&s->gate);

	(void)snprintf(hook, sizeof(hook), "lxc.hook.start-host=%s/learn-gate %s", PKGLIBEXECDIR,
		       s->gate.name); /* sized to fit */
	if (r == 0)
		r = child_start(&s->starter, (char *const *)argv, CHILD_INHERIT, CHILD_ALONE);
	if (r < 0) {
		command_error(s->cmd->verb, "cannot run lxc-start: %s", strerror(-r));
		return r;
	}
	s->started = true;
	child_go(&s->starter);
	return 0;
}

int session_watch_container(struct session *s)
{
	pid_t init = s->container->init_pid(s->container);
	struct command_text name;

	if (init <= 0) {
		command_error(s->cmd->verb, "container '%s' is just going",
			      command_escape(&name, s->cmd->name));
		return -ESRCH;
	}
	return begin_run(s, init, false);
}

void session_stop_container(struct session *s)
{
	const char *argv[] = { "lxc-stop", "-n", s->cmd->name, "-P",
			       s->path,	   "-t", STOP_SECONDS, NULL };
	int r;

	if (s->phase == SESSION_STOPPING)
		return;
	if (!s->started || s->options->leave_running || s->initfd < 0) {
		session_set_phase(s, SESSION_OVER);
		return;
	}
	session_set_phase(s, SESSION_STOPPING);
	r = child_start(&s->stopper, (char *const *)argv, CHILD_INHERIT, CHILD_ALONE);
	if (r < 0) {
		command_error(s->cmd->verb, "cannot run lxc-stop: %s", strerror(-r));
		s->failed = true;
		session_set_phase(s, SESSION_OVER);
		return;
	}
	child_go(&s->stopper);
}

/*
 * Its init has ended: for good, or LXC's monitor starts it again.  LXC is not asked: while it
 * waits for our answer at the gate, it gives none.
 */
void session_init_ended(struct session *s)
{
	cleanup_close(&s->initfd);
	s->initfd = -EBADF;
	session_end_run(s);
	if (!s->started) /* we are not told of another start */
		session_set_phase(s, SESSION_OVER);
}

void session_monitor_ended(struct session *s)
{
	if (s->initfd >= 0)
		session_init_ended(s);
	cleanup_close(&s->monitorfd);
	s->monitorfd = -EBADF;
	if (!s->starter.pid)
		session_set_phase(s, SESSION_OVER);
}
