/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See session.h. */
#include "config.h"

#include "tools/session.h"

#include <errno.h>
#include <lxc/lxccontainer.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/proc.h"
#include "tools/config-read.h"

#define TICK_MS 250
#define QUIET_NS 2000000000u /* an init that is no systemd's is up when nothing new comes */
#define SECOND_NS 1000000000u
#define STOP_SECONDS "60" /* then lxc-stop kills */

const char *const session_phases[SESSION_N_PHASES] = { "starting", "booting",  "ready",
						       "working",  "stopping", "over" };

static uint64_t get_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* always there */
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

double session_seconds(const struct session *s)
{
	return (double)(get_now() - s->begin) / SECOND_NS;
}

static void set_phase(struct session *s, enum session_phase phase)
{
	if (s->phase == phase)
		return;
	s->phase = phase;
	s->phase_begin = get_now();
	if (s->tick)
		s->tick(s);
}

/* --- Finding ----------------------------------------------------------------- */

int session_find(struct session *s, const struct command *cmd)
{
	struct config_error error = { .text = "" };
	struct command_text name, path;

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
	for (size_t i = 0; i < cmd->n_lxcpaths; i++) {
		struct lxc_container *c;
		int r = config_check_container(cmd->lxcpaths[i], cmd->name, &error);

		if (r < 0 && error.kind == CONFIG_ERROR_MISSING)
			continue;
		if (r < 0) {
			command_error(cmd->verb, "%s", error.text[0] ? error.text : strerror(-r));
			return r;
		}
		c = lxc_container_new(cmd->name, cmd->lxcpaths[i]);
		if (c && c->is_defined(c)) {
			s->container = c;
			s->path = cmd->lxcpaths[i];
			return 0;
		}
		if (c)
			(void)lxc_container_put(c); /* the only reference */
	}
	command_error(cmd->verb, "no container '%s' in '%s', or its configuration does not load",
		      command_escape(&name, cmd->name), command_escape(&path, cmd->lxcpaths[0]));
	return -EINVAL;
}

/* --- Boots ------------------------------------------------------------------- */

static void end_run(struct session *s)
{
	struct recorder_totals now = s->at_begin;

	if (!s->run_open)
		return;
	s->run_open = false;
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

	end_run(s); /* a reboot */
	fd = open_pid(init);
	monitorfd = open_monitor(init);
	r = fd < 0 ? fd : monitorfd;
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
	return recorder_get_totals(s->rec, &s->at_begin);
}

static void open_gate(struct session *s)
{
	pid_t init;
	int fd = gate_accept(&s->gate, &init);
	int r;

	if (fd < 0)
		return;
	r = begin_run(s, init, true);
	gate_answer(fd, r == 0);
	if (r == 0 && s->phase != SESSION_STARTING)
		set_phase(s, SESSION_BOOTING);
}

/* --- The container's states -------------------------------------------------- */

static int start_container(struct session *s)
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

static int watch_container(struct session *s)
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

static void stop_container(struct session *s)
{
	const char *argv[] = { "lxc-stop", "-n", s->cmd->name, "-P",
			       s->path,	   "-t", STOP_SECONDS, NULL };
	int r;

	if (s->phase == SESSION_STOPPING)
		return;
	if (!s->started || s->options->leave_running || s->initfd < 0) {
		set_phase(s, SESSION_OVER);
		return;
	}
	set_phase(s, SESSION_STOPPING);
	r = child_start(&s->stopper, (char *const *)argv, CHILD_INHERIT, CHILD_ALONE);
	if (r < 0) {
		command_error(s->cmd->verb, "cannot run lxc-stop: %s", strerror(-r));
		s->failed = true;
		set_phase(s, SESSION_OVER);
		return;
	}
	child_go(&s->stopper);
}

/*
 * Its init has ended: for good, or LXC's monitor starts it again.  LXC is not asked: while it
 * waits for our answer at the gate, it gives none.
 */
