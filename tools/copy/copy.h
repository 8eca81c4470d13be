/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A throw-away copy of a container's root file system and of the folders of the host that
 * it sees: an overlay with its upper layer on a tmpfs, or a plain copy on a tmpfs.  The
 * original is only read.
 */
#ifndef TOOLS_COPY_COPY_H
#define TOOLS_COPY_COPY_H

#include <stdbool.h>

#include "tools/copy/setup.h"

/*
 * In the folder dir, which it makes: "rootfs", and "bind0"... for the binds.  0 or -errno;
 * -ENOSPC if a plain copy does not fit.
 */
int prove_copy_make(const struct prove_setup *setup, const char *dir, bool plain);
/* Unmounts and removes it, also half of one. */
void prove_copy_remove(const struct prove_setup *setup, const char *dir);

/* A plain copy of the folder fits into memory, with the others' overlays. */
bool prove_copy_fits(int fd);

/* A path, owned, as overlayfs takes it for a lower layer; NULL without memory. */
char *prove_copy_escape(const char *path);

/*
 * Copies what is in the folder srcfd into the folder dstfd: owners, modes, times, extended
 * attributes, hard links, devices, not sockets; it stays on one file system, and follows no
 * symlink, as the tree is hostile.  0 or -errno.
 */
int prove_copy_tree(int srcfd, int dstfd);

#endif
