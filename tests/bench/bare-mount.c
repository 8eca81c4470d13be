/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system calls without which a cgroup2 is not mounted beneath a root file system, and
 * nothing else: nothing is checked, chosen, or said.  What mount-cgroup is measured against;
 * not for use, as it follows every symlink of the guest's.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's numbers, as in lib/mnt.c. */
enum {
	NR_MOVE_MOUNT = 429,
	NR_FSOPEN = 430,
	NR_FSCONFIG = 431,
	NR_FSMOUNT = 432,
	OPEN_CLOEXEC = 1,
	CMD_CREATE = 6,
	ATTR_NOSUID_NODEV_NOEXEC = 2 | 4 | 8,
	MOVE_F_EMPTY = 0x04,
};

int main(void)
{
	const char *path = getenv("LXC_ROOTFS_MOUNT");
	int rootfd = path ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	long fsfd = syscall(NR_FSOPEN, "cgroup2", OPEN_CLOEXEC);
	long mntfd;

	if (syscall(NR_FSCONFIG, fsfd, CMD_CREATE, NULL, NULL, 0) < 0)
		return 1;
	mntfd = syscall(NR_FSMOUNT, fsfd, OPEN_CLOEXEC, ATTR_NOSUID_NODEV_NOEXEC);
	return syscall(NR_MOVE_MOUNT, mntfd, "", rootfd, "sys/fs/cgroup", MOVE_F_EMPTY) < 0;
}
