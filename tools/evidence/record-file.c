/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See record-file.h. */
#include "config.h"

#include "tools/evidence/record-file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tools/container/harden-dir.h"
#include "tools/container/lock.h"

static int fail(struct record_error *error, int r)
{
	(void)snprintf(error->text, sizeof(error->text), "%s", strerror(-r)); /* fits */
	return r;
}

static int read_at(int dirfd, struct record **ret, struct record_error *error)
{
	bool made;
	auto_close int fd = harden_dir_open(dirfd, false, &made);
	int r;

	if (fd == -ENOENT)
		return 1;
	if (fd < 0)
		return fail(error, fd);
	r = record_read_at(fd, ret, error);
	if (r == -ENOMEM)
		return fail(error, r);
	return r == -ENOENT ? 1 : r;
}

int record_file_read(const char *lxcpath, const char *name, struct record **ret,
		     struct record_error *ret_error)
{
	auto_close int fd = container_lock(lxcpath, name);

	return fd < 0 ? fail(ret_error, fd) : read_at(fd, ret, ret_error);
}

/* *old becomes *record, and the other way round. */
static int swap_in(struct record **old, struct record **record)
{
	struct record *sum = *old;
	int r = record_merge(sum, *record);

	if (r < 0)
		return r;
	*old = *record;
	*record = sum;
	return 0;
}

int record_file_add(const char *lxcpath, const char *name, bool fresh, struct record **record,
		    struct record_error *ret_error)
{
	/* Locked until it is written, so that two who learn at once both count. */
	auto_close int fd = container_lock(lxcpath, name);
	bool made;
	auto_close int folder = fd < 0 ? -EBADF : harden_dir_open(fd, true, &made);
	auto_record struct record *old = NULL;
	int r = fd < 0 ? fd : folder;

	if (r < 0)
		return fail(ret_error, r);
	if (!harden_dir_is_safe(fd, folder)) {
		(void)snprintf(ret_error->text, sizeof(ret_error->text), "%s",
			       HARDEN_DIR_UNSAFE); /* fits */
		return -EPERM;
	}
	r = fresh ? 1 : read_at(fd, &old, ret_error);
	if (r < 0)
		return r;
	r = old ? swap_in(&old, record) : record_settle(*record);
	if (r == 0)
		r = record_write_at(folder, *record);
	return r < 0 ? fail(ret_error, r) : 0;
}
