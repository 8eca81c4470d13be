/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verdict, and where it is kept: "harden/audit.json" beside the container's config,
 * for programs, and one line of the host's log.  cap-audit(8) describes the file.
 */
#ifndef HOOKS_AUDIT_RECORD_H
#define HOOKS_AUDIT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/audit-findings.h"
#include "hooks/audit-guest.h"
#include "lib/audit-process.h"
#include "hooks/audit.h"

#define AUDIT_FILE "audit.json"

enum audit_verdict {
	AUDIT_VERDICT_CONFORMS,
	AUDIT_VERDICT_REFUSED,
	AUDIT_VERDICT_UNCHECKED,
};

/* Which start of a container: see audit_read_start(). */
struct audit_start {
	char id[160]; /* "" if it could not be told */
	pid_t monitor;
};

struct audit_record {
	const char *by;	       /* the vantage point */
	const char *container; /* NULL: none */
	enum audit_verdict verdict;
	bool warn;
	const struct audit_policy *policy;   /* NULL: not known here */
	struct span policy_name;	     /* in its place: what the report says */
	const struct audit_process *process; /* NULL: it is gone */
	const struct audit_guest *guest;     /* NULL: not looked at */
	const char *note;		     /* about the guest; or NULL */
	struct audit_start start;
	struct audit_findings findings;
	struct audit_findings notes; /* what the administrator should know, and refuses nothing */
};

/*
 * The monitor is the parent of every hook, and one start of a container has one mount
 * namespace: together with its own start time and the boot these name a start for as long
 * as anybody can ask, as the monitor holds that namespace.  mntns_inode is of that.
 */
void audit_read_start(uint64_t mntns_inode, pid_t init, struct audit_start *ret);

/*
 * The folder for the record, by the path of the container's config.  Made if absent and
 * make is true.  An owned descriptor; -ENOENT; -EPERM if it is a link, another user's or
 * writable for others, with the reason in *ret_reason; else -errno.
 */
int audit_open_folder(const char *config_file, bool make, const char **ret_reason);

/* True if the file in there is about this start. */
bool audit_has_record(int folderfd, const struct audit_start *start);

/* Adds the findings of the audit inside. */
void audit_take_report(struct audit_record *r, const struct report *report);

/* The file, as text on the heap: 0 and the caller's to free, or -errno. */
int audit_emit_record(const struct audit_record *r, char **ret_text, size_t *ret_size);

/* Into the folder and the host's log.  folderfd < 0: only the latter. */
void audit_keep_record(const struct hook *h, int folderfd, const struct audit_record *r);

/* The line for a person: the verdict and its reasons. */
void audit_say_record(const struct hook *h, const struct audit_record *r);

/* The exit status for it. */
int audit_get_exit(const struct audit_record *r);

#endif
