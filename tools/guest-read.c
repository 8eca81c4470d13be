/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See guest-read.h.  This file walks the tree; guest-units.c reads units and fstab. */
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
#define LIST_MAX 512  /* needs, losses, notes: more is a game */

/* --- Lists --------------------------------------------------------------------- */

static char *escape(struct span text)
{
	char buf[1024] = "";
	struct emit e = EMIT_INIT(buf);

	if (text.n > 400)
		text.n = 400;
	emit_escaped(&e, text);
	return strdup(buf);
}

/* Room for one more; NULL without memory. */
static void *grow(void *list, size_t n, size_t size)
{
	return n % 32 ? list : reallocarray(list, n + 32, size);
}

int guest_add_note(struct guest *guest, struct span what, const char *text)
{
	auto_free char *name = escape(what);
	char *note = NULL;
	char **list;

	if (guest->n_notes >= LIST_MAX)
		return 0;
	if (!name ||
	    (guest->n_notes == LIST_MAX - 1 ? asprintf(&note, "and more, which are not told")
					    : asprintf(&note, "'%s': %s", name, text)) < 0)
		return -ENOMEM;
	list = grow(guest->notes, guest->n_notes, sizeof(*list));
	if (!list) {
		free(note);
		return -ENOMEM;
	}
	guest->notes = list;
	list[guest->n_notes++] = note;
	return 0;
}

int guest_add_need(struct guest *guest, enum guest_want want, struct caps caps, struct span who)
{
	struct guest_need *list;
	char *name;

	if (guest->n_needs == LIST_MAX)
		return guest_add_note(guest, who, "one of too many that want capabilities");
	list = grow(guest->needs, guest->n_needs, sizeof(*list));
	if (!list)
		return -ENOMEM;
	guest->needs = list;
	name = escape(who);
	if (!name)
		return -ENOMEM;
	list[guest->n_needs++] = (struct guest_need){ want, caps, name };
	return 0;
}

int guest_add_loss(struct guest *guest, bool fails, struct span unit, struct span what)
{
	struct guest_loss *list;

	if (guest->n_losses == LIST_MAX)
		return guest_add_note(guest, unit, "one of too many units with a sandbox");
	list = grow(guest->losses, guest->n_losses, sizeof(*list));
	if (!list)
		return -ENOMEM;
	guest->losses = list;
	list[guest->n_losses] = (struct guest_loss){ fails, escape(unit), escape(what) };
	if (!list[guest->n_losses++].unit || !list[guest->n_losses - 1].what)
		return -ENOMEM;
	return 0;
}

/* --- The tree ------------------------------------------------------------------ */

struct walk {
	struct guest *guest;
	bool idmapped;
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

	w->guest->n_setuid += (st->st_mode & (S_ISUID | S_ISGID)) != 0;
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

	/* Gone meanwhile, or not readable for us: nothing that could be looked at. */
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
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
	while (r == 0 && (entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);

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
	return walk_folder(&w, fd);
}

/* --- In an order of our own ------------------------------------------------------- */

static int compare_needs(const void *a, const void *b)
{
	const struct guest_need *x = a, *y = b;

	return x->want != y->want ? (int)x->want - (int)y->want : strcmp(x->who, y->who);
}

static int compare_losses(const void *a, const void *b)
{
	const struct guest_loss *x = a, *y = b;
	int r = strcmp(x->unit, y->unit);

	return r ? r : strcmp(x->what, y->what);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Byte order puts a folder before what is below it: the order of nesting. */
static int compare_mounts(const void *a, const void *b)
{
	const struct guest_mount *x = a, *y = b;
	int r = strcmp(x->target, y->target);

	return r ? r : strcmp(x->who, y->who);
}

static void free_mount(const struct guest_mount *m)
{
	free(m->target);
	free(m->entry);
	free(m->who);
}

static void sort(struct guest *g)
{
	size_t n = 0;

	if (g->n_needs)
		qsort(g->needs, g->n_needs, sizeof(*g->needs), compare_needs);
	if (g->n_losses)
		qsort(g->losses, g->n_losses, sizeof(*g->losses), compare_losses);
	if (g->n_notes)
		qsort(g->notes, g->n_notes, sizeof(*g->notes), compare_texts);
	if (g->n_mounts)
		qsort(g->mounts, g->n_mounts, sizeof(*g->mounts), compare_mounts);
	/* One for each place: fstab, whose name sorts before a unit's path, comes first. */
	for (size_t i = 0; i < g->n_mounts; i++) {
		if (n && strcmp(g->mounts[n - 1].target, g->mounts[i].target) == 0)
			free_mount(&g->mounts[i]);
		else
			g->mounts[n++] = g->mounts[i];
	}
	g->n_mounts = n;
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
	if (r < 0) {
		guest_free(guest);
		return r;
	}
	sort(guest);
	*ret = guest;
	return 0;
}

void guest_free(struct guest *guest)
{
	if (!guest)
		return;
	for (size_t i = 0; i < guest->n_needs; i++)
		free(guest->needs[i].who);
	for (size_t i = 0; i < guest->n_losses; i++) {
		free(guest->losses[i].unit);
		free(guest->losses[i].what);
	}
	for (size_t i = 0; i < guest->n_mounts; i++)
		free_mount(&guest->mounts[i]);
	for (size_t i = 0; i < guest->n_notes; i++)
		free(guest->notes[i]);
	free(guest->needs);
	free(guest->losses);
	free(guest->mounts);
	free(guest->notes);
	free(guest);
}
