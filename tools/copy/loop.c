/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See loop.h. */
#include "config.h"

#include "tools/copy/loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/span.h"

#define LIST_MAX 65536
#define TRIES 16 /* others take free devices, too */

/* --- In use ------------------------------------------------------------------------ */

static bool stands_on(int sysfd, const char *device, const char *image)
{
	char name[NAME_MAX + sizeof("/loop/backing_file")];
	auto_free char *text = NULL;
	size_t size;

	(void)snprintf(name, sizeof(name), "%s/loop/backing_file", device); /* sized to fit */
	return io_read_file_at(sysfd, name, PATH_MAX + 1, &text, &size) == 0 && size &&
	       size - 1 == strlen(image) && memcmp(text, image, size - 1) == 0;
}

/* Somebody, perhaps in a mount namespace that is not seen from here, has it as a device. */
static bool has_loop(const char *path)
{
	int sysfd = open("/sys/block", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_closedir DIR *dir = sysfd < 0 ? NULL : fdopendir(sysfd);
	const struct dirent *entry;
	char real[PATH_MAX];

	if (!dir || !realpath(path, real))
		return false;
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "loop", 4) == 0 && stands_on(sysfd, entry->d_name, real))
			return true;
	}
	return false;
}

/* An owned descriptor of what nobody else has in use. */
static int open_source(const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return -EINVAL;
	if (S_ISREG(st.st_mode) && has_loop(path))
		return -EBUSY;
	/* A device that is mounted, or part of something else, is not given exclusively. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (S_ISBLK(st.st_mode) ? O_EXCL : 0));
	return fd < 0 ? -errno : fd;
}

/* --- The device --------------------------------------------------------------------- */

/*
 * Linux 5.8 has LOOP_CONFIGURE; before, flags come with a second call, and read-only by the
 * descriptor.  Delete the second part when nothing older is asked for.
 */
static int configure(int loopfd, int fd)
{
	const struct loop_info64 info = { .lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR };
#ifdef LOOP_CONFIGURE
	const struct loop_config config = { .fd = (__u32)fd, .info = info };

	if (ioctl(loopfd, LOOP_CONFIGURE, &config) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOTTY)
		return -errno;
#endif
	if (ioctl(loopfd, LOOP_SET_FD, fd) < 0)
		return -errno;
	return ioctl(loopfd, LOOP_SET_STATUS64, &info) < 0 ? -errno : 0;
}

/* An owned descriptor of a device that stands on fd, and its path. */
static int open_loop(int fd, char path[32])
{
	auto_close int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	if (control < 0)
		return -ENODEV;
	for (int i = 0; i < TRIES; i++) {
		int number = ioctl(control, LOOP_CTL_GET_FREE);

		if (number < 0)
			return -ENODEV;
		(void)snprintf(path, 32, "/dev/loop%d", number); /* sized to fit */
		auto_close int loopfd = open(path, O_RDONLY | O_CLOEXEC);
		int r = loopfd < 0 ? -ENODEV : configure(loopfd, fd);

		if (r == 0)
			return take_fd(&loopfd);
		if (r != -EBUSY)
			return r;
	}
	return -ENODEV;
}

/* --- The mount ----------------------------------------------------------------------- */

/* Of all types that live on devices, as LXC does; what one that knows it says, counts. */
static int mount_any(const char *device, const char *target)
{
	auto_close int procfd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_free char *text = NULL;
	struct span rest, line;
	char type[64];
	size_t size = 0;
	int r = procfd < 0 ? -errno
			   : io_read_file_at(procfd, "filesystems", LIST_MAX, &text, &size);

	if (r < 0)
		return r;
	rest = (struct span){ text, size };
	r = -EINVAL;
	while (span_next_line(&rest, &line)) {
		line = span_trim(line);
		if (span_starts(line, "nodev") || span_starts(line, "fuse") ||
		    span_copy(line, type, sizeof(type)) < 0)
			continue;
		if (mount(device, target, type, MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) == 0)
			return 0;
		if (errno != EINVAL)
			r = -errno;
	}
	return r;
}

int prove_loop_mount(const char *path, const char *target)
{
	auto_close int fd = open_source(path);
	auto_close int loopfd = -EBADF;
	char device[32];

	if (fd < 0)
		return fd;
	loopfd = open_loop(fd, device);
	/* Closed after the mount: the device ends with its last user. */
	return loopfd < 0 ? loopfd : mount_any(device, target);
}
