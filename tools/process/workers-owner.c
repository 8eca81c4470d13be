/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See workers.h: taking a user's rights. */
#include "config.h"

#include "tools/process/workers.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef WITH_SANITIZERS
#define WITH_SANITIZERS 0
#endif

#define NOGROUP 65534
/* More than the largest record needs, as json-c keeps it. */
#define MEMORY ((rlim_t)512 << 20)

struct workers_owner workers_owner_of(uid_t uid)
{
	const struct passwd *user = getpwuid(uid);

	/* chown(1) of a user's folder leaves root's group with it. */
	return (struct workers_owner){ uid, user ? user->pw_gid : uid ? NOGROUP : 0 };
}

bool workers_may_be(const struct workers_owner *owner)
{
	return geteuid() == 0 || geteuid() == owner->uid;
}

/*
 * liblxc makes its lock folders by these, even where it only looks: where it would make them
 * for that user.
 */
static void set_environment(uid_t uid)
{
	const struct passwd *user = getpwuid(uid);
	char path[40];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/run/user/%u", (unsigned int)uid); /* fits */
	(void)setenv("HOME", user ? user->pw_dir : "/", 1); /* without memory liblxc fails, too */
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == uid)
		(void)setenv("XDG_RUNTIME_DIR", path, 1);
	else
		(void)unsetenv("XDG_RUNTIME_DIR");
}

/* Real, effective and saved ids, and with them the capabilities. */
int workers_become(const struct workers_owner *owner)
{
	const struct rlimit memory = { MEMORY, MEMORY };

	if (owner->uid == geteuid())
		return 0;
	set_environment(owner->uid);
	if (!WITH_SANITIZERS && setrlimit(RLIMIT_DATA, &memory) < 0)
		return -errno;
	if (setgroups(0, NULL) < 0 || setresgid(owner->gid, owner->gid, owner->gid) < 0 ||
	    setresuid(owner->uid, owner->uid, owner->uid) < 0)
		return -errno;
	/* He must not read in our memory what other users' containers are like. */
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}
