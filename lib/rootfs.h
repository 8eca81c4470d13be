/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths in a guest's root file system, which the guest controls.  Every one is
 * resolved beneath a descriptor of its root, and none of its symlinks is followed,
 * not even one that stays inside: what a link says is read as data, with
 * rootfs_read_link_at(), by those who want to know.
 */
#ifndef LIB_ROOTFS_H
#define LIB_ROOTFS_H

#include <stddef.h>

/*
 * The root itself, by a path of the host's that is trusted; an owned O_PATH descriptor.
 * -EINVAL for a path that is not absolute, -EXDEV for the process's own root ("/"),
 * which is never a guest's here.
 */
int rootfs_open(const char *path);

/*
 * Opens path (relative, without "..") beneath rootfd with openat2(2), or by walking it
 * where the kernel is older than 5.6.  Mounts are crossed.  An owned descriptor, or
 * -ELOOP if a component is a symlink, -EXDEV or -EINVAL for a path that leads out,
 * else -errno.  The flags must not create anything, and are O_PATH or
 * O_DIRECTORY: what is there may be a FIFO or a device (see io_reopen_file()).
 */
int rootfs_open_at(int rootfd, const char *path, int flags);

/*
 * The text of the symlink at path, whose folders are no symlinks; hostile.  0, or
 * -EINVAL if it is no symlink, -ENAMETOOLONG if it does not fit or the path is longer
 * than 511 bytes, else -errno.
 */
int rootfs_read_link_at(int rootfd, const char *path, char *buf, size_t size);

#endif
