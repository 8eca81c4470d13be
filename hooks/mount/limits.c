/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See limits.h. */
#include "config.h"

#include "hooks/mount/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hooks/mount/place.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define PATH "sys/fs/cgroup"

/* What Linux 5.10 lists in /sys/kernel/cgroup/delegate. */
static const char fallback[] = "cgroup.procs\ncgroup.threads\ncgroup.subtree_control\n"
			       "memory.oom.group\n";

bool limits_is_delegated(struct span names, const char *name)
{
	struct span line;

	while (span_next_line(&names, &line)) {
		if (span_is(line, name))
			return true;
	}
	return false;
}

/* The kernel's own list, from the host's /sys; *ret_text is the caller's. */
static struct span read_delegated(char **ret_text)
{
	auto_close int dirfd = open("/sys/kernel/cgroup", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct span names = span_of(fallback);
	size_t size;

	if (dirfd >= 0 && io_read_file_at(dirfd, "delegate", 4096, ret_text, &size) == 0 && size)
		names = (struct span){ *ret_text, size };
	return names;
}

/*
 * 1 if the guest could write it, 0 if not, or -errno.  Root in a privileged container writes
 * whatever the mode says, so the mode tells whether the kernel's file can be written at all;
 * where ids are mapped, and LXC gave the guest only what is delegated, the access is refused.
 */
static int is_writable(int dirfd, const char *name, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) && (st.st_mode & 0222) &&
	       (faccessat(dirfd, name, W_OK, AT_EACCESS) == 0 ||
		(errno != EACCES && errno != EROFS));
}

static int close_one(int dirfd, const char *name, struct emit *why)
{
	auto_close int fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	auto_close int root = -EBADF;
	struct place at = { fd, dirfd, name, PATH };
	bool mounted;
	int r;

	if (fd < 0)
		return errno == ENOENT || errno == ENODEV
			       ? 0 /* the controller went this moment */
			       : place_fail(why, "open a file of the cgroup", -errno);
	r = mnt_is_root(dirfd, fd, &mounted);
	if (r == 0)
		r = mounted ? 0 : is_writable(dirfd, name, fd);
	if (r < 0)
		return place_fail(why, "examine a file of the cgroup", r);
	if (r == 0)
		return 0;
	root = place_bind_readonly(fd, &at, why);
	return root < 0 ? root : 0;
}

static int close_each(int rootfd, struct span delegated, struct emit *why)
{
	auto_closedir DIR *dir = NULL;
	struct dirent *entry;
	int fd = openat(rootfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		r = place_fail(why, "list the files of the cgroup", -errno);
		if (fd >= 0)
			(void)close(fd); /* only ever read from */
		return r;
	}
	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return errno ? place_fail(why, "list the files of the cgroup", -errno) : 0;
		/* Directories are cgroups of the guest's own. */
		if (entry->d_type == DT_DIR || limits_is_delegated(delegated, entry->d_name))
			continue;
		r = close_one(fd, entry->d_name, why);
		if (r < 0)
			return r;
	}
}

int limits_close(int rootfd, const struct table *t, struct emit *why)
{
	const struct table_mount *mount = table_find_of(t, rootfd);
	auto_free char *text = NULL;
	int r;

	if (mount && mountinfo_has_option(mount->m.super_options, "nsdelegate"))
		return 0;
	r = place_refuse_shared(rootfd, PATH, why);
	return r < 0 ? r : close_each(rootfd, read_delegated(&text), why);
}
