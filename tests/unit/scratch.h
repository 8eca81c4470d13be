/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scratch folder for a case, and hostile things in it; gone when the case ends. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tests/unit/tap.h"

static char scratch_path[64];

/* A new folder, as an open descriptor; its path is scratch_path. */
static TAP_UNUSED int scratch_new(void)
{
	int fd;

	(void)snprintf(scratch_path, sizeof(scratch_path), "/tmp/lxc-harden-test.XXXXXX");
	if (!mkdtemp(scratch_path)) {
		tap_where(__FILE__, __LINE__);
		printf("mkdtemp: %s\n", strerror(errno));
		exit(1);
	}
	/* The runner removes it. */
	memcpy(tap_state->scratch, scratch_path, sizeof(scratch_path));
	fd = open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		exit(1);
	return fd;
}

static TAP_UNUSED void scratch_fail(const char *what, const char *name)
{
	tap_where(__FILE__, __LINE__);
	printf("%s '%s': %s\n", what, name, strerror(errno));
	exit(1);
}

/* All folders of path that are missing. */
static TAP_UNUSED void scratch_mkdir(int dirfd, const char *path)
{
	char copy[4096];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *p = copy; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (mkdirat(dirfd, copy, 0755) < 0 && errno != EEXIST)
			scratch_fail("mkdir", copy);
		*p = '/';
	}
	if (mkdirat(dirfd, copy, 0755) < 0 && errno != EEXIST)
		scratch_fail("mkdir", copy);
}

static TAP_UNUSED void scratch_write(int dirfd, const char *path, const void *data, size_t n)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, data, n) != (ssize_t)n || close(fd) < 0)
		scratch_fail("write", path);
}

static TAP_UNUSED void scratch_link(int dirfd, const char *path, const char *text)
{
	if (symlinkat(text, dirfd, path) < 0)
		scratch_fail("symlink", path);
}

static TAP_UNUSED void scratch_fifo(int dirfd, const char *path)
{
	if (mkfifoat(dirfd, path, 0644) < 0)
		scratch_fail("mkfifo", path);
}

static TAP_UNUSED void scratch_files(int dirfd, const char *path, const char *prefix,
				     unsigned int n)
{
	int fd;

	scratch_mkdir(dirfd, path);
	fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (unsigned int i = 0; i < n; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "%s%u", prefix, i);
		if (mknodat(fd, name, S_IFREG | 0644, 0) < 0)
			scratch_fail("mknod", name);
	}
	(void)close(fd);
}

/* How many names are in the folder, "." and ".." not counted. */
static TAP_UNUSED int scratch_count(int dirfd)
{
	DIR *dir = fdopendir(openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	int n = -2;

	if (!dir)
		return -1;
	while (readdir(dir))
		n++;
	(void)closedir(dir);
	return n;
}

/* How many descriptors this process has open. */
static TAP_UNUSED int scratch_open_fds(void)
{
	int fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), n = scratch_count(fd);

	(void)close(fd);
	return n - 2; /* those two */
}

/*
 * A mount namespace of the case's own, from which nothing reaches the host.  True, or
 * false and the case is skipped.
 */
static TAP_UNUSED bool scratch_unshare(int more_flags)
{
	if (tap_needs_root())
		return false;
	if (unshare(CLONE_NEWNS | more_flags) < 0) {
		tap_skip("no new namespaces: %s", strerror(errno));
		return false;
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		tap_skip("cannot make mounts private: %s", strerror(errno));
		return false;
	}
	return true;
}

/* A file system type that this kernel has; mounting it on path.  Else the case is skipped. */
static TAP_UNUSED bool scratch_mount(const char *type, const char *path, const char *options)
{
	if (mount(type, path, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, options) == 0)
		return true;
	tap_skip("cannot mount %s: %s", type, strerror(errno));
	return false;
}

#endif
