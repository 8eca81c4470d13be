/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See unit-dirs.h. */
#include "config.h"

#include "hooks/unit-dirs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"

const char *const unitdirs[] = {
	"/etc/systemd/system",	   "/run/systemd/system", "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system", "/lib/systemd/system",
};
const size_t unitdir_n = sizeof(unitdirs) / sizeof(unitdirs[0]);

int unitdir_complain(const char *program, const char *name, int r)
{
	fprintf(stderr, "%s: cannot see to '%s': %s\n", program, name, strerror(-r));
	return 1;
}

int unitdir_open(const char *path, DIR **ret)
{
	*ret = opendir(path);
	return *ret || errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}

const struct dirent *unitdir_next(DIR *dir, int *ret_r)
{
	const struct dirent *entry;

	errno = 0;
	entry = readdir(dir);
	*ret_r = entry ? 0 : -errno;
	return entry;
}

int unitdir_find(size_t n, const char *name)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", unitdirs[i], name); /* 30 + NAME_MAX */
		if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return 1;
		if (errno != ENOENT && errno != ENOTDIR)
			return -errno;
	}
	return 0;
}

int unitdir_write_dropin(const char *out, const char *unit, const char *name, const char *text)
{
	auto_close int outfd = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_close int fd = -EBADF;
	char folder[NAME_MAX + 1];
	int r;

	if (outfd < 0)
		return -errno;
	r = snprintf(folder, sizeof(folder), "%s.d", unit);
	if (r < 0 || (size_t)r >= sizeof(folder))
		return -ENAMETOOLONG;
	if (mkdirat(outfd, folder, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(outfd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = fd < 0 ? -errno : io_write_file_at(fd, name, text, strlen(text), 0644);
	if (r < 0)
		(void)unlinkat(outfd, folder, AT_REMOVEDIR); /* if it is empty */
	return r;
}
