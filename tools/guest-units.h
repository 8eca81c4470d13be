/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of guest-read that looks at systemd's units and at fstab. */
#ifndef TOOLS_GUEST_UNITS_H
#define TOOLS_GUEST_UNITS_H

#include "tools/guest-read.h"

/* Adds to the guest what its enabled units and its fstab say: 0 or -errno. */
int guest_read_units(struct guest *guest, int rootfd);
int guest_read_fstab(struct guest *guest, int rootfd);

/* For both parts: each takes hostile text and escapes it; 0 or -ENOMEM.  Past a limit: a note. */
int guest_add_need(struct guest *guest, enum guest_want want, struct caps caps, struct span who);
int guest_add_loss(struct guest *guest, bool fails, struct span unit, struct span what);
int guest_add_note(struct guest *guest, struct span what, const char *text);

#endif
