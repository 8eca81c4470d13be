/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See io.h. */
#include "config.h"

#include "lib/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/span.h"

int io_reopen_file(int pathfd)
{
	char path[sizeof("/proc/self/fd/") + 11];
	struct stat st;
	int r;

	if (fstat(pathfd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", pathfd); /* sized to fit */
	/* Not waiting: somebody's lease (fcntl(2)) could hold us up for 45 seconds. */
	r = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return r < 0 ? -errno : r;
}

/* Of the kernel's own making: no FIFO, no device, and no name that a guest chose. */
static bool is_kernel_folder(int dirfd)
{
	struct statfs fs;

	return fstatfs(dirfd, &fs) == 0 &&
	       (fs.f_type == PROC_SUPER_MAGIC || fs.f_type == CGROUP_SUPER_MAGIC ||
		fs.f_type == CGROUP2_SUPER_MAGIC);
}

/* One open instead of two; O_NONBLOCK in case something was mounted over that name. */
static int open_kernel_file(int dirfd, const char *name)
{
	auto_close int fd =
		openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return errno == ELOOP ? -EINVAL : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? take_fd(&fd) : -EINVAL;
}

int io_open_file_at(int dirfd, const char *name)
{
	auto_close int fd = -EBADF;

	/* With a slash it may lead out, through /proc/PID/root. */
	if (!strchr(name, '/') && is_kernel_folder(dirfd))
		return open_kernel_file(dirfd, name);
	fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : io_reopen_file(fd);
}

static int grow(char **text, size_t *size, size_t limit)
{
	size_t next = *size ? *size * 2 : 4096;
	char *p;

	if (next > limit + 1)
		next = limit + 1;
	p = realloc(*text, next + 1);
	if (!p)
		return -ENOMEM;
	*text = p;
	*size = next;
	return 0;
}

int io_read_fd(int fd, size_t limit, char **ret_text, size_t *ret_size)
{
	auto_free char *text = NULL;
	size_t size = 0, n = 0;
	int r;

	for (;;) {
		ssize_t got;

		if (n == size) {
			r = grow(&text, &size, limit);
			if (r < 0)
				return r;
		}
		got = read(fd, text + n, size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		n += (size_t)got;
		if (n > limit)
			return -EFBIG;
	}
	text[n] = '\0';
	*ret_text = take_ptr(&text);
	*ret_size = n;
	return 0;
}

int io_read_file_at(int dirfd, const char *name, size_t limit, char **ret_text, size_t *ret_size)
{
	auto_close int fd = io_open_file_at(dirfd, name);

	return fd < 0 ? fd : io_read_fd(fd, limit, ret_text, ret_size);
}

int io_write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t r = write(fd, p, size);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		p += r;
		size -= (size_t)r;
	}
	return 0;
}

static int fill_new_file(int fd, const void *data, size_t size, mode_t mode, bool flush)
{
	int r = io_write_all(fd, data, size);

	if (r < 0)
		return r;
	/* open(2) applied the umask; the mode asked for is the one that counts. */
	if (fchmod(fd, mode) < 0 || (flush && fsync(fd) < 0))
		return -errno;
	return 0;
}

static int write_file(int dirfd, const char *name, struct span data, mode_t mode, bool flush)
{
	char temporary[NAME_MAX + 1];
	auto_close int folderfd = -EBADF;
	auto_close int fd = -EBADF;
	int r;

	r = snprintf(temporary, sizeof(temporary), ".%s.%d", name, (int)getpid());
	if (r < 0 || (size_t)r >= sizeof(temporary))
		return -ENAMETOOLONG;
	/* To flush it later: dirfd may be an O_PATH one, which fsync(2) refuses. */
	if (flush) {
		folderfd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (folderfd < 0)
			return -errno;
	}
	/* Left by a process of the same number that was killed: nobody else's by its name. */
	if (unlinkat(dirfd, temporary, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(dirfd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fill_new_file(fd, data.p, data.n, mode, flush);
	if (r == 0 && renameat(dirfd, temporary, dirfd, name) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(dirfd, temporary, 0); /* the first error is the one to tell */
		return r;
	}
	return flush && fsync(folderfd) < 0 ? -errno : 0;
}

int io_write_file_at(int dirfd, const char *name, const void *data, size_t size, mode_t mode)
{
	return write_file(dirfd, name, (struct span){ data, size }, mode, true);
}

int io_write_passing_at(int dirfd, const char *name, const void *data, size_t size, mode_t mode)
{
	return write_file(dirfd, name, (struct span){ data, size }, mode, false);
}

void io_close_from(int first)
{
	enum { NR_CLOSE_RANGE = 436, MANY = 65536 };
	long max = sysconf(_SC_OPEN_MAX);

	if (syscall(NR_CLOSE_RANGE, (unsigned int)first, ~0U, 0) == 0)
		return;
	/* Before Linux 5.9.  A limit that was lowered since hides what is above it. */
	if (max < MANY)
		max = MANY;
	for (int fd = first; fd < max && fd < 16 * MANY; fd++)
		(void)close(fd); /* most are not open */
}
