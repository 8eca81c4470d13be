/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * "harden/audit.log" beside audit.json: what came of each start, a line of JSON each, the
 * newest last.  cap-audit(8) describes it.
 */
#ifndef HOOKS_AUDIT_LOG_H
#define HOOKS_AUDIT_LOG_H

#include <stddef.h>

struct audit_record;

#define AUDIT_LOG_FILE "audit.log"

/* The line, with its newline; owned.  0 or -errno. */
int audit_emit_line(const struct audit_record *r, char **ret_line, size_t *ret_size);

/*
 * Adds the verdict to the file in that folder (audit_open_folder()).  A file that has grown
 * too long is replaced by one with its newest lines.  0, or -errno, and the file is as it
 * was: -EINVAL or -ELOOP for what is no plain file of ours.
 */
int audit_log(int folderfd, const struct audit_record *r);

#endif
