/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See attach-parts.h: what the command reads and writes.  It never gets a descriptor of ours: by
 * /proc/self/fd root inside opens what is behind one anew, for writing too, and changes its mode.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/rootfs.h"
#include "tools/process/attach-parts.h"

#define REST_MAX (2u << 20) /* of what the command left in its pipes; a guest's end never comes */

int64_t attach_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* always there */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- Pipes --------------------------------------------------------------------------- */

/* ret[0] to read, ret[1] to write; ours does not wait. */
static int make_pipe(const struct attach_init *init, bool we_write, int ret[2])
{
	if (pipe2(ret, O_CLOEXEC) < 0)
		return -errno;
	/* Root inside opens /dev/stderr and the like: they are its own. */
	if (geteuid() == 0 && fchown(ret[0], init->host_uid, init->host_gid) < 0)
		return -errno;
	return fcntl(ret[we_write ? 1 : 0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static struct attach_stream *add_stream(struct attach_copy *copy, int from, int to)
{
	struct attach_stream *s = &copy->stream[copy->n++];

	s->from = from;
	s->to = to;
	return s;
}

static int open_pipes(const struct attach_init *init, bool terminal, struct attach_copy *copy,
		      struct attach_ends *ends)
{
	/* With a terminal, standard error alone may be something else. */
	for (int i = terminal ? 2 : 0; i <= 2; i++) {
		int fds[2], r = make_pipe(init, i == 0, fds);

		if (r < 0)
			return r;
		ends->std[i] = fds[i == 0 ? 0 : 1];
		if (i == 0)
			add_stream(copy, 0, fds[1])->close_to = true;
		else
			add_stream(copy, fds[0], i)->close_from = true;
	}
	return 0;
}

/* --- A terminal ------------------------------------------------------------------------ */

/* Of the guest's own devpts, so that it has a name inside; nothing of it is trusted. */
static int open_master(const struct attach_init *init)
{
	auto_close int dir = rootfs_open_at(init->rootfd, "dev/pts", O_PATH | O_DIRECTORY);
	struct statfs st;

	/* By its type: a device node or a FIFO of that name could act, or wait for ever. */
	if (dir >= 0 && fstatfs(dir, &st) == 0 && st.f_type == DEVPTS_SUPER_MAGIC) {
		int fd = openat(dir, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);

		if (fd >= 0)
			return fd;
	}
	return posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static int open_terminal(const struct attach_init *init, struct attach_copy *copy,
			 struct attach_ends *ends)
{
	int unlocked = 0, master = open_master(init);
	struct winsize size;

	if (master < 0)
		return -errno;
	copy->masterfd = master;
	if (ioctl(master, TIOCSPTLCK, &unlocked) < 0)
		return -errno;
	auto_close int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (slave < 0)
		return -errno;
	/* As for pipes. */
	if (geteuid() == 0 && fchown(slave, init->host_uid, (gid_t)-1) < 0)
		return -errno;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		(void)ioctl(slave, TIOCSWINSZ, &size); /* else it has no size, as a serial line */
	for (int i = 0; i <= 2; i++) {
		if (i == 2 && !isatty(STDERR_FILENO))
			break; /* a pipe */
		ends->std[i] = fcntl(slave, F_DUPFD_CLOEXEC, 3);
		if (ends->std[i] < 0)
			return -errno;
	}
	if (fcntl(master, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	ends->terminal = true;
	(void)add_stream(copy, STDIN_FILENO, master);
	(void)add_stream(copy, master, STDOUT_FILENO);
	return 0;
}

int attach_copy_open(const struct attach_init *init, bool terminal, struct attach_copy *copy,
		     struct attach_ends *ends, struct attach_error *error)
{
	sigset_t set;
	int r;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGQUIT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGWINCH);
	(void)sigprocmask(SIG_BLOCK, &set, NULL); /* fails for no set */
	copy->signalfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (copy->signalfd < 0)
		return attach_fail(error, -errno, "no signals");
	r = terminal ? open_terminal(init, copy, ends) : 0;
	if (r == 0 && ends->std[2] < 0)
		r = open_pipes(init, terminal, copy, ends);
	return r < 0 ? attach_fail(error, r, "cannot make %s for it",
				   terminal ? "a terminal" : "pipes")
		     : 0;
}

void attach_copy_close(struct attach_copy *copy)
{
	for (unsigned int i = 0; i < copy->n; i++) {
		if (copy->stream[i].close_from)
			cleanup_close(&copy->stream[i].from);
		if (copy->stream[i].close_to)
			cleanup_close(&copy->stream[i].to);
	}
	cleanup_close(&copy->masterfd);
	cleanup_close(&copy->signalfd);
}

/* --- The loop --------------------------------------------------------------------------- */

/* Nothing more goes this way. */
static void end_stream(struct attach_stream *s)
{
	s->ended = true;
	s->n = 0;
	if (s->close_to) {
		cleanup_close(&s->to);
		s->to = -EBADF;
	} else if (s->close_from) {
		/* Nobody reads it any more: the command gets SIGPIPE, as on the host. */
		cleanup_close(&s->from);
		s->from = -EBADF;
	}
}

static bool is_later(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void read_stream(struct attach_stream *s)
{
	ssize_t n = read(s->from, s->buf, sizeof(s->buf));

	if (n > 0) {
		s->at = 0;
		s->n = (size_t)n;
	} else if (!is_later(n)) {
		end_stream(s);
	}
}

static void write_stream(struct attach_stream *s)
{
	/* For no more than PIPE_BUF does a writable pipe, which may be blocking, not block. */
	size_t want = s->n - s->at < 4096 ? s->n - s->at : 4096;
	ssize_t n = write(s->to, s->buf + s->at, want);

	if (n > 0) {
		s->at += (size_t)n;
		if (s->at == s->n)
			s->n = 0;
	} else if (!is_later(n)) {
		end_stream(s);
	}
}

/* One turn, of at most wait_ms; true if a signal has come. */
static bool turn(struct attach_copy *copy, int wait_ms)
{
	struct pollfd fds[4] = { { .fd = copy->signalfd, .events = POLLIN } };

	for (unsigned int i = 0; i < copy->n; i++) {
		struct attach_stream *s = &copy->stream[i];

		fds[i + 1] = (struct pollfd){ .fd = s->ended ? -1
						    : s->n   ? s->to
							     : s->from,
					      .events = s->n ? POLLOUT : POLLIN };
	}
	if (poll(fds, copy->n + 1, wait_ms) <= 0)
		return false;
	for (unsigned int i = 0; i < copy->n; i++) {
		if (!fds[i + 1].revents)
			continue;
		if (copy->stream[i].n)
			write_stream(&copy->stream[i]);
		else
			read_stream(&copy->stream[i]);
	}
	return fds[0].revents != 0;
}

struct ending {
	int64_t kill_at; /* 0: nobody has asked */
	unsigned int asked;
};

/* Passes them on. */
static void take_signals(struct attach_copy *copy, pid_t pid, struct ending *e)
{
	struct signalfd_siginfo info;
	struct winsize size;

	while (read(copy->signalfd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		int number = (int)info.ssi_signo;

		if (number == SIGCHLD)
			continue; /* looked at in any case */
		if (number == SIGWINCH) {
			if (copy->masterfd >= 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
				(void)ioctl(copy->masterfd, TIOCSWINSZ, &size); /* it is a habit */
			continue;
		}
		(void)kill(pid, number); /* our child, not reaped yet */
		/* One who asks nicely may do so twice: timeout(1) does. */
		if ((number == SIGTERM || number == SIGHUP) && !e->kill_at)
			e->kill_at = attach_now_ms() + ATTACH_GRACE_SECONDS * INT64_C(1000);
		if ((number == SIGINT || number == SIGQUIT) && ++e->asked > 1)
			e->kill_at = attach_now_ms();
	}
}

/* TERM, HUP or the like: whoever reads what we write need not. */
static bool is_told_to_end(const struct attach_copy *copy)
{
	struct signalfd_siginfo info;

	while (read(copy->signalfd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGWINCH)
			return true;
	}
	return false;
}

/* What is there still, and no end: a daemon of the guest's may have the pipes for good. */
static void copy_rest_of(const struct attach_copy *copy, struct attach_stream *s)
{
	size_t n = 0;

	while (!s->ended) {
		struct pollfd p[2] = { { .fd = s->n ? s->to : s->from,
					 .events = s->n ? POLLOUT : POLLIN },
				       { .fd = copy->signalfd, .events = POLLIN } };

		if (poll(p, 2, s->n ? -1 : 0) < 0 && errno != EINTR)
			return;
		if (p[1].revents && is_told_to_end(copy))
			return;
		if (!p[0].revents && !s->n && !p[1].revents)
			return;
		if (p[0].revents && s->n) {
			write_stream(s);
		} else if (p[0].revents) {
			read_stream(s);
			n += s->n;
			if (n > REST_MAX)
				return;
		}
	}
}

static void copy_rest(struct attach_copy *copy)
{
	for (unsigned int i = 0; i < copy->n; i++) {
		if (copy->stream[i].from > 2)
			copy_rest_of(copy, &copy->stream[i]);
	}
}

static bool set_raw(struct termios *before)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, before) < 0)
		return false;
	raw = *before;
	cfmakeraw(&raw);
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

int attach_copy_run(struct attach_copy *copy, pid_t pid, const struct attach_cgroups *cgroups)
{
	struct ending ending = { 0, 0 };
	struct termios before;
	int status = 0;
	bool raw = copy->masterfd >= 0 && set_raw(&before);

	for (;;) {
		pid_t r;

		if (turn(copy, ending.kill_at ? 100 : 1000))
			take_signals(copy, pid, &ending);
		r = waitpid(pid, &status, WNOHANG);
		if (r == pid || (r < 0 && errno != EINTR))
			break;
		if (ending.kill_at && attach_now_ms() >= ending.kill_at) {
			(void)kill(pid, SIGKILL); /* our child, not reaped yet */
			attach_cgroups_thaw(cgroups, pid);
		}
	}
	copy_rest(copy);
	if (raw)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before); /* fails if it has gone */
	return status;
}
