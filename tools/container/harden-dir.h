/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The folder LXCPATH/NAME/harden, by descriptor.  LXCPATH/NAME may belong to another user,
 * so no symlink in it is followed.
 */
#ifndef TOOLS_CONTAINER_HARDEN_DIR_H
#define TOOLS_CONTAINER_HARDEN_DIR_H

#include <stdbool.h>

#define HARDEN_DIR "harden"
#define HARDEN_CONF "harden.conf"
#define HARDEN_POLICY "policy"
#define HARDEN_AUDIT "audit.json"
#define HARDEN_HISTORY "audit.log"
#define HARDEN_RECORD "record.json"
#define HARDEN_PROOF "proof.json"
#define HARDEN_TRIES "prove-tries.json" /* what prove has tried so far */

/*
 * Beneath the container's folder; an owned descriptor.  With make it is created, and
 * *ret_made says so.  -ENOENT, -ELOOP or -ENOTDIR for what is no folder, else -errno.
 */
int harden_dir_open(int dirfd, bool make, bool *ret_made);

/*
 * That of LXCPATH/NAME, to read: an owned descriptor or -errno.  flags are for NAME: O_NOFOLLOW
 * for who has more rights than the owner of LXCPATH, who may put a link there.
 */
int harden_dir_find(const char *lxcpath, const char *name, int flags);

/*
 * False if somebody who does not own the container's folder could change what is in this one:
 * a fragment names programs that LXC runs.  A list of access (acl(5)) shows as a group's.
 */
bool harden_dir_is_safe(int dirfd, int fd);
#define HARDEN_DIR_UNSAFE "others than the container's owner can write to it"

/* Takes away what a writer that was killed left there: 0 or -errno. */
int harden_dir_tidy(int fd);

/* Counts in *n, and unlinks unless "dry", seccomp profiles named by their content: 0 or -errno. */
int harden_dir_remove_profiles(int fd, bool dry, unsigned int *n);

/* Unlinks one file: 1, 0 if there was none, or -errno. */
int harden_dir_unlink(int fd, const char *name);

#endif
