/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook-view legacy|hybrid|unified COMMAND [ARGUMENT]...
 *
 * Runs COMMAND in a mount namespace that plays a host: all mounts shared, and on
 * /sys/fs/cgroup the hierarchies of that layout that a mount hook looks at, without the
 * controllers of v1.  What cgroup-view does with all of them, in one process in place of
 * a dozen.
 *
 * Status: that of COMMAND; 125 when this kernel cannot show the layout.
 */
#include "config.h"

#include <err.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define BASE "/sys/fs/cgroup"

enum { CANNOT = 125 };

static void mount_on(const char *type, const char *target, const char *options)
{
	if (mkdir(target, 0755) < 0 && strcmp(target, BASE) != 0)
		err(CANNOT, "cannot make %s", target);
	if (mount(type, target, type, 0, options) < 0)
		err(CANNOT, "cannot mount %s on %s", type, target);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(CANNOT, "misuse");
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		err(CANNOT, "no mount namespace");
	while (umount2(BASE, MNT_DETACH) == 0)
		; /* however many there are, with what is on them */
	if (strcmp(argv[1], "unified") == 0) {
		mount_on("cgroup2", BASE, NULL);
	} else {
		mount_on("tmpfs", BASE, "mode=755,size=1m");
		mount_on("cgroup", BASE "/systemd", "none,name=systemd");
		if (strcmp(argv[1], "hybrid") == 0)
			mount_on("cgroup2", BASE "/unified", NULL);
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
		err(CANNOT, "cannot share the mounts");
	(void)execvp(argv[2], argv + 2);
	err(127, "%s", argv[2]);
}
