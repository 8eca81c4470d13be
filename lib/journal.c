/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See journal.h. */
#include "config.h"

#include "lib/journal.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_close int fd = -EBADF;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path); /* both short */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(&fd);
}

struct journal journal_open(void)
{
	struct journal j = { .kind = JOURNAL_NATIVE };

	j.fd = connect_to("/run/systemd/journal/socket");
	if (j.fd >= 0)
		return j;
	j.kind = JOURNAL_SYSLOG;
	j.fd = connect_to("/dev/log");
	if (j.fd >= 0)
		return j;
	return (struct journal){ .fd = -EBADF, .kind = JOURNAL_NONE };
}

void journal_done(struct journal *j)
{
	cleanup_close(&j->fd);
	*j = (struct journal){ .fd = -EBADF, .kind = JOURNAL_NONE };
}

int journal_send(const struct journal *j, enum journal_priority priority, const char *program,
		 const char *container, const char *message)
{
	enum { FACILITY_DAEMON = 3 << 3 };
	char text[2048] = "";
	struct emit e = EMIT_INIT(text);

	if (j->kind == JOURNAL_NONE)
		return -ENOTCONN;
	if (j->kind == JOURNAL_NATIVE)
		emit_printf(&e,
			    "PRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=%s\n"
			    "LXC_CONTAINER=%s\nMESSAGE=%s: %s\n",
			    priority, FACILITY_DAEMON >> 3, program, container, container, message);
	else
		emit_printf(&e, "<%d>%s[%d]: %s: %s", FACILITY_DAEMON | priority, program,
			    (int)getpid(), container, message);
	/* The journal drops a field that no newline ends, and with it the message. */
	if (e.full && j->kind == JOURNAL_NATIVE)
		text[e.len - 1] = '\n';
	if (send(j->fd, text, e.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -errno;
	return 0;
}
