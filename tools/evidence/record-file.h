/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record of a container, where its other files of lxc-harden are. */
#ifndef TOOLS_EVIDENCE_RECORD_FILE_H
#define TOOLS_EVIDENCE_RECORD_FILE_H

#include "tools/evidence/record.h"

/*
 * LXCPATH/NAME/harden/record.json, beneath a folder that may be another user's: 0; 1 if there
 * is none; else -errno and *ret_error, where -EINVAL is for what is no record.
 */
int record_file_read(const char *lxcpath, const char *name, struct record **ret,
		     struct record_error *ret_error);

/*
 * Adds record to the file, or with fresh puts it in its place; makes the folder.  *record is
 * the sum afterwards.  0, or -errno and *ret_error.
 */
int record_file_add(const char *lxcpath, const char *name, bool fresh, struct record **record,
		    struct record_error *ret_error);

#endif
