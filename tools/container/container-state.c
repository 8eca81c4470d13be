/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See containers.h: whether a container runs, and which process is its init. */
#include "config.h"

#include "tools/container/containers.h"

#include <errno.h>
#include <inttypes.h>
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "lib/cleanup.h"

/* FNV-1a, by which LXC names a socket whose path is too long for a name. */
static uint64_t hash(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++) {
		h ^= (unsigned char)*text;
		h *= UINT64_C(0x100000001b3);
	}
	return h;
}

/* The abstract socket on which LXC's monitor takes commands; the length of the address. */
static socklen_t get_address(const struct container *c, struct sockaddr_un *ret)
{
	char path[8192];
	size_t room = sizeof(ret->sun_path) - 1;
	int n = snprintf(path, sizeof(path), "%s/%s/command", c->lxcpath, c->name);

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (n < 0 || (size_t)n >= sizeof(path))
		return 0;
	if ((size_t)n >= room) {
		path[(size_t)n - strlen("/command")] = '\0';
		n = snprintf(ret->sun_path + 1, room, "lxc/%016" PRIx64 "/command", hash(path));
	} else {
		memcpy(ret->sun_path + 1, path, (size_t)n);
	}
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

/* Who listens on it, by whoever called listen(2): 0, or -errno if nobody does. */
static int find_listener(const struct container *c, uid_t *ret_uid)
{
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address;
	socklen_t size = get_address(c, &address);
	struct ucred peer;
	socklen_t n = sizeof(peer);

	if (!size)
		return -ENAMETOOLONG;
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, size) < 0)
		return -errno; /* -EAGAIN: there is, with a full backlog, and does not say who */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) < 0)
		return -errno;
	*ret_uid = peer.uid;
	return 0;
}

bool containers_is_running(const struct container *c)
{
	uid_t uid = 0;

	return find_listener(c, &uid) == 0 && (uid == 0 || uid == c->owner.uid);
}

bool containers_find_impostor(const struct container *c, uid_t *ret_uid)
{
	uid_t uid = (uid_t)-1; /* who does not answer is not told */
	int r = find_listener(c, &uid);

	*ret_uid = uid;
	return r == -EAGAIN || (r == 0 && uid != 0 && uid != c->owner.uid);
}

enum containers_state containers_find_init(const struct container *c, pid_t *ret_pid)
{
	struct lxc_container *lxc = lxc_container_new(c->name, c->lxcpath);
	enum containers_state state = CONTAINERS_RUNNING;
	const char *word;

	*ret_pid = 0;
	if (!lxc)
		return state; /* somebody listens */
	word = lxc->state(lxc);
	if (!word || strcmp(word, "STOPPED") == 0)
		state = CONTAINERS_STOPPED;
	else if (strcmp(word, "FROZEN") == 0)
		state = CONTAINERS_FROZEN;
	if (state != CONTAINERS_STOPPED)
		*ret_pid = lxc->init_pid(lxc);
	if (*ret_pid < 0)
		*ret_pid = 0;
	(void)lxc_container_put(lxc); /* says only whether it was freed */
	return state;
}
