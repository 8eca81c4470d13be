/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See apifs.h. */
#include "config.h"

#include "lib/apifs.h"

#include <string.h>

/* Sizes and modes as systemd has them. */
static const struct mnt_option lock[] = { { "mode", "1777" }, { "size", "5m" } };
/* Users fill this one; it must not be able to fill /run. */
static const struct mnt_option user[] = { { "mode", "0755" }, { "size", "10%" } };
static const struct mnt_option shm[] = { { "mode", "1777" } };
/* Where cap-audit tries to make a device node: nothing of it is left in the guest. */
static const struct mnt_option audit[] = {
	{ "mode", "0700" },
	{ "size", "64k" },
	{ "nr_inodes", "16" },
};

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define PLACE(in, at) .folder = in, .name = at, .path = in "/" at
#define TMPFS(what) .type = "tmpfs", .source = "tmpfs", .options = what, .n_options = N(what)

const struct apifs apifs[] = {
	{ PLACE("run", "lock"), .fs = { TMPFS(lock) } },
	{ PLACE("run", "user"), .fs = { TMPFS(user) } },
	{ PLACE("dev", "shm"), .fs = { TMPFS(shm), .executable = true } },
	{ PLACE("dev", "mqueue"), .fs = { .type = "mqueue", .source = "mqueue" },
	  .optional = true },
	{ PLACE("dev", ".lxc-harden"), .fs = { TMPFS(audit) } },
};
const size_t apifs_n = N(apifs);

bool apifs_is(const char *path)
{
	for (size_t i = 0; i < apifs_n; i++) {
		if (strcmp(apifs[i].path, path) == 0)
			return true;
	}
	return false;
}
