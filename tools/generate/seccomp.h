/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The seccomp profile of a plan: the level's, the container's own, or one of both. */
#ifndef TOOLS_GENERATE_SECCOMP_H
#define TOOLS_GENERATE_SECCOMP_H

#include "tools/generate/plan.h"

/*
 * Sets .seccomp, .seccomp_text and .seccomp_kept.  folder is where a profile made of both will
 * lie, under a name made of its content.  0, or negative and one line in *ret_error: -EINVAL
 * where the container's own cannot be joined with a level that asks for its own, -EIO where one
 * of the two is there and cannot be read.
 */
int plan_read_seccomp(struct plan *plan, const char *folder, struct config_error *ret_error);

#endif
