/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See session.h: finding the container, and the loop. */
#include "config.h"

#include "tools/learn/session-parts.h"

#include <errno.h>
#include <lxc/lxccontainer.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tools/config/config-read.h"
#include "tools/container/open.h"
#include "tools/container/trust.h"

#define TICK_MS 250

const char *const session_phases[SESSION_N_PHASES] = { "starting", "booting",  "ready",
						       "working",  "stopping", "over" };

uint64_t session_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* always there */
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

double session_seconds(const struct session *s)
{
	return (double)(session_now() - s->begin) / SECOND_NS;
}

void session_set_phase(struct session *s, enum session_phase phase)
{
	if (s->phase == phase)
		return;
	s->phase = phase;
	s->phase_begin = session_now();
	if (s->tick)
		s->tick(s);
}

/* --- Finding ----------------------------------------------------------------- */

int session_find(struct session *s, const struct command *cmd)
{
	*s = (struct session){ .cmd = cmd,
			       .gate = { .fd = -EBADF },
			       .starter = CHILD_INIT,
			       .prober = CHILD_INIT,
			       .workload = CHILD_INIT,
			       .stopper = CHILD_INIT,
			       .signalfd = -EBADF,
			       .initfd = -EBADF,
			       .monitorfd = -EBADF,
			       .workload_status = -1 };
	return container_open(cmd, &s->container, &s->path);
}

/* --- The loop ---------------------------------------------------------------- */

static void check_children(struct session *s)
{
	struct command_text name;
	int status;

	if (child_reap(&s->starter, &status)) {
		if (status == 0 && s->monitorfd < 0) {
			session_set_phase(s, SESSION_OVER); /* and has stopped again */
		} else if (status == 0 && s->phase == SESSION_STARTING) {
			session_set_phase(s, SESSION_BOOTING);
		} else if (status) {
			command_error(s->cmd->verb, "container '%s' does not start",
				      command_escape(&name, s->cmd->name));
			s->failed = true;
			session_set_phase(s, SESSION_OVER);
		}
	}
	if (child_reap(&s->stopper, &status) && status) {
		command_error(s->cmd->verb, "container '%s' does not stop",
			      command_escape(&name, s->cmd->name));
		s->failed = true;
		session_set_phase(s, SESSION_OVER);
	}
}

void session_end(struct session *s)
{
	if (s->n_signals)
		return;
	s->n_signals = 1;
	child_kill(&s->workload);
	if (s->phase != SESSION_STARTING && s->phase != SESSION_OVER)
		session_stop_container(s);
}

static void take_signals(struct session *s)
{
	struct signalfd_siginfo info;

	while (read(s->signalfd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			continue; /* looked at in any case */
		/* The first ends what there is to record; the second does not wait for that. */
		if (s->n_signals)
			session_set_phase(s, SESSION_OVER);
		session_end(s);
	}
}

static void turn(struct session *s)
{
	struct pollfd fds[] = {
		{ .fd = s->signalfd, .events = POLLIN },
		{ .fd = s->gate.fd, .events = POLLIN },
		{ .fd = s->initfd, .events = POLLIN },
		{ .fd = s->monitorfd, .events = POLLIN },
		{ .fd = s->take ? recorder_get_event_fd(s->rec) : -1, .events = POLLIN },
	};

	if (poll(fds, sizeof(fds) / sizeof(fds[0]), TICK_MS) < 0)
		return; /* EINTR; every signal that we know comes by descriptor */
	recorder_set_time(s->rec);
	if (fds[4].revents)
		(void)recorder_read_events(s->rec, s->take, s->state); /* asked again next time */
	if (fds[1].revents)
		session_open_gate(s);
	if (fds[2].revents)
		session_init_ended(s);
	if (fds[3].revents)
		session_monitor_ended(s);
	check_children(s);
	if (fds[0].revents)
		take_signals(s);
	/* Signalled while lxc-start was at work: now it can be stopped. */
	if (s->n_signals && s->phase == SESSION_BOOTING)
		session_stop_container(s);
	session_check_up(s);
	session_check_work(s);
	if (s->tick)
		s->tick(s);
}

static int take_over_signals(struct session *s)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	s->signalfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signalfd < 0 ? -errno : 0;
}

int session_run(struct session *s, const struct session_options *options)
{
	int r = take_over_signals(s);

	s->options = options;
	s->begin = s->phase_begin = session_now();
	s->phase = SESSION_STARTING;
	if (r < 0) {
		command_error(s->cmd->verb, "no signals: %s", strerror(-r));
		return -EIO;
	}
	if (s->container->is_running(s->container)) {
		if (session_watch_container(s) < 0)
			return -EIO;
		session_set_phase(s, SESSION_READY);
	} else if (session_start_container(s) < 0) {
		return -EIO;
	}
	while (s->phase != SESSION_OVER)
		turn(s);
	if (s->take)
		(void)recorder_read_events(s->rec, s->take, s->state); /* the last ones */
	session_end_run(s);
	return s->failed ? -EIO : 0;
}

void session_done(struct session *s)
{
	child_kill(&s->prober);
	child_kill(&s->workload);
	child_kill(&s->stopper);
	/* In its own time: a start that is cut off would leave a container half made. */
	child_kill(&s->starter);
	gate_close(&s->gate);
	cleanup_close(&s->initfd);
	cleanup_close(&s->monitorfd);
	cleanup_close(&s->signalfd);
	if (s->container)
		(void)lxc_container_put(s->container); /* the only reference */
}
