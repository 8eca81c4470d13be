/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the programs on lxc.hook.mount have in common.  They run with the host's root powers
 * in the container's namespaces while the host's files are still visible.
 */
#ifndef HOOKS_MOUNT_HOOK_H
#define HOOKS_MOUNT_HOOK_H

#include "hooks/hook.h"

enum mount_hook_status {
	MOUNT_HOOK_DONE = 0,
	MOUNT_HOOK_FAILED = 1,
	MOUNT_HOOK_MISUSE = 2,
	MOUNT_HOOK_REFUSED = 3,
};

/*
 * Who called it (argc and argv as hook_read_env() takes them), and an owned descriptor of the
 * container's root in *ret: MOUNT_HOOK_DONE, or the status to end with and the reason told.
 */
enum mount_hook_status mount_hook_begin(struct hook *hook, int argc, char *const argv[], int *ret);

/* The exit status for an -errno: a refusal, or a failure. */
enum mount_hook_status mount_hook_status(int r);

/* Most starts have nothing to say, so the journal is reached for only when there is. */
const struct hook *mount_hook_loud(struct hook *hook);

#endif
