/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/PID/fdinfo/N (proc_pid_fdinfo(5)).  Pure; the kernel writes it. */
#ifndef LIB_FDINFO_H
#define LIB_FDINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/span.h"

struct fdinfo {
	uint64_t mnt_id; /* of the mount that the file was opened through */
	bool cloexec;	 /* closed by the next execve(2) */
};

/* 0, or -EINVAL when a line is malformed or one of "flags" and "mnt_id" is missing. */
int fdinfo_parse(struct span text, struct fdinfo *ret);

#endif
