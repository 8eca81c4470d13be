/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text of /proc/PID/status (proc_pid_status(5)): the part of it that tells what
 * a process may do.  Pure.  The kernel writes it; only "Name" is the process's own
 * choice, the kernel escapes it, and it is not read.
 */
#ifndef LIB_PROCSTATUS_H
#define LIB_PROCSTATUS_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/caps.h"
#include "lib/span.h"

enum procstatus_seccomp {
	PROCSTATUS_SECCOMP_OFF = 0,
	PROCSTATUS_SECCOMP_STRICT = 1,
	PROCSTATUS_SECCOMP_FILTER = 2,
	PROCSTATUS_SECCOMP_UNKNOWN = 3, /* a kernel without seccomp has no such line */
};

#define PROCSTATUS_FILTERS_UNKNOWN UINT64_MAX

struct procstatus {
	pid_t ppid;
	struct caps inheritable, permitted, effective, bounding, ambient;
	enum procstatus_seccomp seccomp;
	uint64_t seccomp_filters; /* how many; PROCSTATUS_FILTERS_UNKNOWN before Linux 5.9 */
	bool no_new_privs;
	unsigned int pid_namespaces; /* fields of NSpid: 1 = the reader's own pid namespace */
};

/* 0, or -EINVAL when a line is malformed or one of PPid and Cap* is missing. */
int procstatus_parse(struct span text, struct procstatus *ret);

#endif
