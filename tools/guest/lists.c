/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists of a struct guest: what is added is hostile, and there is an end to it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "tools/guest/lists.h"

#define LIST_MAX 512 /* of each: more is a game */
/* So many are held before those that sort last go: what stays does not depend on the order. */
#define LIST_HELD ((size_t)2 * LIST_MAX)

char *guest_escape(struct span text)
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

/* --- Orders of our own -------------------------------------------------------------- */

static int compare_needs(const void *a, const void *b)
{
	const struct guest_need *x = a, *y = b;
	int r = x->want != y->want ? (int)x->want - (int)y->want : strcmp(x->who, y->who);

	return r ? r : (x->caps.bits > y->caps.bits) - (x->caps.bits < y->caps.bits);
}

static int compare_losses(const void *a, const void *b)
{
	const struct guest_loss *x = a, *y = b;
	int r = strcmp(x->unit, y->unit);

	return r ? r : (int)x->effect - (int)y->effect;
}

static int compare_users(const void *a, const void *b)
{
	const struct guest_user *x = a, *y = b;

	return x->use != y->use ? (int)x->use - (int)y->use : strcmp(x->who, y->who);
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

static void sort(void *list, size_t n, size_t size, int (*compare)(const void *, const void *))
{
	if (n)
		qsort(list, n, size, compare);
}

/* --- Lists cut to those that sort first ------------------------------------------------ */

/* One is left for the note that there are more. */
static void cut_notes(struct guest *g)
{
	sort(g->notes, g->n_notes, sizeof(*g->notes), compare_texts);
	while (g->n_notes >= LIST_MAX) {
		free(g->notes[--g->n_notes]);
		g->more_notes = true;
	}
}

/* Keeps the note, which may be NULL for want of memory. */
static int push_note(struct guest *g, char *note)
{
	char **list;

	if (note && g->n_notes == LIST_HELD)
		cut_notes(g);
	list = note ? grow(g->notes, g->n_notes, sizeof(*list)) : NULL;
	if (!list) {
		free(note);
		return -ENOMEM;
	}
	g->notes = list;
	list[g->n_notes++] = note;
	return 0;
}

static int add_note_of(struct guest *g, const char *escaped, const char *text)
{
	char *note = NULL;

	if (!escaped || asprintf(&note, "'%s': %s", escaped, text) < 0)
		return -ENOMEM;
	return push_note(g, note);
}

int guest_add_note(struct guest *guest, struct span what, const char *text)
{
	auto_free char *name = guest_escape(what);

	return add_note_of(guest, name, text);
}

static int cut_needs(struct guest *g)
{
	int r = 0;

	sort(g->needs, g->n_needs, sizeof(*g->needs), compare_needs);
	while (r == 0 && g->n_needs > LIST_MAX) {
		auto_free char *who = g->needs[--g->n_needs].who;

		r = add_note_of(g, who, "one of too many that want capabilities");
	}
	return r;
}

/* Keeps need.who, which may be NULL for want of memory. */
static int push_need(struct guest *g, struct guest_need need)
{
	auto_free char *who = need.who;
	struct guest_need *list;
	int r = who && g->n_needs == LIST_HELD ? cut_needs(g) : 0;

	if (r < 0)
		return r;
	list = who ? grow(g->needs, g->n_needs, sizeof(*list)) : NULL;
	if (!list)
		return -ENOMEM;
	g->needs = list;
	list[g->n_needs++] = need;
	(void)take_ptr(&who); /* the list's */
	return 0;
}

int guest_add_need(struct guest *guest, enum guest_want want, struct caps caps, struct span who)
{
	return push_need(guest, (struct guest_need){ want, caps, guest_escape(who) });
}

/* By then it is clear that it is used. */
static void cut_users(struct guest *g)
{
	sort(g->users, g->n_users, sizeof(*g->users), compare_users);
	while (g->n_users > LIST_MAX)
		free(g->users[--g->n_users].who);
}

/* Keeps user.who, which may be NULL for want of memory. */
static int push_user(struct guest *g, struct guest_user user)
{
	struct guest_user *list;

	if (user.who && g->n_users == LIST_HELD)
		cut_users(g);
	list = user.who ? grow(g->users, g->n_users, sizeof(*list)) : NULL;
	if (!list) {
		free(user.who);
		return -ENOMEM;
	}
	g->users = list;
	list[g->n_users++] = user;
	return 0;
}

int guest_add_user(struct guest *guest, enum guest_use use, struct span who)
{
	return push_user(guest, (struct guest_user){ use, guest_escape(who) });
}

/* All are counted. */
static void cut_setuid(struct guest *g)
{
	sort(g->setuid, g->n_setuid, sizeof(*g->setuid), compare_texts);
	while (g->n_setuid > LIST_MAX)
		free(g->setuid[--g->n_setuid]);
}

/* Keeps the path, which may be NULL for want of memory. */
static int push_setuid(struct guest *g, char *path)
{
	char **list;

	if (path && g->n_setuid == LIST_HELD)
		cut_setuid(g);
	list = path ? grow(g->setuid, g->n_setuid, sizeof(*list)) : NULL;
	if (!list) {
		free(path);
		return -ENOMEM;
	}
	g->setuid = list;
	list[g->n_setuid++] = path;
	return 0;
}

int guest_add_setuid(struct guest *guest, struct span path)
{
	return push_setuid(guest, guest_escape(path));
}

int guest_merge(struct guest *guest, struct guest *from)
{
	int r = 0;

	while (r == 0 && from->n_notes)
		r = push_note(guest, from->notes[--from->n_notes]);
	while (r == 0 && from->n_needs)
		r = push_need(guest, from->needs[--from->n_needs]);
	while (r == 0 && from->n_users)
		r = push_user(guest, from->users[--from->n_users]);
	while (r == 0 && from->n_setuid)
		r = push_setuid(guest, from->setuid[--from->n_setuid]);
	guest->more_notes |= from->more_notes;
	guest->n_setid += from->n_setid;
	return r;
}

/* --- Lists of what is read in an order of our own ------------------------------------------ */

int guest_add_loss(struct guest *guest, enum guest_effect effect, struct span unit,
		   struct span what)
{
	struct guest_loss *list;

	if (guest->n_losses == LIST_MAX)
		return guest_add_note(guest, unit, "one of too many units with a sandbox");
	list = grow(guest->losses, guest->n_losses, sizeof(*list));
	if (!list)
		return -ENOMEM;
	guest->losses = list;
	list[guest->n_losses] =
		(struct guest_loss){ effect, guest_escape(unit), guest_escape(what) };
	if (!list[guest->n_losses++].unit || !list[guest->n_losses - 1].what)
		return -ENOMEM;
	return 0;
}

/* --- At the end --------------------------------------------------------------------------- */

static void free_mount(const struct guest_mount *m)
{
	free(m->target);
	free(m->entry);
	free(m->who);
}

/* Whether a mount comes below one of those before it, or one of base.conf's. */
static bool is_mounted_within(const struct guest_mount *m, const struct guest_mount *before,
			      size_t n)
{
	struct span target = span_of(m->target);

	if (span_starts(target, "run/") || span_starts(target, "tmp/"))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (span_is_within(target, span_of(before[i].target)))
			return true;
	}
	return false;
}

