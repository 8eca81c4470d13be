/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See hook.h. */
#include "config.h"

#include "hooks/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/emit.h"

/* LXC takes up to 4095 bytes in one read; a longer line would be torn. */
#define LINE_SIZE 2048

static void fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is this one.  Without /dev/null any folder keeps it taken.
		 */
		if (open("/dev/null", O_RDWR | O_NOCTTY) < 0 && open("/", O_PATH | O_DIRECTORY) < 0)
			_exit(1);
	}
}

/*
 * What our caller ignores or blocks, we would: without SIGCHLD there is no status of a child
 * (waitpid(2)), and a blocked SIGALRM sets no limit to what a guest's file system may take.
 */
static bool reset_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set); /* fails for no set */
	return signal(SIGPIPE, SIG_IGN) != SIG_ERR &&
	       /* A limit of file sizes is told as a write error: the verdict counts all the same.
		*/
	       signal(SIGXFSZ, SIG_IGN) != SIG_ERR && signal(SIGCHLD, SIG_DFL) != SIG_ERR &&
	       signal(SIGALRM, SIG_DFL) != SIG_ERR && sigprocmask(SIG_SETMASK, &set, NULL) == 0;
}

struct hook hook_init(const char *program)
{
	struct hook h = {
		.program = program,
		.journal = { .fd = -EBADF, .kind = JOURNAL_NONE },
	};

	fill_standard_descriptors();
	if (!reset_signals()) {
		hook_say(&h, JOURNAL_ERR, "cannot set the signals: %s", strerror(errno));
		_exit(1);
	}
	(void)umask(022); /* cannot fail */
	return h;
}

void hook_open_journal(struct hook *h)
{
	journal_done(&h->journal);
	h->journal = journal_open();
}

static const char *get_variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

static pid_t get_pid(void)
{
	const char *text = get_variable("LXC_PID");
	uint64_t pid;

	if (!text)
		return 0;
	if (span_parse_u64(span_of(text), 10, INT_MAX, &pid) < 0 || !pid)
		return -1;
	return (pid_t)pid;
}

int hook_read_env(int argc, char *const argv[], struct hook_env *ret, const char **ret_reason)
{
	struct hook_env env = {
		.config_file = get_variable("LXC_CONFIG_FILE"),
		.rootfs_mount = get_variable("LXC_ROOTFS_MOUNT"),
		.pid = get_pid(),
	};
	const char *section;

	if (argc == 0) {
		env.version = 1;
		env.name = get_variable("LXC_NAME");
		section = get_variable("LXC_HOOK_SECTION");
		env.type = get_variable("LXC_HOOK_TYPE");
	} else if (argc >= 3) {
		env.name = argv[0][0] ? argv[0] : NULL;
		section = argv[1];
		env.type = argv[2][0] ? argv[2] : NULL;
		env.args = argv + 3;
		env.n_args = argc - 3;
	} else {
		*ret_reason = "unexpected arguments: LXC gives 'NAME lxc TYPE'";
		return -EINVAL;
	}
	if (!env.type) {
		*ret_reason =
			"not run by LXC: no hook type, neither as an argument nor in LXC_HOOK_TYPE";
		return -EINVAL;
	}
	if (!env.name) {
		*ret_reason = "not run by LXC: no container name";
		return -EINVAL;
	}
	if (section && strcmp(section, "lxc") != 0) {
		*ret_reason = "not a hook of the section 'lxc'";
		return -EINVAL;
	}
	*ret = env;
	return 0;
}

struct line {
	char text[LINE_SIZE];
	size_t n;     /* with its newline */
	size_t start; /* of the message in it */
	char name[256];
};

static void make_line(const struct hook *h, const char *message, struct line *line)
{
	struct emit m = EMIT_INIT(line->text), n = EMIT_INIT(line->name);

	if (h->container)
		emit_escaped(&n, span_of(h->container));
	else
		emit_str(&n, "-");
	emit_printf(&m, "%s: %s: ", h->program, line->name);
	line->start = m.len;
	m.size--; /* room for the newline */
	emit_printable(&m, span_of(message), "");
	m.size++;
	emit_str(&m, "\n");
	line->n = m.len;
}

/* By one call; there is nobody left to tell if it fails. */
static void write_line(int fd, const struct line *line)
{
	while (write(fd, line->text, line->n) < 0 && errno == EINTR)
		;
}

void hook_say(const struct hook *h, enum journal_priority priority, const char *format, ...)
{
	char message[LINE_SIZE / 2] = "";
	struct line line = { 0 };
	va_list args;

	va_start(args, format);
	/* Cut if too long: the reason comes first. */
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	make_line(h, message, &line);
	write_line(STDERR_FILENO, &line);
	line.text[line.n - 1] = '\0';
	(void)journal_send(&h->journal, priority, h->program, line.name,
			   line.text + line.start); /* best effort */
}

void hook_say_terminal(const struct hook *h, const char *message)
{
	int fd = open("/dev/tty", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct line line = { 0 };

	if (fd < 0)
		return;
	/* Else a terminal that stops writers in the background would stop us. */
	(void)signal(SIGTTOU, SIG_IGN);
	make_line(h, message, &line);
	write_line(fd, &line);
	(void)close(fd); /* what it took, it took */
}

/* The same file, as after a redirection of both. */
static bool is_same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

void hook_say_monitor(const struct hook *h, const char *message)
{
	enum { NR_PIDFD_OPEN = 434, NR_PIDFD_GETFD = 438 };
	int pidfd = (int)syscall(NR_PIDFD_OPEN, getppid(), 0);
	/* Not by /proc/PID/fd/2, as a socket to the journal cannot be opened. */
	int fd = pidfd < 0 ? -1 : (int)syscall(NR_PIDFD_GETFD, pidfd, STDERR_FILENO, 0);
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	struct line line = { 0 };

	/* A terminal is hook_say_terminal()'s; a pipe that nobody empties does not hold us up. */
	if (fd >= 0 && !isatty(fd) && !is_same_file(fd, STDERR_FILENO) && poll(&ready, 1, 0) == 1 &&
	    (ready.revents & POLLOUT)) {
		make_line(h, message, &line);
		write_line(fd, &line);
	}
	if (fd >= 0)
		(void)close(fd); /* what it took, it took */
	if (pidfd >= 0)
		(void)close(pidfd);
}

const char *hook_escape(struct hook_text *buf, const char *hostile)
{
	struct emit e = EMIT_INIT(buf->text);

	buf->text[0] = '\0';
	emit_escaped(&e, span_of(hostile));
	return buf->text;
}
