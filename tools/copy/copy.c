/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See copy.h. */
#include "config.h"

#include "tools/copy/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/rootfs.h"

/* A guest that writes without end must not take all memory from its neighbours. */
#define UPPER_OPTIONS "mode=0755,size=25%"

__attribute__((format(printf, 2, 3))) static int format_path(char buf[PATH_MAX], const char *format,
							     ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = vsnprintf(buf, PATH_MAX, format, args);
	va_end(args);
	return r < 0 || r >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int make_folder(const char *path, const struct stat *like)
{
	if (mkdir(path, 0755) < 0)
		return -errno;
	/* The upper layer's root stands for the tree's own. */
	if (like &&
	    (chown(path, like->st_uid, like->st_gid) < 0 || chmod(path, like->st_mode & 07777) < 0))
		return -errno;
	return 0;
}

/* lower is escaped for overlayfs already, and may be several layers. */
static int mount_overlay(const char *lower, const char *top, const char *dir, const char *name)
{
	char upper[PATH_MAX], work[PATH_MAX], target[PATH_MAX];
	auto_free char *options = NULL;
	struct stat st;
	int r;

	if (stat(top, &st) < 0)
		return -errno;
	r = format_path(upper, "%s/fs/%s.upper", dir, name);
	if (r == 0)
		r = format_path(work, "%s/fs/%s.work", dir, name);
	if (r == 0)
		r = format_path(target, "%s/%s", dir, name);
	if (r == 0)
		r = make_folder(upper, &st);
	if (r == 0)
		r = make_folder(work, NULL);
	if (r == 0)
		r = make_folder(target, NULL);
	if (r < 0)
		return r;
	if (asprintf(&options, "lowerdir=%s,upperdir=%s,workdir=%s", lower, upper, work) < 0) {
		options = NULL;
		return -ENOMEM;
	}
	return mount("prove", target, "overlay", 0, options) < 0 ? -errno : 0;
}

/* Colons and commas, and the backslash, mean something to overlayfs. */
char *prove_copy_escape(const char *path)
{
	char *text = malloc(strlen(path) * 2 + 1), *p = text;

	for (; text && *path; path++) {
		if (strchr(":,\\", *path))
			*p++ = '\\';
		*p++ = *path;
	}
	if (text)
		*p = '\0';
	return text;
}

static int copy_plain(const char *source, const char *dir, const char *name)
{
	auto_close int from = rootfs_open(source);
	auto_close int to = -EBADF;
	char made[PATH_MAX], target[PATH_MAX];
	int r = from < 0 ? from : format_path(made, "%s/fs/%s", dir, name);

	if (r == 0)
		r = format_path(target, "%s/%s", dir, name);
	if (r == 0)
		r = make_folder(made, NULL);
	if (r == 0)
		r = make_folder(target, NULL);
	if (r < 0)
		return r;
	to = open(made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (to < 0)
		return -errno;
	r = prove_copy_tree(from, to);
	if (r < 0)
		return r;
	return mount(made, target, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

static int copy_bind(const struct prove_bind *bind, const char *dir, const char *name)
{
	auto_free char *lower = NULL;
	char target[PATH_MAX];
	struct stat st;
	int r;

	if (bind->folder) {
		lower = prove_copy_escape(bind->source);
		return lower ? mount_overlay(lower, bind->source, dir, name) : -ENOMEM;
	}
	/*
	 * It was a regular file when the configuration was read.  Whoever can write to its folder
	 * may have put a device there since, which opening would set off.
	 */
	auto_close int pathfd = open(bind->source, O_PATH | O_CLOEXEC);
	auto_close int from = pathfd < 0 ? -errno : io_reopen_file(pathfd);

	if (from < 0)
		return from;
	r = format_path(target, "%s/%s", dir, name);
	if (r < 0)
		return r;
	if (fstat(from, &st) < 0)
		return -errno;
	auto_close int to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char buf[65536];
	ssize_t n;

	if (to < 0)
		return -errno;
	while ((n = read(from, buf, sizeof(buf))) > 0) {
		if (write(to, buf, (size_t)n) != n)
			return -EIO;
	}
	if (n < 0 || fchown(to, st.st_uid, st.st_gid) < 0 || fchmod(to, st.st_mode & 07777) < 0)
		return -errno;
	return 0;
}

int prove_copy_make(const struct prove_setup *setup, const char *dir, bool plain)
{
	char path[PATH_MAX], name[32];
	int r = make_folder(dir, NULL);

	if (r == 0)
		r = format_path(path, "%s/fs", dir);
	if (r == 0)
		r = make_folder(path, NULL);
	if (r < 0)
		return r;
	if (mount("prove", path, "tmpfs", 0, plain ? "mode=0755,size=60%" : UPPER_OPTIONS) < 0)
		return -errno;
	r = plain ? copy_plain(setup->rootfs, dir, "rootfs")
		  : mount_overlay(setup->lower, setup->rootfs, dir, "rootfs");
	for (size_t i = 0; r == 0 && i < setup->n_binds; i++) {
		(void)snprintf(name, sizeof(name), "bind%zu", i); /* sized to fit */
		r = copy_bind(&setup->binds[i], dir, name);
	}
	return r;
}

static void unmount(const char *dir, const char *name)
{
	char path[PATH_MAX];

	if (format_path(path, "%s/%s", dir, name) == 0) {
		/* Lazily: a process that is just dying may be in it. */
		(void)umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
		(void)rmdir(path);
	}
}

void prove_copy_remove(const struct prove_setup *setup, const char *dir)
{
	static const char *const files[] = { "config", "log", "console" };
	char path[PATH_MAX], name[32];

	for (size_t i = 0; i < setup->n_binds; i++) {
		(void)snprintf(name, sizeof(name), "bind%zu", i); /* sized to fit */
		unmount(dir, name);
		if (format_path(path, "%s/%s", dir, name) == 0)
			(void)unlink(path); /* if it was a file */
	}
	unmount(dir, "rootfs");
	unmount(dir, "fs");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (format_path(path, "%s/%s", dir, files[i]) == 0)
			(void)unlink(path);
	}
	/* Whatever is left goes with the room, which is a tmpfs. */
	(void)rmdir(dir);
}

static int64_t measure_folder(int fd, dev_t dev, unsigned int depth)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_closedir DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	int64_t sum = 0, r;
	struct stat st;

	if (!dir)
		return -errno;
	if (!depth)
		return -ELOOP;
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(copy, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		sum += st.st_blocks * 512 + 1024;
		if (!S_ISDIR(st.st_mode) || st.st_dev != dev)
			continue;
		auto_close int sub = openat(copy, entry->d_name,
					    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		r = sub < 0 ? -errno : measure_folder(sub, dev, depth - 1);
		if (r < 0)
			return r;
		sum += r;
	}
	return sum;
}

bool prove_copy_fits(int fd)
{
	struct sysinfo info;
	struct stat st;
	int64_t size = fstat(fd, &st) < 0 ? -errno : measure_folder(fd, st.st_dev, 128);

	return size >= 0 && sysinfo(&info) == 0 &&
	       (uint64_t)size < (uint64_t)info.totalram * info.mem_unit * 2 / 5;
}
