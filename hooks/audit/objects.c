/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See objects.h. */
#include "config.h"

#include "hooks/audit/objects.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/fdinfo.h"
#include "lib/io.h"
#include "lib/mountinfo.h"
#include "lib/span.h"

static int read_fdinfo(int dirfd, const char *name, struct fdinfo *ret)
{
	auto_free char *text = NULL;
	size_t size;
	int r = io_read_file_at(dirfd, name, 1 << 20, &text, &size);

	return r < 0 ? r : fdinfo_parse((struct span){ text, size }, ret);
}

/* A number of a mount is one mount's in all mount namespaces, so "in the table" is "inside". */
static bool has_mount(struct span mounts, uint64_t id)
{
	struct mountinfo m;

	while (mountinfo_next(&mounts, &m) > 0) {
		if (m.id == id)
			return true;
	}
	return false;
}

/* Where a magic link of /proc/PID leads, by a descriptor opened through it. */
static int read_link_mount(int procfd, const char *name, uint64_t *ret)
{
	auto_close int fd = openat(procfd, name, O_PATH | O_CLOEXEC);
	auto_close int dirfd = -EBADF;
	struct fdinfo info;
	char number[12];
	int r;

	if (fd < 0)
		return -errno;
	dirfd = open("/proc/self/fdinfo", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return -errno;
	(void)snprintf(number, sizeof(number), "%d", fd); /* sized to fit */
	r = read_fdinfo(dirfd, number, &info);
	if (r == 0)
		*ret = info.mnt_id;
	return r;
}

int audit_judge_directories(int procfd, struct span mounts, struct audit_findings *f,
			    const char **ret_what)
{
	uint64_t mount = 0; /* of no mount */
	int r;

	*ret_what = "its root directory";
	r = read_link_mount(procfd, "root", &mount);
	if (r < 0)
		return r;
	if (!has_mount(mounts, mount))
		audit_add(f, "root", "its root directory is outside of the container's mounts");
	*ret_what = "its working directory";
	r = read_link_mount(procfd, "cwd", &mount);
	if (r < 0)
		return r;
	/*
	 * LXC enters lxc.init.cwd by its path in the guest, follows the guest's links, and has
	 * descriptors of the host open meanwhile: "/app -> /proc/self/fd/8" is a directory of the
	 * host's, and ".." leads on from there.
	 */
	if (!has_mount(mounts, mount))
		audit_add(f, "cwd",
			  "its working directory is outside of the container's mounts: "
			  "lxc.init.cwd leads there, perhaps through a link of the guest's; take "
			  "the line out, or name a directory without links");
	return 0;
}

/* Words of the kernel's for what has no path; no path begins so. */
static bool is_kind(const char *target, const char *kind)
{
	return strncmp(target, kind, strlen(kind)) == 0;
}

/*
 * What may be kept although it leads out:
 *
 * - a terminal: what "lxc-start -F" with "lxc.console.path = none" is run on;
 * - on 0, 1 or 2 an anonymous pipe: it carries bytes to whoever chose to hold its other end,
 *   and names nothing (a FIFO has a path, and its mount is the host's);
 * - on 0, 1 or 2 the host's /dev/null, unless root in there is the host's root, who could
 *   change the mode of that node by fchmod(2) and so stop programs of the host.
 *
 * A socket may not: by one that a service manager gives, text is logged in its name and
 * descriptors can be sent.
 */
static bool is_harmless(int number, const char *target, const struct stat *st, bool idmapped)
{
	/* Unix98 slaves, virtual and serial consoles, USB and virtio ones (devices.txt). */
	static const unsigned int terminals[] = { 4,   136, 137, 138, 139, 140,
						  141, 142, 143, 188, 204, 229 };

	if (S_ISCHR(st->st_mode)) {
		for (size_t i = 0; i < sizeof(terminals) / sizeof(terminals[0]); i++) {
			if (major(st->st_rdev) == terminals[i])
				return true;
		}
	}
	if (number > STDERR_FILENO)
		return false;
	return is_kind(target, "pipe:[") ||
	       (idmapped && S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3));
}

struct descriptors {
	int fd, info; /* /proc/PID/fd and fdinfo */
	struct span mounts;
	bool idmapped;
};

static int judge_descriptor(const struct descriptors *d, const char *name, struct audit_findings *f)
{
	char target[256] = "", shown[300] = "";
	struct emit e = EMIT_INIT(shown);
	struct fdinfo info;
	struct stat st;
	uint64_t number;
	ssize_t n;
	int r = read_fdinfo(d->info, name, &info);

	if (r < 0)
		return r;
	if (span_parse_u64(span_of(name), 10, INT32_MAX, &number) < 0)
		return -EINVAL;
	/* LXC takes the flag off 0, 1 and 2 just before it executes init. */
	if ((info.cloexec && number > STDERR_FILENO) || has_mount(d->mounts, info.mnt_id))
		return 0;
	n = readlinkat(d->fd, name, target, sizeof(target) - 1);
	if (n < 0 || fstatat(d->fd, name, &st, 0) < 0)
		return -errno;
	if (is_harmless((int)number, target, &st, d->idmapped))
		return 0;
	emit_escaped(&e, (struct span){ target, (size_t)n });
	audit_add(f, "descriptor",
		  "init would keep descriptor %d, which leads out of the container, to '%s': start "
		  "it with lxc-start -d, or with -C, which closes what it was given%s",
		  (int)number, shown,
		  number > STDERR_FILENO ? "" : ", and without 'lxc.console.path = none'");
	return 0;
}

int audit_judge_descriptors(int procfd, struct span mounts, bool idmapped, struct audit_findings *f,
			    const char **ret_what)
{
	auto_close int fd = openat(procfd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_close int info = openat(procfd, "fdinfo", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct descriptors d = { fd, info, mounts, idmapped };
	const struct dirent *entry;
	DIR *dir;
	int r = 0;

	*ret_what = "its descriptors";
	if (fd < 0 || info < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir)
		return -errno;
	(void)take_fd(&fd); /* the DIR's now */
	errno = 0;
	while (r == 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			r = judge_descriptor(&d, entry->d_name, f);
		errno = 0;
	}
	if (r == 0)
		r = -errno;  /* of readdir(3) */
	(void)closedir(dir); /* nothing was written */
	return r;
}
