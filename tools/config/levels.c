/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See levels.h. */
#include "config.h"

#include "tools/config/levels.h"

#include <errno.h>
#include <string.h>

/* Each is stricter than the one before it. */
static const struct {
	const char *name, *file;
} levels[] = {
	{ "base", PKGDATADIR "/base.conf" },
	{ "keep", PKGDATADIR "/keep.conf" },
	{ "strict", PKGDATADIR "/strict.conf" },
};
#define N_LEVELS (sizeof(levels) / sizeof(levels[0]))

int level_take(const struct command *cmd, const char *value, const char **ret_level)
{
	struct command_text buf;

	for (size_t i = 0; i < N_LEVELS; i++) {
		if (strcmp(value, levels[i].name) == 0) {
			*ret_level = levels[i].name;
			return 0;
		}
	}
	command_error(cmd->verb, "no level '%s': base, keep or strict",
		      command_escape(&buf, value));
	return -EINVAL;
}

bool level_is_installed(const char *path)
{
	return strncmp(path, PKGDATADIR "/", strlen(PKGDATADIR "/")) == 0;
}

/* N_LEVELS for none. */
static size_t find(const char *path)
{
	size_t i = 0;

	while (i < N_LEVELS && strcmp(path, levels[i].file) != 0)
		i++;
	return i;
}

const char *level_in(const struct lxcconf *conf)
{
	const char *found = NULL;
	size_t strictest = 0;

	for (size_t f = 0; f < conf->n_files; f++) {
		size_t i = find(conf->files[f].path);

		if (i < N_LEVELS && i >= strictest) {
			found = levels[i].name;
			strictest = i;
		}
	}
	return found;
}
