/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the root file system that an lxc.rootfs.path names, to read it from outside. */
#ifndef TOOLS_CONTAINER_OPEN_ROOT_H
#define TOOLS_CONTAINER_OPEN_ROOT_H

/*
 * The value is the configuration's: a folder, with or without "dir:", "btrfs:", "zfs:" before
 * it; layers of overlayfs, which are put together read-only in a mount of nobody else's; or
 * an image, a device or a data set that the host has mounted somewhere.
 * An owned O_PATH descriptor, or -errno and constant text in *ret_reason.
 */
int guest_open(const char *value, const char **ret_reason);

#endif
