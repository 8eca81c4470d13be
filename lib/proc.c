/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See proc.h. */
#include "config.h"

#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

int proc_open(pid_t pid)
{
	char path[sizeof("/proc/") + 11] = "/proc/self";
	int fd;

	if (pid < 0)
		return -EINVAL;
	if (pid)
		(void)snprintf(path, sizeof(path), "/proc/%d", (int)pid); /* sized to fit */
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool proc_knows_other_pid(void)
{
	char text[16];
	ssize_t n = readlink("/proc/self", text, sizeof(text));
	uint64_t pid;

	return n > 0 && span_parse_u64((struct span){ text, (size_t)n }, 10, INT_MAX, &pid) == 0 &&
	       pid != (uint64_t)getpid();
}

int proc_read(int procfd, const char *name, char **ret_text, size_t *ret_size)
{
	return io_read_file_at(procfd, name, PROC_TEXT_MAX, ret_text, ret_size);
}

int proc_read_own_cgroup(char **ret_text, size_t *ret_size)
{
	auto_close int fd = open("/proc/self/cgroup",
				 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? -errno : io_read_fd(fd, PROC_TEXT_MAX, ret_text, ret_size);
}

int proc_read_status(int procfd, struct procstatus *ret)
{
	auto_free char *text = NULL;
	size_t size;
	int r;

	r = proc_read(procfd, "status", &text, &size);
	if (r < 0)
		return r;
	return procstatus_parse((struct span){ text, size }, ret);
}

int proc_same_namespace(int procfd_a, int procfd_b, const char *kind, bool *ret)
{
	struct stat a, b;
	char name[32];
	int r;

	r = snprintf(name, sizeof(name), "ns/%s", kind);
	if (r < 0 || (size_t)r >= sizeof(name))
		return -EINVAL;
	/* Following the link is the point: it leads to the namespace itself (namespaces(7)). */
	if (fstatat(procfd_a, name, &a, 0) < 0 || fstatat(procfd_b, name, &b, 0) < 0)
		return -errno;
	*ret = a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	return 0;
}
