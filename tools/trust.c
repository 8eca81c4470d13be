/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See trust.h. */
#include "config.h"

#include "tools/trust.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/containers.h"

static bool is_other(uid_t uid)
{
	return uid != 0 && uid != geteuid();
}

static int refuse(const struct command *cmd, const char *lxcpath, const char *what, uid_t uid)
{
	struct command_text path;

	command_error(cmd->verb,
		      "'%s/%s': %s user %u, who could have LXC act with your rights: run it as "
		      "that user",
		      command_escape(&path, lxcpath), cmd->name, what, (unsigned int)uid);
	return -EPERM;
}

int trust_check(const struct command *cmd, const char *lxcpath)
{
	struct container container = { lxcpath, cmd->name, { geteuid(), getegid() } };
	char path[PATH_MAX];
	struct stat st;
	uid_t uid;
	int n = snprintf(path, sizeof(path), "%s/%s/config", lxcpath, cmd->name);

	/* Who owns the folder puts what he likes in it, beside this container, too. */
	if (stat(lxcpath, &st) == 0 && is_other(st.st_uid))
		return refuse(cmd, lxcpath, "the folder belongs to", st.st_uid);
	if (n > 0 && (size_t)n < sizeof(path) && stat(path, &st) == 0 && is_other(st.st_uid))
		return refuse(cmd, lxcpath, "its configuration belongs to", st.st_uid);
	if (containers_find_impostor(&container, &uid))
		return refuse(cmd, lxcpath, "its monitor's socket is held by", uid);
	return 0;
}