/*
 * One for each place: fstab, whose name sorts before a unit's path, comes first.  None below
 * another, where the folder for it would have to be made at each start.
 */
static int sort_mounts(struct guest *g)
{
	char text[2048];
	size_t n = 0;
	int r = 0;

	sort(g->mounts, g->n_mounts, sizeof(*g->mounts), compare_mounts);
	for (size_t i = 0; i < g->n_mounts; i++) {
		const struct guest_mount *m = &g->mounts[i];
		bool same = n && strcmp(g->mounts[n - 1].target, m->target) == 0;

		if (!same && !is_mounted_within(m, g->mounts, n)) {
			g->mounts[n++] = *m;
			continue;
		}
		(void)snprintf(text, sizeof(text),
			       "its mount point '/%s' is within another mount; give it by "
			       "lxc.mount.entry if it is wanted",
			       m->target); /* or cut */
		if (!same && r == 0)
			r = add_note_of(g, m->who, text);
		free_mount(m);
	}
	g->n_mounts = n;
	return r;
}

int guest_sort(struct guest *g)
{
	int r = cut_needs(g);

	cut_users(g);
	cut_setuid(g);
	sort(g->losses, g->n_losses, sizeof(*g->losses), compare_losses);
	if (r == 0)
		r = sort_mounts(g);
	cut_notes(g);
	if (r == 0 && g->more_notes)
		r = push_note(g, strdup("and more, which are not told"));
	return r;
}

void guest_clear(struct guest *guest)
{
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
	for (size_t i = 0; i < guest->n_users; i++)
		free(guest->users[i].who);
	for (size_t i = 0; i < guest->n_setuid; i++)
		free(guest->setuid[i]);
	free(guest->users);
	free(guest->setuid);
	free(guest->network);
	free(guest->needs);
	free(guest->losses);
	free(guest->mounts);
	free(guest->notes);
	*guest = (struct guest){ 0 };
}

void guest_free(struct guest *guest)
{
	if (guest)
		guest_clear(guest);
	free(guest);
}
