/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See lock.h. */
#include "config.h"

#include "tools/container/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include "lib/cleanup.h"

#define LOCK_SECONDS 30

/* Waits, but not for ever: whoever can read the folder can hold the lock. */
static int lock(int fd)
{
	const struct timespec pause = { 0, 50000000 };

	for (int i = 0; i < LOCK_SECONDS * 20; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		(void)nanosleep(&pause, NULL); /* cut short by a signal: asked again sooner */
	}
	return -EBUSY;
}

int container_lock(const char *lxcpath, const char *name)
{
	auto_close int pathfd = open(lxcpath, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int fd = -EBADF;
	int r;

	if (pathfd < 0)
		return -errno;
	fd = openat(pathfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = lock(fd);
	return r < 0 ? r : take_fd(&fd);
}
