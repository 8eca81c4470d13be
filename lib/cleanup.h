/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ownership by scope: a variable declared auto_close, auto_free or auto_closedir
 * is released when it goes out of scope; take_fd() and take_ptr() hand it over
 * instead.  An empty descriptor is -EBADF.  Destructors keep errno.
 */
#ifndef LIB_CLEANUP_H
#define LIB_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0) {
		int saved = errno;

		(void)close(*fd); /* nothing that we write is left to this close */
		errno = saved;
	}
}

static inline void cleanup_free(void *p)
{
	int saved = errno;

	free(*(void **)p);
	errno = saved;
}

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir) {
		int saved = errno;

		(void)closedir(*dir); /* only ever read from */
		errno = saved;
	}
}

#define auto_close __attribute__((cleanup(cleanup_close)))
#define auto_free __attribute__((cleanup(cleanup_free)))
#define auto_closedir __attribute__((cleanup(cleanup_closedir)))

static inline int take_fd(int *fd)
{
	int r = *fd;

	*fd = -EBADF;
	return r;
}

#define take_ptr(p)                         \
	({                                  \
		__typeof__(*(p)) v_ = *(p); \
		*(p) = NULL;                \
		v_;                         \
	})

#endif
