/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a bind of something of the host's gives away: by what it is, whatever it is called, and,
 * for files and directories, by where it lies.
 */
#include "config.h"

#include "tools/check/work.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "lib/cleanup.h"

/* Not in linux/magic.h: each stands in the file system's own source. */
#define FUSECTL_MAGIC 0x65735543
#define CONFIGFS_MAGIC 0x62656570

static bool is_in(struct span path, const char *const *folders)
{
	for (; *folders; folders++) {
		if (span_is_within(path, span_of(*folders)))
			return true;
	}
	return false;
}

/* A folder of the list lies in path, or is it. */
static bool holds(struct span path, const char *const *folders)
{
	for (; *folders; folders++) {
		if (span_is_within(span_of(*folders), path))
			return true;
	}
	return false;
}

/* --- By where it lies ------------------------------------------------------------- */

/* What the host runs, reads or trusts. */
static const char *const system_folders[] = {
	"etc",	"usr",	"bin", "sbin",	      "lib", "lib32",	"lib64",	  "boot",
	"root", "proc", "sys", "run/systemd", "dev", "var/lib", "var/spool/cron", NULL
};
/* Others' containers and data live there: not the system by themselves. */
static const char *const harmless[] = { "dev/null",
					"dev/zero",
					"dev/full",
					"dev/random",
					"dev/urandom",
					"dev/tty",
					"dev/fuse",
					"dev/net/tun",
					"dev/shm",
					"var/lib/lxcfs",
					"sys/fs/fuse/connections",
					"sys/fs/cgroup",
					NULL };
static const char *const secret_folders[] = { "etc",	 "root",    "boot", "home",
					      "var/lib", "var/log", NULL };
static const char *const devices[] = { "dev/sd",   "dev/nvme", "dev/vd",     "dev/xvd",	 "dev/hd",
				       "dev/md",   "dev/dm-",  "dev/mapper", "dev/mem",	 "dev/kmem",
				       "dev/port", "dev/kmsg", "dev/loop",   "dev/disk", NULL };
static const char *const sockets[] = { "docker.sock",	    "containerd.sock", "crio.sock",
				       "podman.sock",	    "libvirt-sock",    "unix.socket",
				       "system_bus_socket", "libvirtd-sock",   NULL };
static const char *const socket_folders[] = { "run/docker",    "run/containerd",      "run/libvirt",
					      "run/dbus",      "run/systemd/private", "var/lib/lxd",
					      "var/lib/incus", "run/podman",	      NULL };

static bool starts(struct span a, const char *const *prefixes)
{
	for (; *prefixes; prefixes++) {
		if (span_starts(a, *prefixes))
			return true;
	}
	return false;
}

static bool is_socket(struct span path)
{
	const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;
	struct span name = path;

	if (slash) {
		name.p = slash + 1;
		name.n = path.n - (size_t)(name.p - path.p);
	}
	for (const char *const *s = sockets; *s; s++) {
		if (span_is(name, *s))
			return true;
	}
	return is_in(path, socket_folders);
}

/* /var/run is /run. */
static struct span strip_var_run(struct span path)
{
	if (span_starts(path, "var/run/"))
		return (struct span){ path.p + 4, path.n - 4 };
	return path;
}

/* FACT_N: nothing. */
static enum check_fact classify(const struct mountentry *m, struct span path)
{
	bool ro = mountentry_has(m, "ro");

	if (is_in(path, harmless))
		return FACT_N;
	if (is_socket(path))
		return FACT_MOUNT_SOCKET;
	if (starts(path, devices))
		return FACT_MOUNT_DEVICE;
	if (span_is(path, "run") || !path.n)
		return ro && path.n ? FACT_MOUNT_SOCKET : FACT_MOUNT_SYSTEM;
	if (ro)
		return is_in(path, secret_folders) || holds(path, secret_folders)
			       ? FACT_MOUNT_SECRETS
			       : FACT_N;
	/* Nodes of the host's /dev have the device cgroup before them. */
	if (span_is_within(path, span_of("dev")) && path.n > 3)
		return FACT_N;
	/* A folder of its own below /var/lib is nobody's system. */
	if (span_is_within(path, span_of("var/lib")) && path.n > strlen("var/lib"))
		return FACT_MOUNT_HOST;
	if (is_in(path, system_folders) || holds(path, system_folders))
		return FACT_MOUNT_SYSTEM;
	return FACT_MOUNT_HOST;
}

/* --- By what it is, not what it is called ------------------------------------------ */

