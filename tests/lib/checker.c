/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checker ROUNDS PROCESSES [MODE]: makes each of the calls of checker-calls.c ROUNDS times in
 * each of PROCESSES processes.  What the recorder counts must be the product of these and of
 * what "checker 0 1 MODE" prints, a line for each capability: its name, the checks in a round
 * when it is granted and when it is denied, and of which user namespace it is asked: its own,
 * the host's, or the host's by who is in that.
 *
 *	denied  without any capability in the effective set
 *	below   in a user namespace of its own
 *	pidns   in a pid namespace of its own
 *	short   a process for each round
 *	fast    only the cheapest of them
 *	rate    RATE times as many of the cheapest
 *	names, cgroups  see checker_crowd_names()
 *
 * As root in a container, whose /dev is a tmpfs whatever its init: elsewhere file systems ask
 * in their own ways.  Static: it is copied into any guest.
 */
#include "config.h"

#include "tests/lib/checker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE 64

struct checker checker = {
	.fd = -1, .group_fd = -1, .own_fd = -1, .login_fd = -1, .sem = -1, .path = CHECKER_FILE
};

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "checker: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void prepare_files(void)
{
	checker.fd = mkstemp(checker.path);
	if (checker.fd < 0 || fchmod(checker.fd, 0) < 0 ||
	    fchown(checker.fd, CHECKER_FOREIGN, 0) < 0)
		die(checker.path);
	checker.group_fd = open("/dev", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (checker.group_fd < 0 || fchown(checker.group_fd, 0, CHECKER_FOREIGN) < 0)
		die("/dev");
}

static void prepare_semaphore(void)
{
	struct semid_ds data = { .sem_perm = { .uid = CHECKER_FOREIGN, .gid = CHECKER_FOREIGN } };

	checker.sem = semget(IPC_PRIVATE, 1, 0);
	/* Its creator is us still, so a process that is neither has to ask. */
	if (checker.sem >= 0 && semctl(checker.sem, 0, IPC_SET, &data) < 0)
		die("semctl");
}

/* Who may be looked at, else that would be asked for once more. */
__attribute__((noreturn)) static void be_other(int ready)
{
	if (setgid(CHECKER_FOREIGN) < 0 || setuid(CHECKER_FOREIGN) < 0 ||
	    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		_exit(1);
	(void)close(ready);
	for (;;)
		(void)pause(); /* until it is killed */
}

static void prepare_other(void)
{
	int ends[2];
	char c;

	if (pipe2(ends, O_CLOEXEC) < 0)
		die("pipe");
	checker.other = fork();
	if (checker.other == 0)
		be_other(ends[1]);
	(void)close(ends[1]);
	if (read(ends[0], &c, 1) != 0) /* its end, when it is ready */
		die("the other process");
	(void)close(ends[0]);
}

/* In each process. */
static void prepare_own(void)
{
	struct rlimit limit;
	struct stat st;

	checker.own_fd = open("/dev", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (checker.own_fd < 0 || fstat(checker.own_fd, &st) < 0)
		die("/dev");
	/* A pid would not do: there may be several in as many namespaces. */
	(void)snprintf(checker.own_name, sizeof(checker.own_name), "/dev/checker-%lu", /* fits */
		       (unsigned long)st.st_ino);
	checker.login_fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC); /* may not be there */
	if (checker.login_fd >= 0) /* if it is set already, that may be refused */
		(void)!pwrite(checker.login_fd, "0", 1, 0);
	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		die("getrlimit");
	limit.rlim_cur = 0;
	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		die("setrlimit");
}

static void drop_effective(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		die("capget");
	data[0].effective = data[1].effective = 0;
	if (syscall(SYS_capset, &header, data) < 0)
		die("capset");
}

static bool is(const char *mode, const char *word)
{
	return strcmp(mode, word) == 0;
}

static bool is_wanted(const struct checker_op *op, const char *mode)
{
	if (op->is_here && !op->is_here())
		return false;
	if (is(mode, "fast") || is(mode, "short"))
		return op->flags & CHECKER_FAST;
	if (is(mode, "below"))
		return op->flags & CHECKER_BELOW;
	if (is(mode, "pidns")) /* the other process has no number there */
		return !(op->flags & CHECKER_OTHER);
	return true;
}

static unsigned int get_times(const struct checker_op *op, const char *mode)
{
	return is(mode, "rate") && op->flags & CHECKER_FAST ? RATE : 1;
}

/* What is made ready goes by another name than what is counted. */
static void set_name(const char *name)
{
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
}

static void work(long rounds, const char *mode)
{
	unsigned int times[64] = { 0 };

	if (checker_n_ops > sizeof(times) / sizeof(times[0]))
		abort();
	for (size_t i = 0; i < checker_n_ops; i++) {
		if (is_wanted(&checker_ops[i], mode))
			times[i] = get_times(&checker_ops[i], mode);
	}
	prepare_own();
	if (is(mode, "denied"))
		drop_effective();
	if (is(mode, "below") && unshare(CLONE_NEWUSER) < 0)
		die("unshare");
	set_name("checker");
	for (long n = 0; n < rounds; n++) {
		for (size_t i = 0; i < checker_n_ops; i++) {
			for (unsigned int k = 0; k < times[i]; k++)
				checker_ops[i].run();
		}
	}
}

static void run_child(long rounds, const char *mode)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		work(rounds, mode);
		_exit(0);
	}
	(void)waitpid(pid, NULL, 0);
}

