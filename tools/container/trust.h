/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose a container is.  liblxc acts on a configuration as it loads it: lxc.log.file is opened,
 * and made if need be, with the rights of whoever asks.  And it takes the answers of whoever
 * has bound the abstract socket of that name.  So what does more than list and check, which
 * take on the owner's rights (tools/process/workers.h), asks here first.
 */
#ifndef TOOLS_CONTAINER_TRUST_H
#define TOOLS_CONTAINER_TRUST_H

#include "tools/command/command.h"

/*
 * What the path of LXCPATH/NAME/config leads to is for us or root alone to decide, now and later
 * (tools/container/path-stranger.h), and nobody else answers for the container.  0, or -EPERM after
 * it has said who does.  What is not there is nobody's.
 */
int trust_check(const struct command *cmd, const char *lxcpath);

#endif
