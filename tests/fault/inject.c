/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes one system call of a program fail, without its being made:
 *
 *   inject [-a CALL] list FILE COMMAND...      all its calls to FILE: "N NAME ERRNO..."
 *   inject [-a CALL] N ERRNO FILE COMMAND...   the Nth fails; FILE tells "N NAME ARGUMENT",
 *                                              the first one, as a number
 *
 * Numbers start after the COMMAND's execve(2), or with the first CALL.  Its children are
 * followed and their calls counted with its own.  Only calls that can fail are counted, and
 * the errors listed are those that the kernel, a filter or a full disk may well give.
 *
 * Status: the COMMAND's; 128 and the signal that killed it; 125 when processes of it are
 * left, which are killed, and FILE says so; 126 when there was no Nth call; 77 where this
 * cannot be done.
 */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/fault/calls.h"

enum { LEFT = 125, NO_SUCH_CALL = 126, CANNOT = 77, TASKS_MAX = 256 };

/* Those that are stopped in a call that is to fail, and every task that there is. */
struct task {
	pid_t pid;
	bool failing;
};

struct run {
	struct task tasks[TASKS_MAX];
	size_t n_tasks;
	pid_t main;
	int status; /* of main, once it has ended */
	bool ended, counting, done;
	unsigned long n, wanted; /* 0: list */
	int error;
	const char *after;
	FILE *out;
};

static struct task *task_of(struct run *run, pid_t pid)
{
	for (size_t i = 0; i < run->n_tasks; i++) {
		if (run->tasks[i].pid == pid)
			return &run->tasks[i];
	}
	if (run->n_tasks == TASKS_MAX)
		errx(CANNOT, "too many processes");
	run->tasks[run->n_tasks] = (struct task){ .pid = pid };
	return &run->tasks[run->n_tasks++];
}

static void forget(struct run *run, pid_t pid)
{
	*task_of(run, pid) = run->tasks[run->n_tasks - 1];
	run->n_tasks--;
}

#if defined(__x86_64__)
#include <sys/user.h>

static void set_call(pid_t pid, long number, long result)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		return; /* killed meanwhile */
	if (number < 0)
		regs.orig_rax = (unsigned long long)number;
	else
		regs.rax = (unsigned long long)result;
	(void)ptrace(PTRACE_SETREGS, pid, NULL, &regs); /* the same */
}
#else
static void set_call(pid_t pid, long number, long result)
{
	(void)pid, (void)number, (void)result;
	errx(CANNOT, "not on this architecture");
}
#endif

static void list_call(const struct run *run, const struct call *call, unsigned long long nr)
{
	fprintf(run->out, "%lu %s", run->n, call->name ? call->name : "unknown");
	for (size_t i = 0; i < N_FAULTS; i++) {
		if (call->faults & faults[i].mark)
			fprintf(run->out, " %s", faults[i].name);
	}
	if (!call->name)
		fprintf(run->out, " # %llu", nr);
	fputc('\n', run->out);
}

static void enter_call(struct run *run, struct task *task, unsigned long long nr,
		       unsigned long long argument)
{
	const struct call *call = call_find(nr);

	if (!run->counting && run->after && call->name && strcmp(call->name, run->after) == 0)
		run->counting = true;
	if (!run->counting || !call->faults)
		return;
	run->n++;
	if (!run->wanted) {
		list_call(run, call, nr);
	} else if (run->n == run->wanted) {
		fprintf(run->out, "%lu %s %llu\n", run->n, call->name ? call->name : "unknown",
			argument);
		set_call(task->pid, -1, 0);
		task->failing = run->done = true;
	}
}

/* A stop of a task: what to hand on to it as a signal. */
static int handle_stop(struct run *run, pid_t pid, int status)
{
	struct task *task = task_of(run, pid);
	struct __ptrace_syscall_info info;
	int sig = WSTOPSIG(status);

	if (status >> 16 == PTRACE_EVENT_EXEC && pid == run->main && !run->after)
		run->counting = true;
	if (status >> 16)
		return 0;
	if (sig != (SIGTRAP | 0x80))
		return sig;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
		return 0; /* killed meanwhile */
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		enter_call(run, task, info.entry.nr, info.entry.args[0]);
	} else if (task->failing) {
		task->failing = false;
		set_call(pid, 0, -run->error);
	}
	return 0;
}

/* Until all have ended, or main has and two seconds have passed. */
static void trace(struct run *run)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	unsigned int waited = 0;
	int status;
	pid_t pid;

	while (run->n_tasks) {
		pid = waitpid(-1, &status, __WALL | (run->ended ? WNOHANG : 0));
		if (pid == 0 && ++waited > 1000)
			return;
		if (pid == 0) {
			(void)nanosleep(&pause, NULL);
			continue;
		}
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return;
		if (WIFSTOPPED(status)) {
			int sig = handle_stop(run, pid, status);

			(void)ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)sig);
			continue;
		}
		if (pid == run->main) {
			run->ended = true;
			run->status = status;
		}
		forget(run, pid);
	}
}

static pid_t start(char *const argv[])
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC |
			     PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
	int fds[2], status;
	pid_t pid;
	char c;

	if (pipe(fds) < 0 || (pid = fork()) < 0)
		err(CANNOT, "cannot start a process");
	if (pid == 0) {
		(void)close(fds[1]);
		while (read(fds[0], &c, 1) < 0 && errno == EINTR)
			; /* until we are seized */
		(void)close(fds[0]);
		(void)execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 || waitpid(pid, &status, __WALL) != pid)
		err(CANNOT, "cannot trace");
	(void)ptrace(PTRACE_SYSCALL, pid, NULL, NULL); /* it waits for us */
	(void)close(fds[0]);
	(void)close(fds[1]);
	return pid;
}

static int result(struct run *run)
{
	if (run->n_tasks) {
		for (size_t i = 0; i < run->n_tasks; i++)
			fprintf(run->out, "left running: %d\n", (int)run->tasks[i].pid);
		return LEFT;
	}
	if (run->wanted && !run->done)
		return NO_SUCH_CALL;
	return WIFEXITED(run->status) ? WEXITSTATUS(run->status) : 128 + WTERMSIG(run->status);
}

static int fault_number(const char *name)
{
	for (size_t i = 0; i < N_FAULTS; i++) {
		if (strcmp(faults[i].name, name) == 0)
			return faults[i].number;
	}
	errx(CANNOT, "unknown error '%s'", name);
}

int main(int argc, char *argv[])
{
	struct run run = { 0 };
	int i = 1, r;

	if (argc > 3 && strcmp(argv[1], "-a") == 0) {
		run.after = argv[2];
		i = 3;
	}
	if (argc < i + 3)
		errx(CANNOT, "usage: inject [-a CALL] list|N ERRNO FILE COMMAND...");
	if (strcmp(argv[i], "list") != 0) {
		run.wanted = strtoul(argv[i], NULL, 10);
		run.error = fault_number(argv[++i]);
	}
	run.out = fopen(argv[++i], "we");
	if (!run.out || !argv[++i])
		errx(CANNOT, "no file or command");
	run.main = start(argv + i);
	(void)task_of(&run, run.main);
	trace(&run);
	r = result(&run);
	(void)fclose(run.out); /* a log */
	return r;
}
