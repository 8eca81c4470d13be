/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See walk.h. */
#include "config.h"

#include "tools/guest/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/rootfs.h"
#include "tools/guest/crew.h"
#include "tools/guest/filecap.h"
#include "tools/guest/lists.h"
#include "tools/guest/units.h"

#define FILES_MAX 4000000u
#define DEPTH_MAX 128 /* one descriptor and one buffer each */
#define ENTRIES_SIZE 32768

/* What all members have in common. */
struct tree {
	struct crew crew;
	bool idmapped;
	uid_t uid; /* the guest's root, as it owns the root folder */
	dev_t dev;
};

struct walk {
	struct tree *tree;
	struct guest *guest; /* this member's alone */
	unsigned int depth;
	char path[PATH_MAX];
	size_t n; /* bytes of path in use */
	int cwd;  /* the folder that the thread is in, not owned */
};

struct member {
	pthread_t thread;
	struct guest guest;
	struct walk walk;
};

/*
 * The kernel heeds a file's capabilities where the root of their user namespace is ours:
 * version 1 and 2 are the host's, 3 names it.
 */
static bool counts(const struct walk *w, const struct filecap *cap)
{
	return w->tree->idmapped ? cap->version == 3 && cap->rootid != 0
				 : cap->version < 3 || cap->rootid == 0;
}

/*
 * There is no lgetxattr(2) with a descriptor of the folder before Linux 6.13, and the way
 * through /proc/self/fd costs more than the call: so the thread goes there.
 */
static ssize_t get_filecap(struct walk *w, int dirfd, const char *name, char *value, size_t size)
{
	ssize_t n;

	if (w->cwd != dirfd) {
		if (fchdir(dirfd) < 0)
			return -errno;
		w->cwd = dirfd;
	}
	n = lgetxattr(name, "security.capability", value, size);
	return n < 0 ? -errno : n;
}

static int read_file(struct walk *w, int dirfd, const char *name, const struct stat *st)
{
	char value[FILECAP_SIZE_MAX];
	struct span path = { w->path, w->n };
	struct filecap cap;
	ssize_t n;
	int r = guest_judge_file(w->guest, name, path);

	w->guest->n_setid += (st->st_mode & (S_ISUID | S_ISGID)) != 0;
	if (r == 0 && (st->st_mode & S_ISUID) && (st->st_mode & 0111) && st->st_uid == w->tree->uid)
		r = guest_add_setuid(w->guest, path);
	if (r < 0)
		return r;
	/* The last component is not followed, and the file never opened. */
	n = get_filecap(w, dirfd, name, value, sizeof(value));
	if (n == -ENODATA || n == -ENOTSUP || n == -ENOENT)
		return 0;
	if (n < 0 && n != -ERANGE && n != -EINVAL && n != -EOVERFLOW)
		return guest_add_note(w->guest, path, strerror((int)-n));
	if (n < 0 || filecap_parse((struct span){ value, (size_t)n }, &cap) < 0)
		return guest_add_note(w->guest, path, "odd file capabilities");
	if (!counts(w, &cap) || !cap.permitted.bits)
		return 0;
	/* Without the effective bit the program runs, with less. */
	return guest_add_need(w->guest, cap.effective ? GUEST_FILE : GUEST_BOUND, cap.permitted,
			      path);
}

static int walk_folder(struct walk *w, int fd);

