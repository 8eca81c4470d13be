/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the audit would refuse a start for, said before: by the lines of the configuration. */
#ifndef TOOLS_GENERATE_REFUSED_H
#define TOOLS_GENERATE_REFUSED_H

#include "tools/config/lxcconf.h"
#include "tools/command/command.h"

/* A line on standard error for each. */
void generate_warn_refused(const struct command *cmd, const struct lxcconf *conf);

#endif
