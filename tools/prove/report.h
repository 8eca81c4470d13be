/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a proof came to: proof.json, and the table. */
#ifndef TOOLS_PROVE_REPORT_H
#define TOOLS_PROVE_REPORT_H

#include "tools/prove/run.h"

/* The exit status. */
int prove_report(struct prove_run *run);

/* Has "generate", the verb, keep just what proof.json says: its exit status. */
typedef int (*prove_generate)(const struct verb *verb, int argc, char *argv[]);
int prove_apply(const struct prove_run *run, prove_generate run_generate);

#endif
