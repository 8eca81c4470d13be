/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rewriter ROOT CANARY SEED: a guest that rewrites its own root file system without a pause.
 *
 * Within ROOT, as its root folder, the names that hooks, LXC and lxc-harden look up are each
 * exchanged, for some microseconds, for a link to the host's folder CANARY (absolute, climbing,
 * through /proc), a link to the host's cgroups, a link to itself, a FIFO, a device, a file, an
 * empty folder.  Until SIGTERM or the parent's end; then all is as before, and it prints how
 * often it has exchanged any.
 */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define POOL "/.pool"

static const char *const targets[] = {
	"/sys",
	"/sys/fs",
	"/sys/fs/cgroup",
	"/dev",
	"/dev/shm",
	"/run",
	"/tmp",
	"/proc",
	"/etc",
	"/etc/fstab",
	"/etc/systemd/system",
	"/etc/passwd",
	"/sbin",
	"/sbin/init",
	"/bin",
	"/usr",
	"/usr/lib",
	"/usr/lib/systemd",
	"/usr/lib/systemd/system",
	"/usr/lib/systemd/libsystemd-shared-252.so",
	"/var/lib/dpkg",
	"/var/lib/dpkg/status",
};

static const char *const kinds[] = {
	"absolute", "climbing", "magic", "cgroups", "loop", "fifo", "device", "file", "folder",
};

#define N(a) (sizeof(a) / sizeof((a)[0]))

static volatile sig_atomic_t over;

static void end(int signal_number)
{
	(void)signal_number;
	over = 1;
}

static uint32_t next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void make_pool(const char *canary)
{
	char climbing[4096], magic[4096];

	(void)snprintf(climbing, sizeof(climbing), "../../../../../../../../../../..%s", canary);
	(void)snprintf(magic, sizeof(magic), "/proc/1/root%s", canary);
	if (mkdir(POOL, 0755) < 0 || chdir(POOL) < 0)
		err(1, "cannot make " POOL);
	if (symlink(canary, "absolute") < 0 || symlink(climbing, "climbing") < 0 ||
	    symlink(magic, "magic") < 0 || symlink("/sys/fs/cgroup", "cgroups") < 0 ||
	    symlink("loop", "loop") < 0 || mkfifo("fifo", 0666) < 0 ||
	    mknod("device", S_IFCHR | 0666, makedev(1, 5)) < 0 ||
	    mknod("file", S_IFREG | 0666, 0) < 0 || mkdir("folder", 0777) < 0)
		err(1, "cannot fill " POOL);
}

static void wait_some(uint32_t turns)
{
	for (volatile uint32_t i = 0; i < turns; i++)
		;
}

/* There and back; the name may lie in a folder that is not there just now. */
static unsigned int exchange(const char *target, const char *kind, uint32_t turns)
{
	char parent[256];
	int dirfd;

	/* The folder that it was taken from is where it comes back to. */
	(void)snprintf(parent, sizeof(parent), "%.*s/", (int)(strrchr(target, '/') - target),
		       target);
	dirfd = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return 0;
	target = strrchr(target, '/') + 1;
	if (renameat2(AT_FDCWD, kind, dirfd, target, RENAME_EXCHANGE) < 0) {
		(void)close(dirfd); /* a folder */
		return 0;
	}
	wait_some(turns);
	if (renameat2(AT_FDCWD, kind, dirfd, target, RENAME_EXCHANGE) < 0)
		err(1, "cannot put '%s' back", target);
	(void)close(dirfd); /* a folder */
	return 2;
}

int main(int argc, char **argv)
{
	unsigned long n = 0;
	uint32_t state;

	if (argc != 4)
		errx(2, "usage: rewriter ROOT CANARY SEED");
	state = (uint32_t)strtoul(argv[3], NULL, 10) | 1;
	if (chroot(argv[1]) < 0)
		err(1, "%s", argv[1]);
	make_pool(argv[2]);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* the caller ends us, too */
	(void)signal(SIGTERM, end);
	(void)signal(SIGHUP, end);
	while (!over) {
		const char *target = targets[next(&state) % N(targets)];

		n += exchange(target, kinds[next(&state) % N(kinds)], next(&state) % 20000);
		wait_some(next(&state) % 20000);
	}
	printf("%lu\n", n);
	return 0;
}
