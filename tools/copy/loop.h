/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file system in an image or on a device, mounted so that nothing can write to it: by a
 * loop device that is read-only, as a journal is replayed even by a read-only mount else.
 */
#ifndef TOOLS_COPY_LOOP_H
#define TOOLS_COPY_LOOP_H

/*
 * Mounts it on the folder target.  The loop device ends with the mount.  0, or -errno:
 * -EBUSY if it is in use; -EROFS if its journal has to be replayed first; -EINVAL if there
 * is no file system that this kernel knows; -ENODEV if there is no loop device to be had.
 */
int prove_loop_mount(const char *path, const char *target);

#endif
