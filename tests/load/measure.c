/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * measure FILE WORD COMMAND...
 *
 * Runs COMMAND and adds a line to FILE: "WORD STATUS MILLISECONDS KIB FDS", where KIB is the
 * largest resident set of it and of its children, and FDS the most descriptors that it was seen
 * with; looked for every millisecond.  Status: that of COMMAND, 128 and the signal that killed
 * it, 125 if it cannot be run.
 */
#include "config.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CANNOT = 125 };

static long long now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* 0 when it has gone meanwhile. */
static unsigned int count_descriptors(pid_t pid)
{
	char path[64];
	const struct dirent *entry;
	unsigned int n = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid); /* fits */
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	(void)closedir(dir);
	return n;
}

static int watch(pid_t pid, struct rusage *ret_usage, unsigned int *ret_fds)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	unsigned int n;
	int status;
	pid_t r;

	*ret_fds = 0;
	while ((r = wait4(pid, &status, WNOHANG, ret_usage)) == 0) {
		n = count_descriptors(pid);
		if (n > *ret_fds)
			*ret_fds = n;
		(void)nanosleep(&pause, NULL);
	}
	if (r < 0)
		err(CANNOT, "cannot wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char *argv[])
{
	long long begin = now_ms();
	struct rusage usage;
	unsigned int fds;
	int out, status;
	pid_t pid;

	if (argc < 4)
		errx(CANNOT, "usage: measure FILE WORD COMMAND...");
	out = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (out < 0)
		err(CANNOT, "%s", argv[1]);
	pid = fork();
	if (pid < 0)
		err(CANNOT, "fork");
	if (pid == 0) {
		(void)execvp(argv[3], argv + 3);
		err(CANNOT, "%s", argv[3]);
	}
	status = watch(pid, &usage, &fds);
	/* By one call each: several of us write to one file. */
	if (dprintf(out, "%s %d %lld %ld %u\n", argv[2], status, now_ms() - begin, usage.ru_maxrss,
		    fds) < 0)
		err(CANNOT, "%s", argv[1]);
	return status;
}
