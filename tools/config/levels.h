/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three levels, and the files by which a configuration has one. */
#ifndef TOOLS_CONFIG_LEVELS_H
#define TOOLS_CONFIG_LEVELS_H

#include <stdbool.h>

#include "tools/command/command.h"
#include "tools/config/lxcconf.h"

/* Takes a level's name, as a constant of ours: 0, or -EINVAL after it has said why. */
int level_take(const struct command *cmd, const char *value, const char **ret_level);

/* A file that lxc-harden came with. */
bool level_is_installed(const char *path);

/* The level that a configuration includes, or NULL: the strictest, as they include each other. */
const char *level_in(const struct lxcconf *conf);

#endif
