/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file of a report.  A report shows what the containers' directories may hide, so it is
 * no more open than these are, and than the caller's umask lets it be.
 */
#ifndef TOOLS_REPORT_FILE_H
#define TOOLS_REPORT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tools/container/containers.h"

/* For a report on these, where the caller has that umask. */
mode_t report_find_mode(const struct container *containers, size_t n, mode_t mask);

/*
 * Replaces the file at once: who reads it, as node_exporter does, sees the old or the new.  A
 * file that is there is not opened wider than it was, unless the mode was asked for.  0 or
 * -errno.
 */
int report_write_file(const char *path, const char *text, size_t size, mode_t mode, bool asked);

#endif
