/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What "lxc-harden check" prints: each writes to standard output or into a text. */
#ifndef TOOLS_REPORT_CHECK_SHOW_H
#define TOOLS_REPORT_CHECK_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tools/check/check.h"

/* One container in full, and several as a table with their disagreements and faults. */
void check_print_one(const struct check *c);
int check_print_table(const struct check_set *set);

/* Documents of their own; 0 or -errno. */
int check_write_json(const struct check_set *set, FILE *f);
int check_write_sarif(const struct check_set *set, FILE *f);
int check_write_prometheus(const struct check_set *set, FILE *f);

#endif
