/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See open-root.h.  Nothing is mounted where anybody would see it, and no device is opened. */
#include "config.h"

#include "tools/container/open-root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/mnt.h"
#include "lib/mountinfo.h"
#include "lib/proc.h"
#include "lib/rootfs.h"
#include "tools/config/lxcconf.h"

#define LOOP_MAJOR 7

static int fail(int r, const char *reason, const char **ret_reason)
{
	*ret_reason = reason;
	return r;
}

/* --- Layers --------------------------------------------------------------------- */

/*
 * "LOWER[:LOWER...]:UPPER".  A mount of lower layers only, the upper one first, shows the
 * same and writes nothing.  The descriptor is all there is of it.
 */
static int open_layers(const char *layers, const char **ret_reason)
{
	const char *upper = NULL, *next = layers;
	char lowerdir[2 * PATH_MAX];
	int r;

	/* As LXC: the last ":/" ends the lower ones. */
	while ((next = strstr(next, ":/")))
		upper = ++next;
	if (layers[0] != '/' || !upper)
		return fail(-EINVAL, "it does not name two layers", ret_reason);
	r = snprintf(lowerdir, sizeof(lowerdir), "%s:%.*s", upper, (int)(upper - 1 - layers),
		     layers);
	if (r < 0 || (size_t)r >= sizeof(lowerdir))
		return fail(-ENAMETOOLONG, "its path is too long", ret_reason);
	const struct mnt_option options[] = { { "ro", NULL }, { "lowerdir", lowerdir } };
	const struct mnt_fs fs = { .type = "overlay",
				   .source = "lxc-harden",
				   .options = options,
				   .n_options = sizeof(options) / sizeof(options[0]) };

	r = mnt_new(&fs);
	if (r == -ENOSYS)
		return fail(r, "this kernel has no fsopen(2) to put its layers together",
			    ret_reason);
	return r < 0 ? fail(r, strerror(-r), ret_reason) : r;
}

/* --- What is mounted ----------------------------------------------------------------- */

struct wanted {
	const char *path; /* absolute, or a data set of zfs */
	dev_t device;	  /* a block device's number, else 0 */
	bool image;
};

/* The loop device of that line stands on the image. */
static bool has_backing_file(const struct mountinfo *line, const char *image)
{
	char folder[64], real[PATH_MAX];
	auto_close int fd = -EBADF;
	auto_free char *text = NULL;
	size_t size;

	if (line->major != LOOP_MAJOR || !realpath(image, real))
		return false;
	(void)snprintf(folder, sizeof(folder), "/sys/dev/block/%u:%u/loop", line->major,
		       line->minor); /* sized to fit */
	fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && io_read_file_at(fd, "backing_file", PATH_MAX + 1, &text, &size) == 0 &&
	       size > 0 && size - 1 == strlen(real) && memcmp(text, real, size - 1) == 0;
}

static bool is_wanted(const struct mountinfo *line, const struct wanted *w)
{
	if (!span_is(line->root, "/"))
		return false;
	if (w->image)
		return has_backing_file(line, w->path);
	if (w->device)
		return makedev(line->major, line->minor) == w->device;
	return span_is(line->fstype, "zfs") && span_is(line->source, w->path);
}

/* Where it is mounted and not covered by another mount: an owned descriptor, or -ENOENT. */
static int open_mounted(const struct wanted *w)
{
	auto_close int procfd = proc_open(0);
	auto_free char *text = NULL;
	struct mountinfo line;
	struct span rest;
	size_t size;
	int r = procfd < 0 ? procfd : proc_read(procfd, "mountinfo", &text, &size);

	if (r < 0)
		return r;
	rest = (struct span){ text, size };
	while (mountinfo_next(&rest, &line) > 0) {
		char target[PATH_MAX];
		struct stat st;
		int fd;

		if (!is_wanted(&line, w) ||
		    mountinfo_unescape(line.target, target, sizeof(target)) < 0)
			continue;
		fd = rootfs_open(target);
		if (fd < 0)
			continue;
		if (fstat(fd, &st) == 0 && st.st_dev == makedev(line.major, line.minor))
			return fd;
		(void)close(fd); /* O_PATH: nothing to lose */
	}
	return -ENOENT;
}

static int open_image(struct span type, const char *path, const char **ret_reason)
{
	struct wanted w = { .path = path };
	struct stat st;
	int fd;

	if (path[0] == '/' && stat(path, &st) < 0)
		return fail(-errno, strerror(errno), ret_reason);
	if (path[0] == '/') {
		w.image = S_ISREG(st.st_mode);
		w.device = S_ISBLK(st.st_mode) ? st.st_rdev : 0;
	}
	if (path[0] == '/' ? !w.image && !w.device : !span_is(type, "zfs"))
		return fail(-ENOTDIR, "it is not a folder, and of what else it is nothing is known",
			    ret_reason);
	fd = open_mounted(&w);
	return fd < 0 ? fail(fd, "it is not a folder, and not mounted on this host", ret_reason)
		      : fd;
}

int guest_open(const char *value, const char **ret_reason)
{
	struct span type, path = lxcconf_rootfs_path(value, &type);
	struct stat st;
	int fd;

	if (span_is(type, "overlay") || span_is(type, "overlayfs"))
		return open_layers(path.p, ret_reason); /* the end of a string */
	if (path.p[0] != '/' || (stat(path.p, &st) == 0 && !S_ISDIR(st.st_mode)))
		return open_image(type, path.p, ret_reason);
	fd = rootfs_open(path.p);
	if (fd == -EXDEV)
		return fail(fd, "it is the host's own root", ret_reason);
	return fd < 0 ? fail(fd, strerror(-fd), ret_reason) : fd;
}
