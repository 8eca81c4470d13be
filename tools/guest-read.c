/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See guest-read.h.  This file walks the tree. */
#include "config.h"

#include "tools/guest-read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/filecap.h"
#include "lib/rootfs.h"
#include "tools/guest-units.h"

#define FILES_MAX 4000000u
#define DEPTH_MAX 128 /* one descriptor and one buffer each */
#define ENTRIES_SIZE 32768

struct walk {
	struct guest *guest;
	bool idmapped;
	uid_t uid; /* the guest's root, as it owns the root folder */
	dev_t dev;
	unsigned int depth;
	char path[PATH_MAX];
	size_t n; /* bytes of path in use */
	int cwd;  /* the folder that the process is in, not owned */
};

/*
 * The kernel heeds a file's capabilities where the root of their user namespace is ours:
 * version 1 and 2 are the host's, 3 names it.
 */
static bool counts(const struct walk *w, const struct filecap *cap)
{
	return w->idmapped ? cap->version == 3 && cap->rootid != 0
			   : cap->version < 3 || cap->rootid == 0;
}

/*
 * There is no lgetxattr(2) with a descriptor of the folder before Linux 6.13, and the way
 * through /proc/self/fd costs more than the call: so the process goes there, and back.
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
	if (r == 0 && (st->st_mode & S_ISUID) && (st->st_mode & 0111) && st->st_uid == w->uid)
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
	if (!S_ISDIR(st.st_mode) || st.st_dev != w->dev)
		return 0; /* other file systems are the host's doing */
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return guest_add_note(w->guest, (struct span){ w->path, w->n }, strerror(errno));
	return walk_folder(w, fd);
}

/* One that the folder holds, below w->path. */
static int walk_name(struct walk *w, int dirfd, const struct dirent64 *entry)
{
	size_t length = strlen(entry->d_name), n = w->n;
	int r;

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return 0;
	if (++w->guest->n_files > FILES_MAX)
		return -E2BIG;
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

/* The names of a folder, so many at a time as fit: more system calls are what readdir(3) adds. */
static int walk_names(struct walk *w, int fd, char *buf)
{
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = getdents64(fd, buf, ENTRIES_SIZE)) > 0) {
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

static int walk_tree(struct guest *guest, int rootfd, bool idmapped)
{
	struct walk w = { .guest = guest, .idmapped = idmapped, .cwd = -EBADF };
	auto_close int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = cwd < 0 ? -errno : rootfs_open_at(rootfd, ".", O_RDONLY | O_DIRECTORY), r;
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0) {
		r = -errno;

		(void)close(fd); /* a folder */
		return r;
	}
	w.dev = st.st_dev;
	w.uid = st.st_uid;
	r = walk_folder(&w, fd);
	if (fchdir(cwd) < 0 && r == 0)
		r = -errno;
	return r;
}

/* systemd stops a service by its cgroup; scripts look for its program. */
static int judge_scripts(struct guest *guest, int rootfd)
{
	auto_close int fd = rootfs_open_at(rootfd, "etc/init.d", O_PATH | O_DIRECTORY);

	if (guest->init.kind == INITVER_SYSTEMD || fd < 0)
		return 0;
	return guest_add_user(guest, GUEST_SYSV, span_of("/etc/init.d"));
}

int guest_read(int rootfd, bool idmapped, struct guest **ret)
{
	struct guest *guest = calloc(1, sizeof(*guest));
	int r = guest ? initver_read(rootfd, &guest->init) : -ENOMEM;

	if (r == 0)
		r = walk_tree(guest, rootfd, idmapped);
	if (r == 0 && guest->init.kind == INITVER_SYSTEMD)
		r = guest_read_units(guest, rootfd);
	if (r == 0 && guest->init.kind == INITVER_SYSTEMD)
		r = guest_read_fstab(guest, rootfd);
	if (r == 0)
		r = guest_read_packages(guest, rootfd);
	if (r == 0)
		r = judge_scripts(guest, rootfd);
	if (r < 0) {
		guest_free(guest);
		return r;
	}
	guest_sort(guest);
	*ret = guest;
	return 0;
}
