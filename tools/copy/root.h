/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The container's root file system as a folder that overlays and copies can be made of,
 * whatever LXC would mount it from: a folder, layers, an image, a device.  It is only read.
 */
#ifndef TOOLS_COPY_ROOT_H
#define TOOLS_COPY_ROOT_H

#include <stddef.h>

#include "tools/copy/setup.h"

/*
 * Sets .rootfs and .lower of setup, whose .root and .room are set.  What has to be mounted
 * for that is mounted in the room, so call it in there.  0, or with one phrase in why:
 * -EINVAL for what cannot be copied, else -errno.
 */
int prove_root_open(struct prove_setup *setup, char *why, size_t size);

/* .rootfs and .lower are that folder from now on: 0 or -ENOMEM. */
int prove_root_set(struct prove_setup *setup, const char *path);

#endif
