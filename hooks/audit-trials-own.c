/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-trials.h: capabilities over files, ids and limits; what no capability grants. */
#include "config.h"

#include <linux/magic.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "hooks/audit-trials.h"
#include "hooks/audit/network.h"
#include "lib/cleanup.h"

/* Headers may be older than the kernel.  These numbers are the same on all architectures. */
enum {
	NR_IO_URING_SETUP = 425,
};

/* A page of this child's, with no limit that would allow it. */
enum audit_answer audit_try_ipc_lock(void)
{
	struct rlimit limit;
	char page[64];

	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return AUDIT_UNCLEAR;
	limit.rlim_cur = 0;
	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return AUDIT_UNCLEAR;
	return answer(mlock(page, sizeof(page)) == 0, EPERM);
}

/* There is no such capability to drop: EINVAL, after the permission. */
enum audit_answer audit_try_setpcap(void)
{
	return answer_error(prctl(PR_CAPBSET_DROP, ~0UL, 0UL, 0UL, 0UL), EINVAL);
}

/* Takes away what is not there: ENODATA, after the permission. */
enum audit_answer audit_try_setfcap(void)
{
	auto_close int fd = open_nameless();

	if (fd < 0)
		return AUDIT_UNCLEAR;
	return answer_error(fremovexattr(fd, "security.capability"), ENODATA);
}

/* A file without a name, given away. */
enum audit_answer audit_try_chown(void)
{
	auto_close int fd = open_nameless();

	if (fd < 0)
		return AUDIT_UNCLEAR;
	return answer(fchown(fd, 1, (gid_t)-1) == 0, EPERM);
}

/* A file without a name and without permissions. */
enum audit_answer audit_try_dac_override(void)
{
	auto_close int fd = open_nameless();

	if (fd < 0 || fchmod(fd, 0) < 0)
		return AUDIT_UNCLEAR;
	if (syscall(439 /* faccessat2 */, fd, "", W_OK, AT_EACCESS | AT_EMPTY_PATH) == 0)
		return AUDIT_GRANTED;
	return errno == EACCES ? AUDIT_DENIED : AUDIT_UNCLEAR;
}

/* Another user, for the rest of this child's life. */
enum audit_answer audit_try_setuid(void)
{
	return answer(setresuid(1, 1, 1) == 0, EPERM);
}

enum audit_answer audit_try_setgid(void)
{
	return answer(setresgid(1, 1, 1) == 0, EPERM);
}

/* Made by the kernel: no name in there is one that a guest chose. */
static bool is_kernels(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && ((unsigned long)fs.f_type == PROC_SUPER_MAGIC ||
					 (unsigned long)fs.f_type == SYSFS_MAGIC);
}

/*
 * Opened for writing, not written to.  What is not there cannot be written.  Only a file
 * of proc or sysfs: opening anything else that a guest has put there could act.  So its folder
 * is opened first: in a root file system that others write to meanwhile, a device could take
 * the file's place after it was looked at, but not in a folder of the kernel's.
 */
static enum audit_answer try_file(const char *folder, const char *name)
{
	const int flags = O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
	auto_close int dirfd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int pathfd = dirfd < 0 ? -1 : openat(dirfd, name, O_PATH | flags);
	auto_close int fd = -EBADF;

	if (pathfd < 0)
		return errno == ENOENT || errno == EACCES ? AUDIT_DENIED : AUDIT_UNCLEAR;
	if (!is_kernels(dirfd) || !is_kernels(pathfd))
		return AUDIT_UNCLEAR;
	fd = openat(dirfd, name, O_WRONLY | O_NONBLOCK | flags);
	if (fd >= 0)
		return AUDIT_GRANTED;
	return errno == EROFS || errno == EACCES || errno == EPERM ? AUDIT_DENIED : AUDIT_UNCLEAR;
}

enum audit_answer audit_try_core_pattern(void)
{
	return try_file("/proc/sys/kernel", "core_pattern");
}

enum audit_answer audit_try_sysrq(void)
{
	return try_file("/proc", "sysrq-trigger");
}

/* Run as root on the host when set; where that is not built in, a setting that every kernel has. */
enum audit_answer audit_try_sys_files(void)
{
	enum audit_answer a = try_file("/sys/kernel", "uevent_helper");

	return a == AUDIT_GRANTED ? a : try_file("/sys/module/kernel/parameters", "panic");
}

/* A user namespace for this child, which ends: the way to capabilities over itself. */
enum audit_answer audit_try_user_namespace(void)
{
	return answer(unshare(CLONE_NEWUSER) == 0, EPERM);
}

/*
 * A cgroup namespace of this child's: in one, and in a user namespace that gives the powers, v1
 * hierarchies are mounted anew with the container as their root, and its limits lifted.
 */
enum audit_answer audit_try_cgroup_namespace(void)
{
	return answer(unshare(CLONE_NEWUSER | CLONE_NEWCGROUP) == 0, EPERM);
}

/* The interfaces of another network namespace, listed by its number: changes nothing. */
enum audit_answer audit_try_host_network(void)
{
	int r = audit_network_reach();

	if (r < 0)
		return AUDIT_UNCLEAR;
	return r ? AUDIT_GRANTED : AUDIT_DENIED;
}

/* No entries and no address: EINVAL or EFAULT where the call is not refused. */
enum audit_answer audit_try_io_uring(void)
{
	long r = syscall(NR_IO_URING_SETUP, 0, NULL);

	if (r < 0 && errno == EFAULT)
		return AUDIT_GRANTED;
	return answer_error(r, EINVAL);
}

/* Flags that do not exist: EINVAL.  Where a sysctl restricts it, EPERM may come first. */
enum audit_answer audit_try_userfaultfd(void)
{
	return answer_error(syscall(SYS_userfaultfd, ~0), EINVAL);
}

/* An operation that does not exist. */
enum audit_answer audit_try_keyring(void)
{
	return answer_error(syscall(SYS_keyctl, 0x7fffffff, 0, 0, 0, 0), EOPNOTSUPP);
}
