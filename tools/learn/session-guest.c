/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See session-parts.h: whether the guest is up, and the workload. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/proc.h"
#include "tools/learn/session-parts.h"

#define QUIET_NS 2000000000u /* an init that is no systemd's is up when nothing new comes */

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

/* Before the words of the command; the number is that of a process which session.c watches. */
#define N_ATTACH 7
static void set_attach(const struct session *s, char pid[16], const char *argv[N_ATTACH])
{
	const char *const words[N_ATTACH] = { "/proc/self/exe", "attach", "--pid", pid, "-n",
					      s->cmd->name,	"--" };

	(void)snprintf(pid, 16, "%d", (int)s->init); /* fits */
	memcpy(argv, words, sizeof(words));
}

/* Asked by our own attach, and not counted.  What answers is the guest's. */
static void start_prober(struct session *s)
{
	const char *argv[N_ATTACH + 3];
	char pid[16];

	set_attach(s, pid, argv);
	argv[N_ATTACH] = "systemctl";
	argv[N_ATTACH + 1] = "is-system-running";
	argv[N_ATTACH + 2] = NULL;
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
	uint64_t now = session_now();

	if (recorder_get_totals(s->rec, &totals) < 0)
		return true;
	if (totals.keys != s->keys_seen || !s->keys_since) {
		s->keys_seen = totals.keys;
		s->keys_since = now;
	}
	return now - s->keys_since >= QUIET_NS;
}

void session_check_up(struct session *s)
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
	if (!up &&
	    session_now() - s->phase_begin >= s->options->boot_seconds * (uint64_t)SECOND_NS) {
		command_error(s->cmd->verb, "container '%s' is not up after %u seconds, going on",
			      command_escape(&name, s->cmd->name), s->options->boot_seconds);
		up = true;
	}
	if (up)
		session_set_phase(s, SESSION_READY);
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
	const char *attach[N_ATTACH];
	char pid[16];
	size_t n = N_ATTACH, words = count_words(s->options->command);
	/* An array of pointers. */
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): a pointer is what is meant. */
	auto_free const char **argv = calloc(n + words + 1, sizeof(*argv));
	int r;

	if (!argv)
		return -ENOMEM;
	set_attach(s, pid, attach);
	memcpy(argv, attach, n * sizeof(attach[0]));
	memcpy(argv + n, s->options->command, words * sizeof(argv[0]));
	r = child_start(&s->workload, (char *const *)(s->options->host ? argv + n : argv),
			CHILD_INHERIT, s->options->host ? CHILD_HOST : CHILD_GUEST);
	if (r == 0 && !s->options->host)
		r = recorder_mark_workload(s->rec, s->workload.pid);
	if (r == 0)
		child_go(&s->workload);
	return r;
}

void session_check_work(struct session *s)
{
	uint64_t limit = s->options->seconds * (uint64_t)SECOND_NS;
	int r;

	if (s->phase == SESSION_READY && s->options->command && s->workload_status < 0) {
		r = start_workload(s);
		if (r < 0) {
			command_error(s->cmd->verb, "cannot run the workload: %s", strerror(-r));
			s->failed = true;
			session_stop_container(s);
			return;
		}
		session_set_phase(s, SESSION_WORKING);
	}
	if (s->phase == SESSION_WORKING && child_reap(&s->workload, &s->workload_status)) {
		session_stop_container(s);
	} else if (limit && (s->phase == SESSION_READY || s->phase == SESSION_WORKING) &&
		   session_now() - s->phase_begin >= limit) {
		child_kill(&s->workload);
		session_stop_container(s);
	}
}
