/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lxc-harden generate prints about a plan. */
#ifndef TOOLS_GENERATE_TELL_H
#define TOOLS_GENERATE_TELL_H

#include "tools/generate/plan.h"

/* wrote: not a dry run.  changed: what was (or would be) written is not what was there. */
void generate_print_text(const char *name, const struct plan *plan, bool wrote, bool changed);
void generate_print_json(const char *name, const struct plan *plan, bool wrote, bool changed);

#endif
