/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The root file system of a container that runs, as it was at one moment: a snapshot where
 * it is a subvolume of btrfs, else a copy made while the container is held still.
 */
#ifndef TOOLS_COPY_SNAPSHOT_H
#define TOOLS_COPY_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/copy/freezer.h"
#include "tools/copy/setup.h"

#define PROVE_SNAPSHOT_NAME "prove-snapshot" /* in the folder "harden" */

/* A snapshot of it can be made in the folder harden, in a moment that nobody notices. */
bool prove_snapshot_is_possible(const char *root, int harden);
/*
 * Makes it, and .rootfs and .lower of setup lead there.  In the room.  0 or -errno.
 */
int prove_snapshot_make(struct prove_setup *setup, int harden);
/* Removes one, of whatever run; nobody else may be at work on it. */
void prove_snapshot_sweep(int harden);

/*
 * The copy, on a tmpfs in the room; fd is the root's.  Holds the container still for as long
 * as that takes.  0, -EFBIG if it would take too much memory, -ETIMEDOUT if it took too long,
 * else -errno.
 */
int prove_snapshot_copy(struct prove_setup *setup, int fd, struct prove_freezer *freezer,
			unsigned int *ret_ms);

#endif
