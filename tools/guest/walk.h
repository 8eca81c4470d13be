/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All files of a guest, by what stat(2) and the file's capabilities say.  Hostile: each name is
 * looked up in the descriptor of its folder, no link is followed, no file opened.  The folders
 * are read by several threads (crew.h), which find the same whoever reads what.
 */
#ifndef TOOLS_GUEST_WALK_H
#define TOOLS_GUEST_WALK_H

#include "tools/guest/guest.h"

/* Adds what it finds: 0 or -errno, -E2BIG for more files than are looked at. */
int guest_walk(struct guest *guest, int rootfd, bool idmapped);

#endif
