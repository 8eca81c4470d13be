/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What cap-audit left in LXCPATH/NAME/harden: the verdict on the last start (audit.json) and
 * the history (audit.log), as cap-audit(8) documents them.  Both are as hostile as their
 * folder: sizes are limited, and every string that comes out is printable ASCII, the rest as
 * \xNN, so that it can be shown as it is.
 */
#ifndef TOOLS_EVIDENCE_AUDIT_READ_H
#define TOOLS_EVIDENCE_AUDIT_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/caps.h"
#include "lib/span.h"

#define AUDIT_ENTRIES_MAX 100

enum audit_word {
	AUDIT_WORD_NONE, /* no verdict, or one that is not known here */
	AUDIT_WORD_CONFORMS,
	AUDIT_WORD_REFUSED,
	AUDIT_WORD_UNCHECKED,
	AUDIT_N_WORDS,
};
extern const char *const audit_words[AUDIT_N_WORDS];

struct audit_entry {
	enum audit_word verdict;
	bool warn;	   /* it was started all the same */
	bool has_bounding; /* the process was there to be looked at */
	struct caps bounding;
	char time[24]; /* "2026-11-24T01:02:03Z" */
	char policy[32];
	char text[200]; /* of the first finding; "" for none */
};

/* Pure.  One line of audit.log, or audit.json: 0, -EINVAL, or -ENOMEM. */
int audit_parse(struct span text, struct audit_entry *ret);

/*
 * By a descriptor of "harden".  0, -ENOENT, or -EINVAL and what io_read_file_at() gives for
 * what is no verdict.
 */
int audit_read_last(int dirfd, struct audit_entry *ret);

/* The newest entries, oldest first; lines that are none are passed over.  How many, or as above. */
int audit_read_log(int dirfd, struct audit_entry ret[AUDIT_ENTRIES_MAX]);

#endif
