/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists of a guest, to which its parts add. */
#ifndef TOOLS_GUEST_LISTS_H
#define TOOLS_GUEST_LISTS_H

#include "tools/guest/guest.h"

/* Hostile text as emit_escaped() writes it, cut; the caller's to free, NULL without memory. */
char *guest_escape(struct span text);

/*
 * For all parts: each takes hostile text and escapes it; 0 or -ENOMEM.  Past a limit: a note.
 * Of needs, setuid, users and notes those stay that sort first, in whatever order they came.
 */
int guest_add_need(struct guest *guest, enum guest_want want, struct caps caps, struct span who);
int guest_add_loss(struct guest *guest, enum guest_effect effect, struct span unit,
		   struct span what);
int guest_add_setuid(struct guest *guest, struct span path);
int guest_add_user(struct guest *guest, enum guest_use use, struct span who);
int guest_add_note(struct guest *guest, struct span what, const char *text);

/* At the end: the same for the same guest, whatever order a file system gives names in. */
int guest_sort(struct guest *guest);

/* What guest_walk() adds to one is moved to the other: 0 or -ENOMEM, both in order. */
int guest_merge(struct guest *guest, struct guest *from);
/* Empties it. */
void guest_clear(struct guest *guest);

#endif
