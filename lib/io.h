/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole files in and out, by descriptor of their folder.  System floor. */
#ifndef LIB_IO_H
#define LIB_IO_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads a regular file whole, also one of /proc or a cgroup.  The last component may
 * not be a symlink; a FIFO, a device or a socket is not opened at all.  At most limit
 * bytes, else -EFBIG.  *ret_text is the caller's to free and ends in a NUL that
 * *ret_size does not count.  -EINVAL for what is no regular file, else -errno.
 */
int io_read_file_at(int dirfd, const char *name, size_t limit, char **ret_text, size_t *ret_size);

/* The same from a descriptor that is open for reading, to its end. */
int io_read_fd(int fd, size_t limit, char **ret_text, size_t *ret_size);

/* Opens a regular file to read, with the same refusals; an owned descriptor or -errno. */
int io_open_file_at(int dirfd, const char *name);

/*
 * The same from an O_PATH descriptor.  Opening a FIFO can wait for ever and opening a
 * device can act (a watchdog starts); O_PATH opens neither, so it is looked at first,
 * and what it names cannot be swapped any more.
 */
int io_reopen_file(int pathfd);

/*
 * Replaces the file at once and for good: a new file beside it, flushed, renamed over
 * it, the folder flushed.  A crash leaves the old or the new file; a failure leaves the
 * old one and nothing beside it.  Never follows a symlink.  0 or -errno.
 */
int io_write_file_at(int dirfd, const char *name, const void *data, size_t size, mode_t mode);

/*
 * The same without a flush, which costs milliseconds: for what means nothing after a crash of the
 * host.  Readers see the old or the new file as well, but a crash may leave an empty one.
 */
int io_write_passing_at(int dirfd, const char *name, const void *data, size_t size, mode_t mode);

/* Writes all of it: 0 or -errno. */
int io_write_all(int fd, const void *data, size_t size);

/*
 * Closes every descriptor from first on, also those that we were started with and know
 * nothing of: before a guest's program runs, for which a folder of the host's would be a way
 * out (openat(2) with "..").
 */
void io_close_from(int first);

#endif
