/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moves each lxc-harden that has the caller's ids into a cgroup of the caller's, over and over:
 *
 *   freeze-all /sys/fs/cgroup/freezer/MINE/cgroup.procs
 *
 * Prints the pid of each that the kernel let it move, until it is killed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_wanted(const char *pid)
{
	char path[64], comm[32] = "";
	struct stat st;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%s/status", pid);
	/* A process that hides its memory shows root as owner here, so the status is read. */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (fstat(fd, &st) < 0 || read(fd, comm, sizeof(comm) - 1) < 0)
		comm[0] = '\0';
	(void)close(fd);
	return strncmp(comm, "Name:\tlxc-harden\n", 17) == 0;
}

int main(int argc, char *argv[])
{
	int fd = argc == 2 ? open(argv[1], O_WRONLY | O_CLOEXEC) : -1;
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	if (fd < 0 || !proc)
		return 1;
	for (;; rewinddir(proc)) {
		while ((entry = readdir(proc))) {
			const char *pid = entry->d_name;

			if (pid[0] < '1' || pid[0] > '9' || !is_wanted(pid))
				continue;
			/* Root's own is refused. */
			if (write(fd, pid, strlen(pid)) > 0) {
				printf("%s\n", pid);
				(void)fflush(stdout);
			}
		}
	}
}
