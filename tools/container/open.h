/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The container that a command line names, for a verb that acts on it: what its path leads to and
 * who answers for it is trusted (tools/trust.h), and its configuration loads.
 */
#ifndef TOOLS_CONTAINER_OPEN_H
#define TOOLS_CONTAINER_OPEN_H

#include <lxc/lxccontainer.h>

#include "tools/command/command.h"

/*
 * From the first LXCPATH that has it, *ret_path (the command's).  0 and *ret, for
 * lxc_container_put(); or -errno after it has said why: nothing was loaded then.
 */
int container_open(const struct command *cmd, struct lxc_container **ret, const char **ret_path);

#endif
