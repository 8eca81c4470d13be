/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/learn/gate: who is let in to name the process that is to be watched. */
#include "config.h"

#include "tools/learn/gate.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tests/unit/tap.h"

/* As learn-gate: says a number and waits for an answer.  0: "go". */
static int knock(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	char answer[16] = "";

	memcpy(address.sun_path + 1, name, strlen(name));
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, size) < 0 ||
	    send(fd, "4321", 4, MSG_NOSIGNAL) != 4)
		return 2;
	return recv(fd, answer, sizeof(answer) - 1, 0) == 2 && strcmp(answer, "go") == 0 ? 0 : 1;
}

/* What gate_accept() says of a child that has prepared itself; its status in *ret_status. */
static int accept_child(int (*prepare)(void), pid_t *ret_init, int *ret_status)
{
	struct gate gate = { .fd = -EBADF };
	struct pollfd p;
	int r = gate_open(&gate);
	pid_t pid;

	if (r < 0)
		return r;
	pid = fork();
	if (pid == 0) {
		if (prepare() < 0)
			_exit(3);
		_exit(knock(gate.name));
	}
	p = (struct pollfd){ .fd = gate.fd, .events = POLLIN };
	(void)poll(&p, 1, 5000);
	r = gate_accept(&gate, ret_init);
	if (r >= 0)
		gate_answer(r, true);
	gate_close(&gate);
	(void)waitpid(pid, ret_status, 0);
	return r;
}

static int be_hook(void)
{
	return 0;
}

static void test_hook(void)
{
	pid_t init = 0;
	int status = -1;

	CHECK(accept_child(be_hook, &init, &status) >= 0);
	CHECK_INT(init, 4321);
	CHECK_INT(status, 0);
}

static int be_user(void)
{
	return setresuid(54321, 54321, 54321);
}

static void test_user(void)
{
	pid_t init = 0;
	int status = -1;

	if (tap_needs_root())
		return;
	CHECK_INT(accept_child(be_user, &init, &status), -EAGAIN);
	CHECK_INT(init, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) && WEXITSTATUS(status) < 3); /* no "go" */
}

/* Our user id and our network, as root of a privileged container may have. */
static int be_guest(void)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		return 0;
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		_exit(3);
	_exit(WEXITSTATUS(status));
}

static void test_guest(void)
{
	pid_t init = 0;
	int status = -1;

	if (tap_needs_root())
		return;
	CHECK_INT(accept_child(be_guest, &init, &status), -EAGAIN);
	CHECK_INT(init, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) && WEXITSTATUS(status) < 3); /* no "go" */
}

TAP_MAIN({ "a hook", test_hook }, { "another user", test_user },
	 { "root of another pid namespace", test_guest })
