/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See mntattr.h. */
#include "config.h"

#include "lib/mntattr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/mountinfo.h"

/* The kernel's numbers: <linux/mount.h> clashes with <sys/mount.h>. */
enum {
	NR_MOUNT_SETATTR = 442,
	ALL = 0x8000,	/* AT_RECURSIVE */
	ATTR_NODEV = 4, /* MOUNT_ATTR_NODEV */
	NOSYMFOLLOW = 256,
};

struct attr {
	uint64_t set, clear, propagation, userns_fd;
};

static int set_attr(int rootfd, unsigned int flags, struct attr attr)
{
	return syscall(NR_MOUNT_SETATTR, rootfd, "", AT_EMPTY_PATH | flags, &attr, sizeof(attr)) < 0
		       ? -errno
		       : 0;
}

int mntattr_set_nodev_all(int rootfd)
{
	return set_attr(rootfd, ALL, (struct attr){ .set = ATTR_NODEV });
}

int mntattr_clear_nodev(int rootfd)
{
	return set_attr(rootfd, 0, (struct attr){ .clear = ATTR_NODEV });
}

int mntattr_remount_nodev(int rootfd, struct span options)
{
	static const struct {
		const char *name;
		unsigned long flag;
	} table[] = {
		{ "ro", MS_RDONLY },
		{ "nosuid", MS_NOSUID },
		{ "noexec", MS_NOEXEC },
		{ "noatime", MS_NOATIME },
		{ "nodiratime", MS_NODIRATIME },
		{ "relatime", MS_RELATIME },
		{ "nosymfollow", NOSYMFOLLOW },
	};
	unsigned long flags = MS_REMOUNT | MS_BIND | MS_NODEV;
	char path[sizeof("/proc/self/fd/") + 11];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		flags |= mountinfo_has_option(options, table[i].name) ? table[i].flag : 0;
	if (!(flags & (MS_NOATIME | MS_RELATIME)))
		flags |= MS_STRICTATIME; /* else the kernel takes relatime */
	/* A path that names what the descriptor names and nothing else. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", rootfd); /* sized to fit */
	return mount(NULL, path, NULL, flags, NULL) < 0 ? -errno : 0;
}
