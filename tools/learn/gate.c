/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See gate.h; the other end is hooks/learn-gate.c. */
#include "config.h"

#include "tools/learn/gate.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/proc.h"
#include "lib/span.h"

#define BACKLOG 4
#define SECONDS_MAX 5 /* a peer says its one word at once */

int gate_open(struct gate *ret)
{
	auto_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	uint64_t random[2];
	struct gate gate;

	if (fd < 0)
		return -errno;
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	(void)snprintf(gate.name, sizeof(gate.name), "lxc-harden-%016llx%016llx", /* fits */
		       (unsigned long long)random[0], (unsigned long long)random[1]);
	memcpy(address.sun_path + 1, gate.name, strlen(gate.name));
	if (bind(fd, (const struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(gate.name))) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return -errno;
	gate.fd = take_fd(&fd);
	*ret = gate;
	return 0;
}

void gate_close(struct gate *gate)
{
	cleanup_close(&gate->fd);
	gate->fd = -EBADF;
}

/*
 * The name stands in the process list, and in /proc/net/unix of a container that has the
 * host's network: so anybody can come, also root of a container without a user namespace of
 * its own.  LXC's hook is in our pid namespace, no process of a container is.
 */
static bool is_hook(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	bool same = false;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.uid != geteuid() ||
	    peer.pid <= 0)
		return false;
	auto_close int own = proc_open(0), theirs = proc_open(peer.pid);

	return own >= 0 && theirs >= 0 && proc_same_namespace(own, theirs, "pid", &same) == 0 &&
	       same;
}

int gate_accept(const struct gate *gate, pid_t *ret_init)
{
	const struct timeval limit = { .tv_sec = SECONDS_MAX };
	auto_close int fd = accept4(gate->fd, NULL, NULL, SOCK_CLOEXEC);
	char text[16];
	uint64_t pid;
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (!is_hook(fd))
		return -EAGAIN;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
		return -errno;
	n = recv(fd, text, sizeof(text), 0);
	if (n < 0)
		return -errno;
	if (span_parse_u64((struct span){ text, (size_t)n }, 10, INT32_MAX, &pid) < 0 || !pid)
		return -EAGAIN;
	*ret_init = (pid_t)pid;
	return take_fd(&fd);
}

void gate_answer(int fd, bool go)
{
	/* If the hook has gone, its start has failed already. */
	(void)send(fd, go ? "go" : "no", 2, MSG_NOSIGNAL);
	(void)close(fd); /* a socket */
}
