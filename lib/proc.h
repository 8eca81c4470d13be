/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A process by a descriptor of its folder in /proc: once open it stays that process;
 * when it ends, reads fail with -ESRCH instead of meeting another.  System floor.
 */
#ifndef LIB_PROC_H
#define LIB_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/procstatus.h"

#define PROC_TEXT_MAX (16u << 20) /* bytes; mountinfo of a host with many containers */

/* pid in the namespace of the mounted /proc; 0 is the caller itself.  Owned, or -errno. */
int proc_open(pid_t pid);

/*
 * True if the caller is in a pid namespace below that of the mounted /proc, which then
 * knows it by another number.  false if not, or if the numbers happen to be the same.
 */
bool proc_knows_other_pid(void);

/* A text of it, as io_read_file_at() gives it; at most PROC_TEXT_MAX. */
int proc_read(int procfd, const char *name, char **ret_text, size_t *ret_size);

/* The text of the caller's own "cgroup", by fewer system calls: the mount hook's first need. */
int proc_read_own_cgroup(char **ret_text, size_t *ret_size);

int proc_read_status(int procfd, struct procstatus *ret);

/* Both are in the same namespace of that kind ("mnt", "net", ...): 0 and *ret, or -errno. */
int proc_same_namespace(int procfd_a, int procfd_b, const char *kind, bool *ret);

#endif
