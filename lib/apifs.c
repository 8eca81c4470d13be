/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See apifs.h. */
#include "config.h"

#include "lib/apifs.h"

#include <string.h>

/* Sizes and modes as systemd has them. */
static const struct mnt_option lock_options[] = { { "mode", "1777" }, { "size", "5m" } };
/* Users fill this one; it must not be able to fill /run. */
static const struct mnt_option user_options[] = { { "mode", "0755" }, { "size", "10%" } };
static const struct mnt_option shm_options[] = { { "mode", "1777" } };
/* Where cap-audit tries to make a device node: nothing of it is left in the guest. */
static const struct mnt_option audit_options[] = {
	{ "mode", "0700" },
	{ "size", "64k" },
	{ "nr_inodes", "16" },
};

static const struct mnt_fs lock = { "tmpfs", "tmpfs", lock_options, 2, .executable = false };
static const struct mnt_fs user = { "tmpfs", "tmpfs", user_options, 2, .executable = false };
static const struct mnt_fs shm = { "tmpfs", "tmpfs", shm_options, 1, .executable = true };
static const struct mnt_fs audit = { "tmpfs", "tmpfs", audit_options, 3, .executable = false };
static const struct mnt_fs mqueue = { "mqueue", "mqueue", NULL, 0, .executable = false };

const struct apifs apifs[] = {
	{ "run", "lock", "run/lock", &lock, .optional = false },
	{ "run", "user", "run/user", &user, .optional = false },
	{ "dev", "shm", "dev/shm", &shm, .optional = false },
	{ "dev", "mqueue", "dev/mqueue", &mqueue, .optional = true },
	{ "dev", ".lxc-harden", "dev/.lxc-harden", &audit, .optional = false },
};
const size_t apifs_n = sizeof(apifs) / sizeof(apifs[0]);

bool apifs_is(const char *path)
{
	for (size_t i = 0; i < apifs_n; i++) {
		if (strcmp(apifs[i].path, path) == 0)
			return true;
	}
	return false;
}
