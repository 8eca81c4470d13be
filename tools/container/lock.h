/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One lxc-harden at a time works on a container. */
#ifndef TOOLS_CONTAINER_LOCK_H
#define TOOLS_CONTAINER_LOCK_H

/*
 * The folder of a container, locked against others who edit: an owned descriptor, whose
 * closing unlocks.  -ELOOP or -ENOTDIR if LXCPATH/NAME is a symlink or no folder, -EBUSY if
 * the lock is held for longer than half a minute.
 */
int container_lock(const char *lxcpath, const char *name);

#endif
