/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists of a struct guest: what is added is hostile, and there is an end to it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "tools/guest-units.h"

#define LIST_MAX 512 /* of each: more is a game */

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

int guest_add_note(struct guest *guest, struct span what, const char *text)
{
	auto_free char *name = guest_escape(what);
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
	name = guest_escape(who);
	if (!name)
		return -ENOMEM;
	list[guest->n_needs++] = (struct guest_need){ want, caps, name };
	return 0;
}

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

int guest_add_user(struct guest *guest, enum guest_use use, struct span who)
{
	struct guest_user *list;
	char *name;

	if (guest->n_users == LIST_MAX) /* by then it is clear that it is used */
		return 0;
	list = grow(guest->users, guest->n_users, sizeof(*list));
	if (!list)
		return -ENOMEM;
	guest->users = list;
	name = guest_escape(who);
	if (!name)
		return -ENOMEM;
	list[guest->n_users++] = (struct guest_user){ use, name };
	return 0;
}

int guest_add_setuid(struct guest *guest, struct span path)
{
	char **list;

	if (guest->n_setuid == LIST_MAX) /* all are counted */
		return 0;
	list = grow(guest->setuid, guest->n_setuid, sizeof(*list));
	if (!list)
		return -ENOMEM;
	guest->setuid = list;
	list[guest->n_setuid] = guest_escape(path);
	return list[guest->n_setuid++] ? 0 : -ENOMEM;
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

static void free_mount(const struct guest_mount *m)
{
	free(m->target);
	free(m->entry);
	free(m->who);
}

void guest_sort(struct guest *g)
{
	size_t n = 0;

	if (g->n_needs)
		qsort(g->needs, g->n_needs, sizeof(*g->needs), compare_needs);
	if (g->n_losses)
		qsort(g->losses, g->n_losses, sizeof(*g->losses), compare_losses);
	if (g->n_users)
		qsort(g->users, g->n_users, sizeof(*g->users), compare_users);
	if (g->n_setuid)
		qsort(g->setuid, g->n_setuid, sizeof(*g->setuid), compare_texts);
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
	for (size_t i = 0; i < guest->n_users; i++)
		free(guest->users[i].who);
	for (size_t i = 0; i < guest->n_setuid; i++)
		free(guest->setuid[i]);
	free(guest->users);
	free(guest->setuid);
	free(guest->needs);
	free(guest->losses);
	free(guest->mounts);
	free(guest->notes);
	free(guest);
}
