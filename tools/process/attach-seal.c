/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See attach.h: the program's own copy. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tools/process/attach.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define VARIABLES_MAX 16

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u /* Linux 6.3 */
#endif

static bool is_sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS); /* fails for a file that is no memfd */

	return seals >= 0 && (seals & SEALS) == SEALS;
}

static int make_copy(int fromfd)
{
	/* Linux before 6.3 does not know the flag, and needs none. */
	int fd = memfd_create("lxc-harden", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	struct stat st;

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("lxc-harden", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	auto_close int copy = fd;

	if (fstat(fromfd, &st) < 0)
		return -errno;
	for (off_t left = st.st_size; left > 0;) {
		ssize_t n = sendfile(copy, fromfd, NULL, (size_t)left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		left -= n;
	}
	if (fcntl(copy, F_ADD_SEALS, SEALS) < 0)
		return -errno;
	return take_fd(&copy);
}

/* Of ours, what the copy needs; other variables may be secrets, which a guest could read. */
static void keep_variables(char *ret[VARIABLES_MAX + 1])
{
	static const char *const names[] = { "TERM=", "PATH=", "HOME=", "XDG_", "LC_ALL=" };
	size_t n = 0;

	for (char **p = environ; *p && n < VARIABLES_MAX; p++) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (strncmp(*p, names[i], strlen(names[i])) == 0) {
				ret[n++] = *p;
				break;
			}
		}
	}
	ret[n] = NULL;
}

int attach_seal(char *const argv[])
{
	auto_close int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char *env[VARIABLES_MAX + 1];

	if (self < 0)
		return -errno;
	if (is_sealed(self)) {
		/* Else it would be called after the number of a descriptor. */
		(void)prctl(PR_SET_NAME, "lxc-harden", 0, 0, 0);
		return 0;
	}
	auto_close int copy = make_copy(self);

	if (copy < 0)
		return copy;
	keep_variables(env);
	(void)syscall(SYS_execveat, copy, "", argv, env, AT_EMPTY_PATH);
	return -errno;
}
