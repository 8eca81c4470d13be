/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-try.h. */
#include "config.h"

#include "hooks/audit-try.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hooks/audit-child.h"

/* A trial is a few system calls; one that hangs costs this and counts as unclear. */
#define CHILD_SECONDS 2

/* What the child writes and the parent reads after its end. */
struct board {
	size_t at;	/* the trial that it is in; from audit_n_trials on, those for later */
	bool no_filter; /* it cannot be installed */
	enum audit_answer answer[];
};

const struct audit_trial *audit_find_trial(struct span name)
{
	for (size_t i = 0; i < audit_n_trials; i++) {
		if (span_is(name, audit_trials[i].name))
			return &audit_trials[i];
	}
	return NULL;
}

static bool is_wanted(const struct audit_plan *plan, size_t at)
{
	if (at < audit_n_trials)
		return plan->now[at];
	return plan->filter && plan->later[at - audit_n_trials];
}

static _Noreturn void run_child(const struct audit_plan *plan, volatile struct board *board)
{
	bool filtered = false;

	for (; board->at < 2 * audit_n_trials; board->at++) {
		size_t i = board->at % audit_n_trials;

		if (!is_wanted(plan, board->at))
			continue;
		/* After all that a capability guards: that has to be refused without its help. */
		if (board->at >= audit_n_trials && !filtered) {
			board->no_filter = audit_filter_install(plan->filter) < 0;
			if (board->no_filter)
				break;
			filtered = true;
		}
		board->answer[i] = audit_trials[i].run();
		if (audit_trials[i].dirty && board->answer[i] == AUDIT_GRANTED)
			break;
	}
	_exit(0);
}

/* One child's worth; what is left starts at board->at. */
static int run_some(const struct audit_plan *plan, struct board *board)
{
	pid_t pid = audit_child_fork(CHILD_SECONDS);
	int status, r;
	size_t i;

	if (pid < 0)
		return (int)pid;
	if (pid == 0)
		run_child(plan, board);
	r = audit_child_wait(pid, CHILD_SECONDS, &status);
	if (r < 0)
		return r;
	i = board->at % audit_n_trials;
	if (!board->no_filter && board->at < 2 * audit_n_trials &&
	    board->answer[i] == AUDIT_NOT_RUN) {
		/* Killed by the filter: forbidden.  Anything else says nothing. */
		board->answer[i] = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS
					   ? AUDIT_DENIED
					   : AUDIT_UNCLEAR;
	}
	board->at++;
	return 0;
}

int audit_run_trials(const struct audit_plan *plan, enum audit_answer *ret_answers,
		     bool *ret_filtered)
{
	size_t size = sizeof(struct board) + audit_n_trials * sizeof(enum audit_answer);
	struct board *board;
	int r = 0;

	board = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		return -errno;
	while (r == 0 && !board->no_filter && board->at < 2 * audit_n_trials)
		r = run_some(plan, board);
	for (size_t i = 0; r == 0 && i < audit_n_trials; i++)
		ret_answers[i] = board->answer[i];
	*ret_filtered = !board->no_filter;
	(void)munmap(board, size); /* the process ends soon */
	return r;
}
