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

const struct apifs apifs[] = {
	{
		"run",
		"lock",
		"run/lock",
		01777,
		.fs = { "tmpfs", "tmpfs", .options = lock_options, .n_options = 2 },
	},
	{
		"run",
		"user",
		"run/user",
		0755,
		.fs = { "tmpfs", "tmpfs", .options = user_options, .n_options = 2 },
	},
	{
		"dev",
		"shm",
		"dev/shm",
		01777,
		.fs = { "tmpfs", "tmpfs", .options = shm_options, .n_options = 1,
			.executable = true },
	},
	{
		"dev",
		"mqueue",
		"dev/mqueue",
		01777,
		.fs = { .type = "mqueue", .source = "mqueue" },
		.optional = true,
	},
	{
		"dev",
		".lxc-harden",
		"dev/.lxc-harden",
		0700,
		.fs = { "tmpfs", "tmpfs", .options = audit_options, .n_options = 3 },
	},
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
