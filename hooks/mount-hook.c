/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mount-hook.h. */
#include "config.h"

#include "hooks/mount-hook.h"

#include <errno.h>
#include <string.h>

#include "lib/rootfs.h"

const struct hook *mount_hook_loud(struct hook *hook)
{
	if (hook->container)
		hook_open_journal(hook);
	return hook;
}

enum mount_hook_status mount_hook_status(int r)
{
	return r == -EPERM || r == -EXDEV || r == -EEXIST || r == -ELOOP ? MOUNT_HOOK_REFUSED
									 : MOUNT_HOOK_FAILED;
}

enum mount_hook_status mount_hook_begin(struct hook *hook, int argc, char *const argv[], int *ret)
{
	struct hook_text text;
	struct hook_env env;
	const char *reason;
	int r;

	r = hook_read_env(argc, argv, &env, &reason);
	if (r < 0) {
		hook_say(mount_hook_loud(hook), JOURNAL_ERR, "%s", reason);
		return MOUNT_HOOK_MISUSE;
	}
	hook->container = env.name;
	if (strcmp(env.type, "mount") != 0) {
		hook_say(mount_hook_loud(hook), JOURNAL_ERR,
			 "is for lxc.hook.mount, not for lxc.hook.%s",
			 hook_escape(&text, env.type));
		return MOUNT_HOOK_MISUSE;
	}
	if (!env.rootfs_mount) {
		hook_say(mount_hook_loud(hook), JOURNAL_ERR,
			 "LXC_ROOTFS_MOUNT is not set: run by LXC only");
		return MOUNT_HOOK_MISUSE;
	}
	r = rootfs_open(env.rootfs_mount);
	if (r >= 0) {
		*ret = r;
		return MOUNT_HOOK_DONE;
	}
	hook_say(mount_hook_loud(hook), JOURNAL_ERR, "cannot open the root file system '%s': %s",
		 hook_escape(&text, env.rootfs_mount),
		 r == -EXDEV ? "it is the host's own" : strerror(-r));
	return r == -EXDEV || r == -EINVAL ? MOUNT_HOOK_MISUSE : MOUNT_HOOK_FAILED;
}
