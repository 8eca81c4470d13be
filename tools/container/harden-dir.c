/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See harden-dir.h. */
#include "config.h"

#include "tools/container/harden-dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/span.h"
#include "tools/container/replace.h"

int harden_dir_open(int dirfd, bool make, bool *ret_made)
{
	bool made = false;
	int fd;

	if (make && mkdirat(dirfd, HARDEN_DIR, 0755) == 0)
		made = true;
	else if (make && errno != EEXIST)
		return -errno;
	fd = openat(dirfd, HARDEN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* The umask took its part; the mapped root of the container has to come by. */
	if (made && (fchmod(fd, 0755) < 0 || fsync(dirfd) < 0)) {
		int r = -errno;

		(void)close(fd);				 /* a folder */
		(void)unlinkat(dirfd, HARDEN_DIR, AT_REMOVEDIR); /* the first error is told */
		return r;
	}
	*ret_made = made;
	return fd;
}

int harden_dir_find(const char *lxcpath, const char *name, int flags)
{
	auto_close int pathfd = open(lxcpath, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int dirfd = -EBADF;
	bool made;

	if (pathfd < 0)
		return -errno;
	dirfd = openat(pathfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
	return dirfd < 0 ? -errno : harden_dir_open(dirfd, false, &made);
}

bool harden_dir_is_safe(int dirfd, int fd)
{
	struct stat above, st;

	return fstat(dirfd, &above) == 0 && fstat(fd, &st) == 0 &&
	       (st.st_uid == geteuid() || st.st_uid == above.st_uid) &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH));
}

/* As io_write_file_at() names what it writes, ".NAME.PID", and by no process that goes on. */
static bool is_left_behind(const char *entry)
{
	static const char *const names[] = { HARDEN_AUDIT, HARDEN_HISTORY, HARDEN_RECORD,
					     HARDEN_PROOF, HARDEN_TRIES };
	const char *number = strrchr(entry, '.');
	char *end;
	long pid;

	if (entry[0] != '.' || !number || number == entry || number[1] < '1' || number[1] > '9')
		return false;
	pid = strtol(number + 1, &end, 10);
	if (*end || pid > INT_MAX)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span name = { entry + 1, (size_t)(number - entry) - 1 };

		if (span_is(name, names[i]))
			return kill((pid_t)pid, 0) < 0 && errno == ESRCH;
	}
	return false;
}

static int tidy_replaced(int fd)
{
	static const struct replace files[] = { { .name = HARDEN_CONF, .step = "new" },
						{ .name = HARDEN_POLICY, .step = "new" },
						{ .name = HARDEN_POLICY, .step = "between" } };

	int r = 0;

	/* One that stays is no reason to leave the others. */
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int error = replace_tidy(fd, &files[i]);

		if (r == 0)
			r = error;
	}
	return r;
}

/* A stream of its own position: 0 or -errno. */
static int open_stream(int fd, DIR **ret)
{
	auto_close int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*ret = copy < 0 ? NULL : fdopendir(copy);
	if (!*ret)
		return -errno;
	(void)take_fd(&copy); /* the stream's now */
	return 0;
}

/* What a writer left that was killed. */
static int tidy_temporary(int fd)
{
	auto_closedir DIR *dir = NULL;
	const struct dirent *entry;
	int r = open_stream(fd, &dir);

	if (r < 0 || !dir)
		return r;
	while ((entry = readdir(dir))) {
		if (is_left_behind(entry->d_name) && unlinkat(fd, entry->d_name, 0) < 0 &&
		    errno != ENOENT && r == 0)
			r = -errno;
	}
	return r;
}

/* What generate names: sixteen hexadecimal digits. */
static bool is_profile(const char *name)
{
	return strspn(name, "0123456789abcdef") == 16 && strcmp(name + 16, ".seccomp") == 0;
}

int harden_dir_remove_profiles(int fd, bool dry, unsigned int *n)
{
	auto_closedir DIR *dir = NULL;
	const struct dirent *entry;
	int r = open_stream(fd, &dir);

	if (r < 0 || !dir)
		return r;
	while (r >= 0 && (entry = readdir(dir))) {
		if (!is_profile(entry->d_name))
			continue;
		r = dry ? 1 : harden_dir_unlink(fd, entry->d_name);
		*n += r > 0;
	}
	return r < 0 ? r : 0;
}

int harden_dir_tidy(int fd)
{
	/* The first error is told; neither keeps the other from its work. */
	int r = tidy_replaced(fd), r2 = tidy_temporary(fd);

	return r < 0 ? r : r2;
}

int harden_dir_unlink(int fd, const char *name)
{
	if (unlinkat(fd, name, 0) == 0)
		return 1;
	return errno == ENOENT ? 0 : -errno;
}
