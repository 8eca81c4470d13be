/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See path-stranger.h. */
#include "config.h"

#include "tools/container/path-stranger.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <pwd.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/span.h"

#define LINKS_MAX 40 /* as the kernel has it: path_resolution(7) */

static bool others_write(const struct stat *st)
{
	return st->st_mode & S_IWOTH;
}

/* In a sticky folder only the owner of a file, or of the folder, renames or removes it. */
static bool is_strange(struct path_stranger *at, uid_t user, bool groups)
{
	const struct stat *st = &at->st;

	at->owns = st->st_uid != 0 && st->st_uid != user;
	if (at->owns)
		return true;
	if (S_ISLNK(st->st_mode) || (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX)))
		return false;
	return others_write(st) ||
	       (groups && (st->st_mode & S_IWGRP) && st->st_gid != 0 && st->st_gid != (gid_t)user);
}

static bool is_of_mapped_root(const struct stat *st, uid_t user, const char *container)
{
	struct stat own;

	if (!container || lstat(container, &own) < 0 || own.st_dev != st->st_dev ||
	    own.st_ino != st->st_ino || !S_ISDIR(st->st_mode) || others_write(st))
		return false;
	return !getpwuid(st->st_uid) && (!(st->st_mode & S_IWGRP) || st->st_gid == 0 ||
					 st->st_gid == (gid_t)user || !getgrgid(st->st_gid));
}

static void go_up(char path[PATH_MAX])
{
	char *slash = strrchr(path, '/');

	slash[slash == path] = '\0'; /* "/" stays */
}

static bool go_down(char path[PATH_MAX], struct span name)
{
	size_t n = strlen(path), slash = n > 1;

	if (n + slash + name.n >= PATH_MAX)
		return false;
	path[n] = '/';
	memcpy(path + n + slash, name.p, name.n);
	path[n + slash + name.n] = '\0';
	return true;
}

/* Those of proc, as /proc/PID/root, lead where their text does not tell. */
static bool is_magic(const char *path)
{
	auto_close int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;

	return fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type == PROC_SUPER_MAGIC;
}

/* What is still to go, for a link at path: its target comes before that. */
static bool follow(char path[PATH_MAX], char rest[PATH_MAX])
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target));
	size_t left = strlen(rest);

	if (n <= 0 || (size_t)n + 1 + left >= PATH_MAX || is_magic(path))
		return false;
	memmove(rest + n + 1, rest, left + 1);
	memcpy(rest, target, (size_t)n);
	rest[n] = '/';
	if (rest[0] == '/')
		path[1] = '\0';
	else
		go_up(path);
	return true;
}

/* Takes the next name off: false at the end. */
static bool next(char rest[PATH_MAX], char name[NAME_MAX + 1])
{
	size_t begin = strspn(rest, "/"), n = strcspn(rest + begin, "/");

	if (n > NAME_MAX)
		return false; /* the kernel does not know such a name */
	memcpy(name, rest + begin, n);
	name[n] = '\0';
	memmove(rest, rest + begin + n, strlen(rest + begin + n) + 1);
	return n > 0;
}

bool path_find_stranger(const char *path, uid_t user, bool groups, const char *container,
			struct path_stranger *ret)
{
	char rest[PATH_MAX], name[NAME_MAX + 1];
	struct stat folder = { 0 };
	unsigned int links = 0;

	if (path[0] != '/' || span_copy(span_of(path), rest, sizeof(rest)) < 0)
		return false;					     /* nobody gets there */
	(void)span_copy(span_of("/"), ret->path, sizeof(ret->path)); /* fits */
	for (;;) {
		if (lstat(ret->path, &ret->st) < 0) {
			if (errno != ENOENT || !others_write(&folder))
				return false;
			go_up(ret->path);
			ret->st = folder;
			return true;
		}
		if (is_strange(ret, user, groups) && !is_of_mapped_root(&ret->st, user, container))
			return true;
		if (S_ISLNK(ret->st.st_mode)) {
			if (links++ == LINKS_MAX)
				return false;
			if (!follow(ret->path, rest)) {
				ret->st = (struct stat){ 0 };
				return true;
			}
			continue;
		}
		folder = ret->st;
		if (!next(rest, name))
			return false;
		if (strcmp(name, "..") == 0)
			go_up(ret->path);
		else if (strcmp(name, ".") != 0 && !go_down(ret->path, span_of(name)))
			return false;
	}
}