static void init_ended(struct session *s)
{
	cleanup_close(&s->initfd);
	s->initfd = -EBADF;
	recorder_unwatch(s->rec);
	end_run(s);
	if (!s->started) /* we are not told of another start */
		set_phase(s, SESSION_OVER);
}

static void monitor_ended(struct session *s)
{
	if (s->initfd >= 0)
		init_ended(s);
	cleanup_close(&s->monitorfd);
	s->monitorfd = -EBADF;
	if (!s->starter.pid)
		set_phase(s, SESSION_OVER);
}

/* --- Is it up? --------------------------------------------------------------- */

static bool is_systemd(pid_t init)
{
	auto_close int fd = proc_open(init);
	char target[256];
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "exe", target, sizeof(target));
	static const char name[] = "/systemd";

	return n >= (ssize_t)sizeof(name) - 1 &&
	       memcmp(target + n - (sizeof(name) - 1), name, sizeof(name) - 1) == 0;
}

#define PATH_INSIDE "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Asked by way of lxc-attach, and not counted.  What answers is the guest's: not our variables. */
static void start_prober(struct session *s)
{
	const char *argv[] = { "lxc-attach", "-n",	    s->cmd->name,	 "-P",
			       s->path,	     "--clear-env", "--set-var",	 PATH_INSIDE,
			       "--",	     "systemctl",   "is-system-running", NULL };

	if (child_start(&s->prober, (char *const *)argv, CHILD_PIPE, CHILD_ALONE) < 0)
		return;					    /* asked again at the next tick */
	(void)recorder_mark_ignored(s->rec, s->prober.pid); /* else a few checks too many */
	child_go(&s->prober);
}

static bool prober_says_up(struct session *s)
{
	static const char *const up[] = { "running\n", "degraded\n", "maintenance\n" };
	int fd = dup(s->prober.outfd), status;
	char text[64];
	ssize_t n;

	if (!child_reap(&s->prober, &status)) {
		cleanup_close(&fd);
		return false;
	}
	n = read(fd, text, sizeof(text) - 1);
	cleanup_close(&fd);
	text[n < 0 ? 0 : n] = '\0';
	for (size_t i = 0; i < sizeof(up) / sizeof(up[0]); i++) {
		if (strcmp(text, up[i]) == 0)
			return true;
	}
	return false;
}

static bool is_quiet(struct session *s)
{
	struct recorder_totals totals;
	uint64_t now = get_now();

	if (recorder_get_totals(s->rec, &totals) < 0)
		return true;
	if (totals.keys != s->keys_seen || !s->keys_since) {
		s->keys_seen = totals.keys;
		s->keys_since = now;
	}
	return now - s->keys_since >= QUIET_NS;
}

static void check_up(struct session *s)
{
	struct command_text name;
	bool up;

	if (s->phase != SESSION_BOOTING || s->initfd < 0)
		return;
	if (is_systemd(s->init)) {
		up = s->prober.pid && prober_says_up(s);
		if (!up && !s->prober.pid)
			start_prober(s);
	} else {
		up = is_quiet(s);
	}
	if (!up && get_now() - s->phase_begin >= s->options->boot_seconds * (uint64_t)SECOND_NS) {
		command_error(s->cmd->verb, "container '%s' is not up after %u seconds, going on",
			      command_escape(&name, s->cmd->name), s->options->boot_seconds);
		up = true;
	}
	if (up)
		set_phase(s, SESSION_READY);
}

/* --- The workload ------------------------------------------------------------ */

