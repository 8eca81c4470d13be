/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a record says, for people and as JSON. */
#ifndef TOOLS_LEARN_LEARN_REPORT_H
#define TOOLS_LEARN_LEARN_REPORT_H

#include "tools/evidence/record.h"

/* To standard output: 0, -ENOMEM, or as command_json_end(). */
int learn_report_table(const struct record *record);
int learn_report_json(const struct record *record);

/* The totals in one line, {"totals":...}, to end lines of JSON. */
int learn_report_json_line(const struct record *record, uint64_t lines_lost);

#endif