static void start_worker(long rounds, const char *mode)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return;
	(void)setsid(); /* vhangup() would end all that have our terminal */
	if (is(mode, "names"))
		_exit(checker_crowd_names(rounds) < 0);
	if (is(mode, "cgroups"))
		_exit(checker_crowd_cgroups(rounds) < 0);
	if (is(mode, "short")) {
		for (long n = 0; n < rounds; n++)
			run_child(1, mode);
	} else if (is(mode, "pidns")) {
		if (unshare(CLONE_NEWPID) < 0)
			die("unshare");
		run_child(rounds, mode); /* its init */
	} else {
		work(rounds, mode);
	}
	_exit(0);
}

static void print_check(const struct checker_op *op, const struct checker_check *check,
			unsigned int times)
{
	const char *where = op->flags & CHECKER_HOST	    ? "host"
			    : op->flags & CHECKER_HOST_ONLY ? "host-only"
							    : "own";

	if (check->cap)
		printf("%s %u %u %s\n", check->cap, check->granted * times, check->denied * times,
		       where);
}

static void print_checks(const char *mode)
{
	for (size_t i = 0; i < checker_n_ops; i++) {
		const struct checker_op *op = &checker_ops[i];

		if (!is_wanted(op, mode))
			continue;
		print_check(op, &op->check, get_times(op, mode));
		print_check(op, &op->more, get_times(op, mode));
	}
}

int main(int argc, char *argv[])
{
	const char *mode = argc > 3 ? argv[3] : "";
	long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : -1;
	long processes = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
	bool failed = false;

	if (rounds < 0 || processes < 1) {
		fprintf(stderr, "usage: checker ROUNDS PROCESSES "
				"[denied|below|pidns|short|fast|rate|names|cgroups]\n");
		return 2;
	}
	if (rounds == 0) {
		print_checks(mode);
		return 0;
	}
	set_name("preparing");
	prepare_files();
	prepare_semaphore();
	prepare_other();
	for (long i = 0; i < processes; i++)
		start_worker(rounds, mode);
	for (long i = 0; i < processes;) {
		int status;

		if (waitpid(-1, &status, 0) <= 0)
			continue;
		i++;
		failed |= status != 0;
	}
	(void)kill(checker.other, SIGKILL);
	(void)waitpid(checker.other, NULL, 0);
	(void)unlink(checker.path);
	(void)semctl(checker.sem, 0, IPC_RMID);
	return failed;
}
