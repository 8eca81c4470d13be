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
	size_t at; /* the trial that it is in */
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

static _Noreturn void run_child(const bool *wanted, volatile struct board *board)
{
	for (; board->at < audit_n_trials; board->at++) {
		const struct audit_trial *t = &audit_trials[board->at];

		if (!wanted[board->at])
			continue;
		board->answer[board->at] = t->run();
		if (t->dirty && board->answer[board->at] == AUDIT_GRANTED)
			break;
	}
	_exit(0);
}

/* One child's worth; what is left starts at board->at. */
static int run_some(const bool *wanted, struct board *board)
{
	pid_t pid = audit_child_fork(CHILD_SECONDS);
	int status, r;

	if (pid < 0)
		return (int)pid;
	if (pid == 0)
		run_child(wanted, board);
	r = audit_child_wait(pid, CHILD_SECONDS, &status);
	if (r < 0)
		return r;
	if (board->at < audit_n_trials && board->answer[board->at] == AUDIT_NOT_RUN) {
		/* Killed by the filter: forbidden.  Anything else says nothing. */
		board->answer[board->at] = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS
						   ? AUDIT_DENIED
						   : AUDIT_UNCLEAR;
	}
	board->at++;
	return 0;
}

int audit_run_trials(const bool *wanted, enum audit_answer *ret_answers)
{
	size_t size = sizeof(struct board) + audit_n_trials * sizeof(enum audit_answer);
	struct board *board;
	int r = 0;

	board = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		return -errno;
	while (r == 0 && board->at < audit_n_trials)
		r = run_some(wanted, board);
	for (size_t i = 0; r == 0 && i < audit_n_trials; i++)
		ret_answers[i] = board->answer[i];
	(void)munmap(board, size); /* the process ends soon */
	return r;
}
