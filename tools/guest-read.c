/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See guest-read.h.  This file walks the tree. */
#include "config.h"

#include "tools/guest-read.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/filecap.h"
#include "lib/rootfs.h"
#include "tools/guest-units.h"

#define FILES_MAX 4000000u
#define DEPTH_MAX 128 /* one descriptor each */

struct walk {
	struct guest *guest;
	bool idmapped;
	uid_t uid; /* the guest's root, as it owns the root folder */
	dev_t dev;
	unsigned int depth;
	char path[PATH_MAX];
	size_t n; /* bytes of path in use */
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

static int read_file(struct walk *w, int dirfd, const char *name, const struct stat *st)
{
	char proc[sizeof("/proc/self/fd//") + 11 + NAME_MAX], value[FILECAP_SIZE_MAX];
	struct span path = { w->path, w->n };
	struct filecap cap;
	ssize_t n;
	int r = guest_judge_file(w->guest, name, path);

	w->guest->n_setid += (st->st_mode & (S_ISUID | S_ISGID)) != 0;
	if (r == 0 && (st->st_mode & S_ISUID) && (st->st_mode & 0111) && st->st_uid == w->uid)
		r = guest_add_setuid(w->guest, path);
	if (r < 0)
		return r;
	/* By the folder's descriptor, and the last component is not followed: never opened. */
	(void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d/%s", dirfd, name); /* sized to fit */
	n = lgetxattr(proc, "security.capability", value, sizeof(value));
	if (n < 0)
		return errno == ERANGE ? guest_add_note(w->guest, path, "odd file capabilities")
				       : 0;
	if (filecap_parse((struct span){ value, (size_t)n }, &cap) < 0)
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

/* Keeps fd. */
static int walk_folder(struct walk *w, int fd)
{
	auto_closedir DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	size_t n = w->n;
	int r = 0;

	if (!dir) {
		(void)close(fd); /* a folder */
		return -ENOMEM;
	}
	if (w->depth == DEPTH_MAX)
		return guest_add_note(w->guest, (struct span){ w->path, n },
				      "folders nested too deep, not looked at");
	w->depth++;
	while (r == 0) {
		size_t length;

		errno = 0;
		entry = readdir(dir);
		if (!entry) {
			if (errno)
				r = guest_add_note(w->guest, (struct span){ w->path, n },
						   strerror(errno));
			break;
		}
		length = strlen(entry->d_name);

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (++w->guest->n_files > FILES_MAX)
			return -E2BIG;
		if (entry->d_type != DT_REG && entry->d_type != DT_DIR &&
		    entry->d_type != DT_UNKNOWN)
			continue;
		if (n + 1 + length >= sizeof(w->path)) /* never: the depth is less */
			continue;
		w->path[n] = '/';
		memcpy(w->path + n + 1, entry->d_name, length);
		w->n = n + 1 + length;
		r = walk_entry(w, dirfd(dir), entry->d_name);
	}
	w->n = n;
	w->depth--;
	return r;
}

static int walk_tree(struct guest *guest, int rootfd, bool idmapped)
{
	struct walk w = { .guest = guest, .idmapped = idmapped };
	int fd = rootfs_open_at(rootfd, ".", O_RDONLY | O_DIRECTORY);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0) {
		int r = -errno;

		(void)close(fd); /* a folder */
		return r;
	}
	w.dev = st.st_dev;
	w.uid = st.st_uid;
	return walk_folder(&w, fd);
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
