/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See checker.h. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/lib/checker.h"

static int ask(void)
{
	for (int i = 0; i < CHECKER_CROWD; i++) {
		if (syscall(SYS_setuid, 0) < 0)
			return -errno;
	}
	return 0;
}

int checker_crowd_names(long rounds)
{
	int r = 0;

	for (long n = 0; r == 0 && n < rounds; n++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "\x1b[%ldm\"\n", n % 1000000); /* fits */
		(void)prctl(PR_SET_NAME, name, 0, 0, 0);
		r = ask();
	}
	return r;
}

static int enter(const char *dir)
{
	char path[256];
	int fd, r = 0;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", dir); /* short ones only */
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, "0", 1) != 1)
		r = -errno;
	(void)close(fd);
	return r;
}

/* Where this guest's units are, too. */
static const char *find_hierarchy(void)
{
	static const char *const all[] = { "/sys/fs/cgroup/systemd", "/sys/fs/cgroup" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "%s/cgroup.procs", all[i]); /* fits */
		if (access(path, W_OK) == 0)
			return all[i];
	}
	return NULL;
}

int checker_crowd_cgroups(long rounds)
{
	const char *base = find_hierarchy();
	char home[64], dir[128];
	int r = base ? 0 : -ENOENT;

	if (r < 0)
		return r;
	/* Not at the top: there systemd is, and a cgroup has either processes or children. */
	(void)snprintf(home, sizeof(home), "%s/crowd-%d", base, (int)getpid()); /* fits */
	if (mkdir(home, 0755) < 0)
		return -errno;
	for (long n = 0; r == 0 && n < rounds; n++) {
		(void)snprintf(dir, sizeof(dir), "%s/\x1b[31m%d.%ld", base, (int)getpid(),
			       n); /* fits */
		if (mkdir(dir, 0755) < 0)
			return -errno;
		r = enter(dir);
		if (r == 0)
			r = ask();
		if (r == 0)
			r = enter(home);
		(void)rmdir(dir);
	}
	return r;
}
