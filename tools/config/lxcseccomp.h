/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A seccomp profile as LXC reads it (seccomp.c of 4.0 to 7.0), asked one thing: would a call
 * with these arguments pass?  Pure.  The file is the administrator's.
 */
#ifndef TOOLS_CONFIG_LXCSECCOMP_H
#define TOOLS_CONFIG_LXCSECCOMP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/span.h"

struct lxcseccomp {
	struct span rules; /* the lines behind the first two */
	unsigned int line; /* the number of the first of them */
	unsigned int version;
	bool passes;	  /* what no rule names */
	bool rule_passes; /* what a rule without an action says */
};

struct lxcseccomp_call {
	const char *name;    /* "unshare" */
	unsigned int number; /* its number here: profiles of version 1 have no names */
	uint64_t args[6];
};

/* One condition of a rule, as in "[1,0x5412,SCMP_CMP_EQ]". */
struct lxcseccomp_condition {
	uint64_t index, value, mask; /* mask: 0 unless one was given */
	struct span op;
};

/* The text between the brackets: 0 or -EINVAL.  The operator is not judged. */
int lxcseccomp_parse_condition(struct span text, struct lxcseccomp_condition *ret);

/* 0, or -EINVAL and in *ret_line the line that LXC would refuse.  The spans point into text. */
int lxcseccomp_parse(struct span text, struct lxcseccomp *ret, unsigned int *ret_line);

/*
 * True unless the profile stops that call.  Where a rule that lets it pass and one that stops
 * it fit the same arguments, libseccomp does not promise which one wins: true.  A rule of
 * another architecture than this one stops nothing.  A call that is handed to a supervisor
 * passes.
 */
bool lxcseccomp_passes(const struct lxcseccomp *p, const struct lxcseccomp_call *call);

#endif