bool check_is_kernel_wide(struct span fstype)
{
	static const char *const types[] = { "binfmt_misc", "debugfs",	"tracefs",
					     "bpf",	    "pstore",	"fusectl",
					     "efivarfs",    "configfs", "securityfs" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (span_is(fstype, types[i]))
			return true;
	}
	return false;
}

/* The same by the number that statfs(2) has for it. */
static bool has_kernel_wide_magic(unsigned long type)
{
	static const unsigned long magics[] = {
		BINFMTFS_MAGIC, DEBUGFS_MAGIC,	TRACEFS_MAGIC,	BPF_FS_MAGIC,	  PSTOREFS_MAGIC,
		FUSECTL_MAGIC,	EFIVARFS_MAGIC, CONFIGFS_MAGIC, SECURITYFS_MAGIC,
	};

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (type == magics[i])
			return true;
	}
	return false;
}

/* All of a /proc, or a process in it: both lead to the host's files by "root". */
static bool shows_processes(const char *path)
{
	auto_close int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	return fd >= 0 && (fstatat(fd, "self", &st, AT_SYMLINK_NOFOLLOW) == 0 ||
			   fstatat(fd, "root", &st, AT_SYMLINK_NOFOLLOW) == 0);
}

/* Character devices, by their numbers: a name can be anybody's. */
static enum check_fact classify_node(dev_t device)
{
	static const struct {
		unsigned int major, minor;
		enum check_fact fact;
	} nodes[] = {
		{ 1, 1, FACT_MOUNT_DEVICE },  /* mem */
		{ 1, 2, FACT_MOUNT_DEVICE },  /* kmem */
		{ 1, 4, FACT_MOUNT_DEVICE },  /* port */
		{ 1, 11, FACT_MOUNT_DEVICE }, /* kmsg */
		{ 1, 3, FACT_N },	      /* null */
		{ 1, 5, FACT_N },	      /* zero */
		{ 1, 7, FACT_N },	      /* full */
		{ 1, 8, FACT_N },	      /* random */
		{ 1, 9, FACT_N },	      /* urandom */
		{ 5, 0, FACT_N },	      /* tty: the caller's own */
		{ 10, 200, FACT_N },	      /* net/tun: of the opener's network */
		{ 10, 229, FACT_N },	      /* fuse */
	};

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		if (major(device) == nodes[i].major && minor(device) == nodes[i].minor)
			return nodes[i].fact;
	}
	return FACT_MOUNT_NODE;
}

/* proc, sysfs and those of the whole kernel; FACT_N: another file system. */
static enum check_fact classify_kernels(const char *source, bool ro)
{
	struct statfs fs;

	if (statfs(source, &fs) < 0)
		return FACT_N;
	if (fs.f_type == PROC_SUPER_MAGIC && shows_processes(source))
		return FACT_MOUNT_PROC;
	if (fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC)
		return ro ? FACT_MOUNT_SECRETS : FACT_MOUNT_SYSTEM;
	if (has_kernel_wide_magic((unsigned long)fs.f_type))
		return ro ? FACT_MOUNT_SECRETS : FACT_MOUNT_KERNEL;
	return FACT_N;
}

/* True if what it is decides; *ret FACT_N: it is harmless. */
static bool classify_object(const struct mountentry *m, struct span path, const char *source,
			    enum check_fact *ret)
{
	struct stat st;

	*ret = FACT_N;
	if (stat(source, &st) < 0)
		return false;
	if (S_ISBLK(st.st_mode))
		*ret = FACT_MOUNT_DEVICE;
	else if (S_ISCHR(st.st_mode))
		*ret = classify_node(st.st_rdev);
	else if (S_ISSOCK(st.st_mode))
		*ret = is_socket(path) ? FACT_MOUNT_SOCKET : FACT_MOUNT_NODE;
	else if (S_ISFIFO(st.st_mode))
		*ret = FACT_MOUNT_NODE;
	else if (!is_in(path, harmless))
		*ret = classify_kernels(source, mountentry_has(m, "ro"));
	return *ret != FACT_N || S_ISCHR(st.st_mode);
}

enum check_fact check_classify_bind(const struct mountentry *m, const char *source,
				    bool *ret_by_nature)
{
	struct span path = strip_var_run(mountentry_strip(span_of(source)));
	enum check_fact fact;

	*ret_by_nature = classify_object(m, path, source, &fact);
	return *ret_by_nature ? fact : classify(m, path);
}
