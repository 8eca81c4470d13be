/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of guest_read(), each of which adds to the guest. */
#ifndef TOOLS_GUEST_UNITS_H
#define TOOLS_GUEST_UNITS_H

#include "tools/guest/guest.h"

/* Adds to the guest what its enabled units and its fstab say: 0 or -errno. */
int guest_read_units(struct guest *guest, int rootfd);
int guest_read_fstab(struct guest *guest, int rootfd);
/* Users of what level strict closes: by the packages installed, by a file's name. */
int guest_read_packages(struct guest *guest, int rootfd);
int guest_judge_file(struct guest *guest, const char *name, struct span path);

#endif
