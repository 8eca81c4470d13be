/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hooks/hook. */
#include "config.h"

#include "hooks/hook.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/tap.h"

static void clear(void)
{
	static const char *const names[] = { "LXC_PID",		"LXC_NAME",
					     "LXC_HOOK_TYPE",	"LXC_HOOK_SECTION",
					     "LXC_CONFIG_FILE", "LXC_ROOTFS_MOUNT" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unsetenv(names[i]);
}

static void test_arguments(void)
{
	char name[] = "c1", lxc[] = "lxc", net[] = "net", stop[] = "stop", none[] = "";
	char mnt[] = "mnt:/proc/1/fd/9";
	char *argv[] = { name, lxc, stop, mnt, NULL };
	const char *reason = NULL;
	struct hook_env env;

	clear();
	(void)setenv("LXC_HOOK_TYPE", "start", 1); /* of no account with arguments */
	CHECK_INT(hook_read_env(4, argv, &env, &reason), 0);
	CHECK_INT(env.version, 0);
	CHECK_STR(env.name, "c1");
	CHECK_STR(env.type, "stop");
	CHECK_INT(env.n_args, 1);
	CHECK_STR(env.args[0], "mnt:/proc/1/fd/9");
	CHECK_INT(env.pid, 0);
	CHECK(!env.config_file && !env.rootfs_mount);
	CHECK_INT(hook_read_env(1, argv, &env, &reason), -EINVAL);
	CHECK_INT(hook_read_env(2, argv, &env, &reason), -EINVAL);
	argv[1] = net;
	CHECK_INT(hook_read_env(4, argv, &env, &reason), -EINVAL);
	argv[1] = lxc;
	argv[2] = none;
	CHECK_INT(hook_read_env(4, argv, &env, &reason), -EINVAL);
	argv[2] = stop;
	argv[0] = none;
	CHECK_INT(hook_read_env(4, argv, &env, &reason), -EINVAL);
	CHECK(reason && reason[0]);
}

static void test_environment(void)
{
	const char *reason = NULL;
	struct hook_env env;

	clear();
	CHECK_INT(hook_read_env(0, NULL, &env, &reason), -EINVAL);
	(void)setenv("LXC_HOOK_TYPE", "mount", 1);
	CHECK_INT(hook_read_env(0, NULL, &env, &reason), -EINVAL);
	(void)setenv("LXC_NAME", "c1", 1);
	CHECK_INT(hook_read_env(0, NULL, &env, &reason), 0);
	CHECK_INT(env.version, 1);
	CHECK_STR(env.type, "mount");
	CHECK_INT(env.n_args, 0);
	(void)setenv("LXC_HOOK_SECTION", "net", 1);
	CHECK_INT(hook_read_env(0, NULL, &env, &reason), -EINVAL);
	(void)setenv("LXC_HOOK_SECTION", "", 1);
	(void)setenv("LXC_CONFIG_FILE", "", 1);
	(void)setenv("LXC_ROOTFS_MOUNT", "/r", 1);
	CHECK_INT(hook_read_env(0, NULL, &env, &reason), 0);
	CHECK(!env.config_file);
	CHECK_STR(env.rootfs_mount, "/r");
}

static void test_pid(void)
{
	static const struct {
		const char *text;
		pid_t pid;
	} cases[] = {
		{ "", 0 },
		{ "1", 1 },
		{ "2147483647", 2147483647 },
		{ "2147483648", -1 },
		{ "0", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ " 1", -1 },
		{ "1 ", -1 },
		{ "x", -1 },
		{ "0x1", -1 },
	};
	char name[] = "c1", lxc[] = "lxc", stop[] = "stop";
	char *argv[] = { name, lxc, stop, NULL };

	clear();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *reason;
		struct hook_env env;

		(void)setenv("LXC_PID", cases[i].text, 1);
		CHECK_INT(hook_read_env(3, argv, &env, &reason), 0);
		if (!CHECK_INT(env.pid, cases[i].pid))
			printf("# of \"%s\"\n", cases[i].text);
	}
}

/* Runs say() with standard error in a pipe and gives what one read takes. */
static struct span said(const struct hook *h, const char *text)
{
	static char buf[8192];
	int fds[2], saved = dup(2);
	ssize_t n;

	if (saved < 0 || pipe(fds) < 0 || dup2(fds[1], 2) < 0)
		tap_give_up("pipe");
	hook_say(h, JOURNAL_ERR, "%s", text);
	if (dup2(saved, 2) < 0)
		tap_give_up("dup2");
	(void)close(fds[1]);
	n = read(fds[0], buf, sizeof(buf));
	(void)close(fds[0]);
	(void)close(saved);
	return (struct span){ buf, n < 0 ? 0 : (size_t)n };
}

static void test_say(void)
{
	struct hook h = { .program = "p", .journal = { .fd = -EBADF, .kind = JOURNAL_NONE } };
	static char longer[5000];
	struct span line;

	CHECK_SPAN(said(&h, "hello"), "p: -: hello\n");
	h.container = "a\nb";
	CHECK_SPAN(said(&h, "\033[2J\n\xff it's"), "p: a\\x0ab: \\x1b[2J\\x0a\\xff it's\n");
	memset(longer, 'x', sizeof(longer) - 1);
	line = said(&h, longer);
	CHECK(line.n < 2048 && line.n > 500);
	CHECK_INT(line.p[line.n - 1], '\n');
	memset(longer, '\n', sizeof(longer) - 1);
	line = said(&h, longer);
	CHECK(line.n <= 2048);
	CHECK_INT(line.p[line.n - 1], '\n');
	CHECK(memchr(line.p, '\n', line.n) == line.p + line.n - 1);
}

static void test_closed(void)
{
	/* What is open above 2 was the runner's. */
	int next = dup(STDERR_FILENO), status = -1;
	struct stat st;
	pid_t pid;

	(void)close(next);
	pid = fork();
	if (pid == 0) {
		(void)close(0);
		(void)close(1);
		(void)close(2);
		(void)hook_init("p");
		for (int fd = 0; fd < 3; fd++) {
			if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode))
				_exit(1);
		}
		/* Nothing else was left open. */
		_exit(dup(0) == next ? 0 : 2);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
}

/* Whoever starts a container may ignore and block what the hooks need. */
static void test_signals(void)
{
	struct sigaction action;
	int status = -1;
	sigset_t set;
	pid_t pid;

	(void)signal(SIGCHLD, SIG_IGN);
	(void)signal(SIGALRM, SIG_IGN);
	(void)sigfillset(&set);
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
	(void)hook_init("test");
	CHECK_INT(sigprocmask(SIG_SETMASK, NULL, &set), 0);
	CHECK(!sigismember(&set, SIGALRM) && !sigismember(&set, SIGCHLD));
	CHECK(sigaction(SIGALRM, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
	pid = fork();
	if (pid == 0)
		_exit(7);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

TAP_MAIN({ "version 0", test_arguments }, { "version 1", test_environment },
	 { "LXC_PID", test_pid }, { "one line", test_say }, { "closed descriptors", test_closed },
	 { "signals", test_signals });
