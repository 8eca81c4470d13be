/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a try depends on, as a number; see key.h. */
#include "config.h"

#include "tools/prove/key.h"

#include <fcntl.h>
#include <lxc/lxccontainer.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "lib/cleanup.h"
#include "lib/rootfs.h"

/* What an upgrade or an administrator in the guest changes. */
static void mix_guest(uint64_t *key, const char *rootfs)
{
	static const char *const paths[] = {
		"etc",
		"etc/passwd",
		"etc/group",
		"etc/systemd/system",
		"etc/systemd/system/multi-user.target.wants",
		"usr/bin",
		"usr/sbin",
		"usr/lib/systemd/system",
		"var/lib/dpkg/status",
		"var/lib/rpm",
		"lib/apk/db/installed",
	};
	auto_close int rootfd = rootfs_open(rootfs);
	struct stat st;

	for (size_t i = 0; rootfd >= 0 && i < sizeof(paths) / sizeof(paths[0]); i++) {
		auto_close int fd = rootfs_open_at(rootfd, paths[i], O_PATH | O_CLOEXEC);

		if (fd < 0 || fstat(fd, &st) < 0)
			continue;
		/* Not what differs in a copy, as one is made anew of a container that runs. */
		if (S_ISREG(st.st_mode))
			prove_key_mix(key, &st.st_size, sizeof(st.st_size));
		prove_key_mix(key, &st.st_mtim, sizeof(st.st_mtim));
	}
}

uint64_t prove_key(const struct prove_setup *setup, const struct prove_config *config)
{
	uint64_t key = PROVE_KEY_START;
	struct utsname uts;

	prove_key_mix_text(&key, PACKAGE_VERSION);
	prove_key_mix_text(&key, lxc_get_version());
	if (uname(&uts) == 0)
		prove_key_mix_text(&key, uts.release);
	prove_key_mix_text(&key, setup->config);
	prove_key_mix_text(&key, setup->root);
	prove_key_mix(&key, &config->max, sizeof(config->max));
	prove_key_mix(&key, &setup->restart, sizeof(setup->restart));
	prove_key_mix(&key, &setup->stop, sizeof(setup->stop));
	for (size_t i = 0; i < setup->n_checks; i++)
		prove_key_mix_text(&key, setup->checks[i]);
	mix_guest(&key, setup->rootfs);
	return key;
}
