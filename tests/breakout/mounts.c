/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounts by the old and the new interface, in the container's user namespace and in a nested one.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/breakout/probe.h"

/*
 * Without it, what is mounted below would be seen by all of the container for a moment,
 * and taking away a recursive bind would take away the originals.
 */
static void own_mounts(void)
{
	/* Where these are refused, the mount is as well. */
	(void)unshare(CLONE_NEWNS);
	(void)mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static long mount_here(const char *type, const char *options)
{
	if (mkdir("m", 0700) < 0 && errno != EEXIST)
		return -errno;
	long r = probe_errno(mount("none", "m", type, 0, options));

	if (r == 0)
		(void)umount2("m", MNT_DETACH);
	return r;
}

static const char *options_of(const char *type)
{
	if (strcmp(type, "cgroup") == 0)
		return "none,name=systemd";
	if (strcmp(type, "overlay") == 0)
		return "lowerdir=/etc:/usr";
	return NULL;
}

static long run_mount(const struct probe *p)
{
	own_mounts();
	return mount_here(p->text, options_of(p->text));
}

static long nested(void)
{
	char map[48];
	uid_t uid = getuid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -errno;
	int fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		int n = snprintf(map, sizeof(map), "0 %u 1", uid);

		(void)!write(fd, map, (size_t)n); /* unmapped, it has its capabilities too */
		(void)close(fd);
	}
	return 0;
}

static long run_nested_mount(const struct probe *p)
{
	long r = nested();

	if (r < 0)
		return r;
	(void)unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWCGROUP);
	return mount_here(p->text, options_of(p->text));
}

static long run_fsopen(const struct probe *p)
{
	return probe_errno(syscall(SYS_fsopen, p->text, 0));
}

static long run_nested_fsopen(const struct probe *p)
{
	long r = nested();

	return r < 0 ? r : run_fsopen(p);
}