static int walk_entry(struct walk *w, int dirfd, const char *name)
{
	struct stat st;
	int fd;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0
				       : guest_add_note(w->guest, (struct span){ w->path, w->n },
							strerror(errno));
	if (S_ISREG(st.st_mode))
		return read_file(w, dirfd, name, &st);
	if (!S_ISDIR(st.st_mode) || st.st_dev != w->tree->dev)
		return 0; /* other file systems are the host's doing */
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return guest_add_note(w->guest, (struct span){ w->path, w->n }, strerror(errno));
	if (w->depth < DEPTH_MAX && crew_give(&w->tree->crew, fd, w->depth, w->path, w->n))
		return 0;
	return walk_folder(w, fd);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* One that the folder holds, below w->path. */
static int walk_name(struct walk *w, int dirfd, const struct dirent64 *entry)
{
	size_t length = strlen(entry->d_name), n = w->n;
	int r;

	if (is_dots(entry->d_name))
		return 0;
	if (entry->d_type != DT_REG && entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)
		return 0;
	if (n + 1 + length >= sizeof(w->path))
		return guest_add_note(w->guest, (struct span){ w->path, n },
				      "paths too long below it, not looked at");
	w->path[n] = '/';
	memcpy(w->path + n + 1, entry->d_name, length);
	w->n = n + 1 + length;
	r = walk_entry(w, dirfd, entry->d_name);
	w->n = n;
	return r;
}

/* So many for all members together, "." and ".." apart. */
static int count_names(struct walk *w, const char *buf, ssize_t n)
{
	size_t n_names = 0;
	long all;

	for (ssize_t at = 0; at < n;) {
		/* NOLINTNEXTLINE(clang-diagnostic-cast-align): the kernel aligns them. */
		const struct dirent64 *entry = (const void *)(buf + at);

		at += entry->d_reclen;
		n_names += !is_dots(entry->d_name);
	}
	all = crew_count(&w->tree->crew, n_names);
	return all < 0 ? (int)all : all > FILES_MAX ? -E2BIG : 0;
}

/* The names of a folder, so many at a time as fit: more system calls are what readdir(3) adds. */
static int walk_names(struct walk *w, int fd, char *buf)
{
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = getdents64(fd, buf, ENTRIES_SIZE)) > 0) {
		r = count_names(w, buf, n);
		for (ssize_t at = 0; r == 0 && at < n;) {
			/* NOLINTNEXTLINE(clang-diagnostic-cast-align): the kernel aligns them. */
			const struct dirent64 *entry = (const void *)(buf + at);

			at += entry->d_reclen;
			r = walk_name(w, fd, entry);
		}
	}
	if (r == 0 && n < 0)
		r = guest_add_note(w->guest, (struct span){ w->path, w->n }, strerror(errno));
	return r;
}

/* Keeps fd. */
static int walk_folder(struct walk *w, int fd)
{
	auto_close int dirfd = fd;
	auto_free char *buf = NULL;
	int r;

	if (w->depth == DEPTH_MAX)
		return guest_add_note(w->guest, (struct span){ w->path, w->n },
				      "folders nested too deep, not looked at");
	buf = malloc(ENTRIES_SIZE);
	if (!buf)
		return -ENOMEM;
	w->depth++;
	r = walk_names(w, dirfd, buf);
	w->depth--;
	if (w->cwd == dirfd)
		w->cwd = -EBADF; /* its number may become another folder's */
	return r;
}

static void work(struct walk *w)
{
	struct crew_folder *folder;

	while ((folder = crew_take(&w->tree->crew))) {
		w->depth = folder->depth;
		w->n = folder->n;
		memcpy(w->path, folder->path, folder->n);
		crew_end(&w->tree->crew, walk_folder(w, folder->fd));
		free(folder);
	}
}

/* The others go without one that may have no folder of its own to be in. */
static void *run_member(void *argument)
{
	struct member *member = argument;

	if (unshare(CLONE_FS) == 0)
		work(&member->walk);
	return NULL;
}

/* This thread, and as many others as there can be. */
static int run_members(struct tree *tree, struct guest *guest)
{
	unsigned int size = crew_size(DEPTH_MAX), n = 0;
	struct member *members = calloc(size, sizeof(*members));
	int r = 0;

	if (!members)
		return -ENOMEM;
	for (unsigned int i = 0; i < size; i++)
		members[i].walk =
			(struct walk){ .tree = tree, .guest = &members[i].guest, .cwd = -EBADF };
	while (n < size - 1 &&
	       pthread_create(&members[n].thread, NULL, run_member, &members[n]) == 0)
		n++;
	work(&members[size - 1].walk);
	for (unsigned int i = 0; i < n; i++)
		(void)pthread_join(members[i].thread, NULL); /* ours, and joined once */
	for (unsigned int i = 0; i < size; i++) {
		if (r == 0)
			r = guest_merge(guest, &members[i].guest);
		guest_clear(&members[i].guest);
	}
	free(members);
	return r;
}

int guest_walk(struct guest *guest, int rootfd, bool idmapped)
{
	struct tree tree = { .crew = CREW_INIT, .idmapped = idmapped };
	auto_close int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int fd = cwd < 0 ? -errno : rootfs_open_at(rootfd, ".", O_RDONLY | O_DIRECTORY);
	struct stat st;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	tree.dev = st.st_dev;
	tree.uid = st.st_uid;
	if (!crew_give(&tree.crew, fd, 0, "", 0))
		return -ENOMEM;
	(void)take_fd(&fd);
	r = run_members(&tree, guest);
	if (r == 0)
		r = tree.crew.r;
	guest->n_files += tree.crew.n_files;
	crew_done(&tree.crew);
	if (fchdir(cwd) < 0 && r == 0)
		r = -errno;
	return r;
}
