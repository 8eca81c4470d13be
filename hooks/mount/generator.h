/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The generator that the guest's systemd runs (systemd.generator(7)): a copy for this start
 * alone, read-only.  The host's own file is one inode for all guests: one of them could hold a
 * write lease on it (fcntl(2)), for which another's boot waits, and a fault in the page cache
 * would cross from one to the other.
 */
#ifndef HOOKS_MOUNT_GENERATOR_H
#define HOOKS_MOUNT_GENERATOR_H

#include "lib/emit.h"

/* Gives file, a trusted path of the host's, to the guest whose /run runfd is; 0, or -errno with
 * *why. */
int generator_give(int runfd, const char *file, struct emit *why);

#endif