static size_t count_words(char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

static int start_workload(struct session *s)
{
	const char *attach[] = { "lxc-attach",	"-n",	     s->cmd->name, "-P", s->path,
				 "--clear-env", "--set-var", PATH_INSIDE,  "--" };
	size_t n = sizeof(attach) / sizeof(attach[0]), words = count_words(s->options->command);
	/* An array of pointers. */
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): a pointer is what is meant. */
	auto_free const char **argv = calloc(n + words + 1, sizeof(*argv));
	int r;

	if (!argv)
		return -ENOMEM;
	memcpy(argv, attach, sizeof(attach));
	memcpy(argv + n, s->options->command, words * sizeof(argv[0]));
	r = child_start(&s->workload, (char *const *)(s->options->host ? argv + n : argv),
			CHILD_INHERIT, s->options->host ? CHILD_HOST : CHILD_GUEST);
	if (r == 0 && !s->options->host)
		r = recorder_mark_workload(s->rec, s->workload.pid);
	if (r == 0)
		child_go(&s->workload);
	return r;
}

static void check_work(struct session *s)
{
	uint64_t limit = s->options->seconds * (uint64_t)SECOND_NS;
	int r;

	if (s->phase == SESSION_READY && s->options->command && s->workload_status < 0) {
		r = start_workload(s);
		if (r < 0) {
			command_error(s->cmd->verb, "cannot run the workload: %s", strerror(-r));
			s->failed = true;
			stop_container(s);
			return;
		}
		set_phase(s, SESSION_WORKING);
	}
	if (s->phase == SESSION_WORKING && child_reap(&s->workload, &s->workload_status)) {
		stop_container(s);
	} else if (limit && (s->phase == SESSION_READY || s->phase == SESSION_WORKING) &&
		   get_now() - s->phase_begin >= limit) {
		child_kill(&s->workload);
		stop_container(s);
	}
}

/* --- The loop ---------------------------------------------------------------- */

static void check_children(struct session *s)
{
	struct command_text name;
	int status;

	if (child_reap(&s->starter, &status)) {
		if (status == 0 && s->monitorfd < 0) {
			set_phase(s, SESSION_OVER); /* and has stopped again */
		} else if (status == 0 && s->phase == SESSION_STARTING) {
			set_phase(s, SESSION_BOOTING);
		} else if (status) {
			command_error(s->cmd->verb, "container '%s' does not start",
				      command_escape(&name, s->cmd->name));
			s->failed = true;
			set_phase(s, SESSION_OVER);
		}
	}
	if (child_reap(&s->stopper, &status) && status) {
		command_error(s->cmd->verb, "container '%s' does not stop",
			      command_escape(&name, s->cmd->name));
		s->failed = true;
		set_phase(s, SESSION_OVER);
	}
}

void session_end(struct session *s)
{
	if (s->n_signals)
		return;
	s->n_signals = 1;
	child_kill(&s->workload);
	if (s->phase != SESSION_STARTING && s->phase != SESSION_OVER)
		stop_container(s);
}

static void take_signals(struct session *s)
{
	struct signalfd_siginfo info;

	while (read(s->signalfd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			continue; /* looked at in any case */
		/* The first ends what there is to record; the second does not wait for that. */
		if (s->n_signals)
			set_phase(s, SESSION_OVER);
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
		open_gate(s);
	if (fds[2].revents)
		init_ended(s);
	if (fds[3].revents)
		monitor_ended(s);
	check_children(s);
	if (fds[0].revents)
		take_signals(s);
	/* Signalled while lxc-start was at work: now it can be stopped. */
	if (s->n_signals && s->phase == SESSION_BOOTING)
		stop_container(s);
	check_up(s);
	check_work(s);
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
	s->begin = s->phase_begin = get_now();
	s->phase = SESSION_STARTING;
	if (r < 0) {
		command_error(s->cmd->verb, "no signals: %s", strerror(-r));
		return -EIO;
	}
	if (s->container->is_running(s->container)) {
		if (watch_container(s) < 0)
			return -EIO;
		set_phase(s, SESSION_READY);
	} else if (start_container(s) < 0) {
		return -EIO;
	}
	while (s->phase != SESSION_OVER)
		turn(s);
	if (s->take)
		(void)recorder_read_events(s->rec, s->take, s->state); /* the last ones */
	end_run(s);
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
