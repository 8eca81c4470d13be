/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See trust.h. */
#include "config.h"

#include "tools/container/trust.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/container/containers.h"
#include "tools/container/path-stranger.h"

static int refuse(const struct command *cmd, const char *lxcpath, const char *what)
{
	struct command_text path;

	command_error(cmd->verb, "'%s/%s': %s, who could have LXC act with your rights",
		      command_escape(&path, lxcpath), cmd->name, what);
	return -EPERM;
}

static int refuse_stranger(const struct command *cmd, const char *lxcpath,
			   const struct path_stranger *s)
{
	struct command_text path;
	char what[sizeof(path.text) + 64];

	(void)command_escape(&path, s->path);
	/* Cut if the path is too long for a line. */
	if (s->owns)
		(void)snprintf(what, sizeof(what), "'%s' belongs to user %u", path.text,
			       (unsigned int)s->st.st_uid);
	else if (s->st.st_mode & S_IWOTH)
		(void)snprintf(what, sizeof(what), "'%s' can be changed by everybody", path.text);
	else if (s->st.st_mode & S_IWGRP)
		(void)snprintf(what, sizeof(what), "'%s' can be changed by group %u", path.text,
			       (unsigned int)s->st.st_gid);
	else
		(void)snprintf(what, sizeof(what), "'%s' leads to nobody knows whom", path.text);
	return refuse(cmd, lxcpath, what);
}

int trust_check(const struct command *cmd, const char *lxcpath)
{
	struct container container = { lxcpath, cmd->name, { geteuid(), getegid() } };
	char folder[PATH_MAX], config[PATH_MAX], what[64];
	struct path_stranger stranger;
	struct stat st;
	uid_t uid;
	int n = snprintf(config, sizeof(config), "%s/%s/config", lxcpath, cmd->name);

	if (n < 0 || (size_t)n >= sizeof(config))
		return 0;						     /* nobody opens that */
	(void)snprintf(folder, sizeof(folder), "%s/%s", lxcpath, cmd->name); /* shorter */
	/* A sticky folder, too, as /tmp: whoever is the first there has a container of that name.
	 */
	if (stat(lxcpath, &st) == 0 && (st.st_mode & S_IWOTH))
		return refuse(cmd, lxcpath, "the folder can be changed by everybody");
	if (path_find_stranger(config, geteuid(), true, folder, &stranger))
		return refuse_stranger(cmd, lxcpath, &stranger);
	if (containers_find_impostor(&container, &uid)) {
		(void)snprintf(what, sizeof(what), "its monitor's socket is held by user %u",
			       (unsigned int)uid); /* fits */
		return refuse(cmd, lxcpath, what);
	}
	return 0;
}