static long run_remount(const struct probe *p)
{
	struct stat st;

	own_mounts();
	if (stat(p->text, &st) < 0)
		return -errno;
	if (access(p->text, W_OK) == 0 && p->arg[0])
		return 0;
	long r = probe_errno(mount(NULL, p->text, NULL, MS_REMOUNT | MS_BIND, NULL));

	if (r == 0)
		(void)mount(NULL, p->text, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
	return r;
}

static long run_bind(const struct probe *p)
{
	own_mounts();
	if (mkdir("m", 0700) < 0 && errno != EEXIST)
		return -errno;
	long r = probe_errno(mount(p->text, "m", NULL, MS_BIND | (unsigned long)p->nr, NULL));

	if (r == 0)
		(void)umount2("m", MNT_DETACH);
	return r;
}

static long run_umount(const struct probe *p)
{
	own_mounts();
	/* This folder is no mount point: EINVAL from who may unmount. */
	return probe_errno(umount2(".", (int)p->nr));
}

static long run_propagation(const struct probe *p)
{
	(void)p;
	own_mounts();
	return probe_errno(mount(NULL, ".", NULL, MS_PRIVATE, NULL));
}

static const char no_attributes[32];

#define MOUNT(fs)                                                   \
	{                                                           \
		"mount-" fs, PROBE_HOST, run_mount, fs, 0, { 0 }, 0 \
	}
#define NESTED(fs)                                                                  \
	{                                                                           \
		"nested-mount-" fs, PROBE_KERNEL, run_nested_mount, fs, 0, { 0 }, 0 \
	}
#define FSOPEN(fs)                                                    \
	{                                                             \
		"fsopen-" fs, PROBE_HOST, run_fsopen, fs, 0, { 0 }, 0 \
	}

static const struct probe rows[] = {
	MOUNT("tmpfs"),
	MOUNT("ramfs"),
	MOUNT("proc"),
	MOUNT("sysfs"),
	MOUNT("devpts"),
	MOUNT("devtmpfs"),
	MOUNT("mqueue"),
	MOUNT("hugetlbfs"),
	MOUNT("cgroup"),
	MOUNT("cgroup2"),
	MOUNT("debugfs"),
	MOUNT("tracefs"),
	MOUNT("securityfs"),
	MOUNT("configfs"),
	MOUNT("bpf"),
	MOUNT("pstore"),
	MOUNT("efivarfs"),
	MOUNT("fusectl"),
	MOUNT("binfmt_misc"),
	MOUNT("rpc_pipefs"),
	MOUNT("nfsd"),
	MOUNT("resctrl"),
	MOUNT("overlay"),
	MOUNT("fuse"),
	MOUNT("autofs"),
	MOUNT("9p"),
	MOUNT("virtiofs"),
	MOUNT("nfs"),
	MOUNT("cifs"),
	MOUNT("ceph"),
	MOUNT("ext4"),
	MOUNT("btrfs"),
	MOUNT("xfs"),
	MOUNT("vfat"),
	MOUNT("squashfs"),
	MOUNT("iso9660"),
	MOUNT("erofs"),
	NESTED("tmpfs"),
	NESTED("proc"),
	NESTED("sysfs"),
	NESTED("devpts"),
	NESTED("mqueue"),
	NESTED("cgroup2"),
	NESTED("overlay"),
	NESTED("bpf"),
	NESTED("fuse"),
	NESTED("ext4"),
	FSOPEN("tmpfs"),
	FSOPEN("proc"),
	FSOPEN("sysfs"),
	FSOPEN("cgroup2"),
	FSOPEN("overlay"),
	FSOPEN("bpf"),
	FSOPEN("debugfs"),
	FSOPEN("ext4"),
	FSOPEN("xfs"),
	FSOPEN("fuse"),
	{ "nested-fsopen-tmpfs", PROBE_KERNEL, run_nested_fsopen, "tmpfs", 0, { 0 }, 0 },
	{ "nested-fsopen-overlay", PROBE_KERNEL, run_nested_fsopen, "overlay", 0, { 0 }, 0 },
	{ "remount-proc-sys", PROBE_HOST, run_remount, "/proc/sys", 0, { 0 }, 0 },
	{ "remount-sysrq", PROBE_HOST, run_remount, "/proc/sysrq-trigger", 0, { 0 }, 0 },
	{ "remount-sys", PROBE_HOST, run_remount, "/sys", 0, { 0 }, 0 },
	{ "bind-root", PROBE_HOST, run_bind, "/", 0, { 0 }, 0 },
	{ "bind-root-recursive", PROBE_HOST, run_bind, "/", MS_REC, { 0 }, 0 },
	{ "umount", PROBE_HOST, run_umount, NULL, 0, { 0 }, 0 },
	{ "umount-detach", PROBE_HOST, run_umount, NULL, MNT_DETACH, { 0 }, 0 },
	{ "umount-force", PROBE_HOST, run_umount, NULL, MNT_FORCE, { 0 }, 0 },
	{ "mount-propagation", PROBE_HOST, run_propagation, NULL, 0, { 0 }, 0 },
	{ "pivot_root",
	  PROBE_HOST,
	  probe_syscall,
	  NULL,
	  SYS_pivot_root,
	  { PROBE_PTR("/nowhere"), PROBE_PTR("/nowhere") },
	  ENOENT },
	{ "open_tree-clone",
	  PROBE_HOST,
	  probe_syscall,
	  NULL,
	  SYS_open_tree,
	  { AT_FDCWD, PROBE_PTR("/"), 1 },
	  0 },
	{ "move_mount",
	  PROBE_HOST,
	  probe_syscall,
	  NULL,
	  SYS_move_mount,
	  { -1, PROBE_PTR(""), -1, PROBE_PTR(""), 0x44 },
	  EBADF },
	{ "fspick",
	  PROBE_HOST,
	  probe_syscall,
	  NULL,
	  SYS_fspick,
	  { AT_FDCWD, PROBE_PTR("/"), 0 },
	  0 },
	{ "fsconfig", PROBE_KERNEL, probe_syscall, NULL, SYS_fsconfig, { -1, 6, 0, 0, 0 }, EBADF },
	{ "fsmount", PROBE_HOST, probe_syscall, NULL, SYS_fsmount, { -1, 0, 0 }, EBADF },
	{ "mount_setattr",
	  PROBE_HOST,
	  probe_syscall,
	  NULL,
	  SYS_mount_setattr,
	  { AT_FDCWD, PROBE_PTR("/"), 0, PROBE_PTR(no_attributes), 32 },
	  0 },
};

const struct probe_table probe_mounts = { rows, PROBE_COUNT(rows) };
