/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The start-host hook that "lxc-harden learn" and "trace" give to one start of a container,
 * on the command line of lxc-start and never in a configuration.  It tells the recorder the
 * container's first process, which waits for LXC's word to execute init, and returns when
 * that process is being watched: so init's first instruction is seen.
 *
 *	learn-gate SOCKET [NAME lxc start-host]
 *
 * SOCKET is an abstract unix socket's name, which vanishes with the recorder.  Exit: 0 watched,
 * or nobody records any more (a reboot later on); 1 the recorder is there and cannot, which
 * ends the start; 2 misuse.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hooks/hook.h"
#include "lib/cleanup.h"
#include "lib/span.h"

#define SECONDS_MAX 30 /* the recorder answers at once; LXC would wait for us for ever */
#define ANSWER_GO "go"

static int fail(const char *what, int error)
{
	/* One call, see lxc.container.conf(5): LXC reads a hook's output in pieces. */
	printf("learn-gate: %s: %s\n", what, strerror(error));
	return 1;
}

static int set_address(const char *name, struct sockaddr_un *address, socklen_t *ret_size)
{
	size_t n = strlen(name);

	if (!n || n >= sizeof(address->sun_path) - 1)
		return -ENAMETOOLONG;
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path + 1, name, n); /* the NUL before it: abstract, unix(7) */
	*ret_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n);
	return 0;
}

/* Anybody may have taken the name once the recorder has gone. */
static int check_peer(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	return peer.uid == geteuid() ? 0 : -ECONNREFUSED;
}

static int open_gate(const char *name)
{
	const struct timeval limit = { .tv_sec = SECONDS_MAX };
	struct sockaddr_un address;
	socklen_t size;
	auto_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int r = set_address(name, &address, &size);

	if (fd < 0)
		return -errno;
	if (r < 0)
		return r;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
	    connect(fd, (const struct sockaddr *)&address, size) < 0)
		return -errno;
	r = check_peer(fd);
	return r < 0 ? r : take_fd(&fd);
}

static int ask(int fd, const char *pid)
{
	char answer[16] = "";
	ssize_t n;

	if (send(fd, pid, strlen(pid), MSG_NOSIGNAL) < 0)
		return -errno;
	n = recv(fd, answer, sizeof(answer) - 1, 0);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ECONNRESET;
	return strcmp(answer, ANSWER_GO) == 0 ? 0 : -ECANCELED;
}

int main(int argc, char *argv[])
{
	const char *pid = getenv("LXC_PID");
	auto_close int fd = -EBADF;
	uint64_t number;
	int r;

	/*
	 * Else the socket may become one of the standard descriptors, and the recorder gets what we
	 * print for LXC.
	 */
	(void)hook_init("learn-gate");
	if (argc < 2 || !pid || span_parse_u64(span_of(pid), 10, INT32_MAX, &number) < 0 ||
	    !number) {
		printf("learn-gate: run by LXC for lxc-harden learn, see lxc-harden-learn(8)\n");
		return 2;
	}
	fd = open_gate(argv[1]);
	if (fd == -ECONNREFUSED || fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fail("cannot reach the recorder", -fd);
	r = ask(fd, pid);
	return r < 0 ? fail("the recorder does not watch", -r) : 0;
}
