/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of guest-read, and what they add to. */
#ifndef TOOLS_GUEST_UNITS_H
#define TOOLS_GUEST_UNITS_H

#include "tools/guest/guest.h"

/* Adds to the guest what its enabled units and its fstab say: 0 or -errno. */
int guest_read_units(struct guest *guest, int rootfd);
int guest_read_fstab(struct guest *guest, int rootfd);
/* Users of what level strict closes: by the packages installed, by a file's name. */
int guest_read_packages(struct guest *guest, int rootfd);
int guest_judge_file(struct guest *guest, const char *name, struct span path);

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
