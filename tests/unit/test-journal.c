/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/journal, with sockets of the case's own in the places of the host's. */
#include "config.h"

#include "lib/journal.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "lib/cleanup.h"
#include "tests/unit/scratch.h"

/* Empty /run and /dev in a mount namespace of the case's own. */
static bool hide_logs(void)
{
	return scratch_unshare(0) && scratch_mount("tmpfs", "/run", NULL) &&
	       scratch_mount("tmpfs", "/dev", NULL);
}

static int listen_on(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		scratch_fail("bind", path);
	return fd;
}

static int listen_native(void)
{
	(void)mkdir("/run/systemd", 0755);
	(void)mkdir("/run/systemd/journal", 0755);
	return listen_on("/run/systemd/journal/socket");
}

static char received[8192];

static const char *receive(int fd)
{
	ssize_t n = recv(fd, received, sizeof(received) - 1, 0);

	received[n > 0 ? n : 0] = '\0';
	return received;
}

static void test_native(void)
{
	struct journal j;
	int fd, syslog;

	if (!hide_logs())
		return;
	fd = listen_native();
	syslog = listen_on("/dev/log");
	j = journal_open();
	CHECK_INT(j.kind, JOURNAL_NATIVE);
	CHECK_INT(fcntl(j.fd, F_GETFD), FD_CLOEXEC);
	CHECK_INT(journal_send(&j, JOURNAL_WARNING, "prog", "web", "it = so"), 0);
	CHECK_STR(receive(fd), "PRIORITY=4\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=prog\n"
			       "LXC_CONTAINER=web\nMESSAGE=web: it = so\n");
	CHECK_STR(receive(syslog), "");
	journal_done(&j);
	CHECK_INT(j.fd, -EBADF);
	CHECK_INT(journal_send(&j, JOURNAL_ERR, "prog", "web", "x"), -ENOTCONN);
	journal_done(&j);
}

static void test_syslog(void)
{
	char want[100];
	struct journal j;
	int fd;

	if (!hide_logs())
		return;
	fd = listen_on("/dev/log");
	/* A journal's socket that nobody listens on. */
	(void)close(listen_native());
	j = journal_open();
	CHECK_INT(j.kind, JOURNAL_SYSLOG);
	CHECK_INT(journal_send(&j, JOURNAL_ERR, "prog", "web", "message"), 0);
	(void)snprintf(want, sizeof(want), "<27>prog[%d]: web: message", (int)getpid());
	CHECK_STR(receive(fd), want);
	journal_done(&j);
}

static void test_none(void)
{
	int fds = scratch_open_fds();
	struct journal j;

	if (!hide_logs())
		return;
	j = journal_open();
	CHECK_INT(j.kind, JOURNAL_NONE);
	CHECK_INT(j.fd, -EBADF);
	CHECK_INT(journal_send(&j, JOURNAL_INFO, "prog", "web", "x"), -ENOTCONN);
	journal_done(&j);
	CHECK_INT(scratch_open_fds(), fds);
}

/* The journal ignores a field that has no newline: a cut message must still end in one. */
static void test_long(void)
{
	char message[5000];
	struct journal j;
	size_t n;
	int fd;

	if (!hide_logs())
		return;
	memset(message, 'm', sizeof(message));
	message[sizeof(message) - 1] = '\0';
	fd = listen_native();
	j = journal_open();
	CHECK_INT(journal_send(&j, JOURNAL_INFO, "prog", "web", message), 0);
	n = strlen(receive(fd));
	CHECK(n > 1000 && n < 2048);
	CHECK(strstr(received, "\nMESSAGE=web: mmmmm"));
	CHECK(n && received[n - 1] == '\n');
}

/* Nobody reads: the sender is told so, at once. */
static void test_full(void)
{
	struct journal j;
	int fd, r = 0;
	double start = tap_now();

	if (!hide_logs())
		return;
	fd = listen_native();
	j = journal_open();
	(void)alarm(5);
	for (int i = 0; i < 100000 && r == 0; i++)
		r = journal_send(&j, JOURNAL_INFO, "prog", "web", "message");
	CHECK_INT(r, -EAGAIN);
	CHECK(tap_now() - start < 2);
	(void)close(fd);
	/* It has gone meanwhile: no signal. */
	CHECK_INT(journal_send(&j, JOURNAL_INFO, "prog", "web", "message"), -ECONNREFUSED);
}

TAP_MAIN({ "the journal", test_native }, { "syslog", test_syslog }, { "no log at all", test_none },
	 { "a message that is too long", test_long }, { "a log that nobody reads", test_full })
