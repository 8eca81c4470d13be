/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files: device nodes, switches of the kernel (opened to write, never written), what
 * the host's files say, cgroups.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tests/breakout/probe.h"

/*
 * /dev/null over a file is how a container is kept from it; and root may open for
 * writing what has no mode for that, but nothing is there to take what is written.
 */
static int is_vain(int fd, int flags)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return 0;
	return (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3)) ||
	       (S_ISREG(st.st_mode) && flags == O_WRONLY && !(st.st_mode & 0222));
}

static long try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int vain = is_vain(fd, flags);

	(void)close(fd);
	return vain ? -EACCES : 0;
}

static long run_write(const struct probe *p)
{
	return try_open(p->text, O_WRONLY);
}

static long run_device(const struct probe *p)
{
	return try_open(p->text, (int)p->nr);
}

static long run_node(const struct probe *p)
{
	(void)unlink("node");
	if (mknod("node", (mode_t)p->nr, makedev((unsigned)p->arg[0], (unsigned)p->arg[1])) < 0)
		return -errno;
	/* A device cgroup may allow the node and refuse its use. */
	long r = p->arg[2] ? try_open("node", O_RDONLY) : 0;

	(void)unlink("node");
	return r;
}

/* Has text; addresses must not be all zero. */
static long run_read(const struct probe *p)
{
	char buf[512];
	int fd = open(p->text, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	if (n <= 0)
		return n < 0 ? -errno : -EACCES;
	buf[n] = 0;
	if (p->nr && strspn(buf, "0") >= 8)
		return -EACCES;
	return 0;
}

static long run_list(const struct probe *p)
{
	struct dirent *e;
	int n = 0;
	DIR *dir = opendir(p->text);

	if (!dir)
		return -errno;
	while ((e = readdir(dir)))
		n += e->d_name[0] != '.';
	(void)closedir(dir);
	return n ? 0 : -EACCES;
}

/* --- any file that should be read-only ------------------------------------------ */

static long walk_found;

static int walk_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	/* The container's own: its network's, its cgroups, its names, its processes. */
	static const char *const own[] = { "/sys/fs/cgroup", "/sys/devices/virtual/net",
					   "/proc/sys/net", "/sys/class/net", "/proc/pressure" };

	for (size_t i = 0; i < PROBE_COUNT(own); i++)
		if (strncmp(path, own[i], strlen(own[i])) == 0)
			return type == FTW_D ? FTW_SKIP_SUBTREE : 0;
	if (type == FTW_D && strncmp(path, "/proc/", 6) == 0 && path[6] >= '0' && path[6] <= '9')
		return FTW_SKIP_SUBTREE;
	if (type != FTW_F || !S_ISREG(st->st_mode) || try_open(path, O_WRONLY) != 0)
		return 0;
	probe_detail(path);
	walk_found++;
	return 0;
}

static long run_walk(const struct probe *p)
{
	(void)nftw(p->text, walk_file, 32, FTW_PHYS | FTW_ACTIONRETVAL);
	return walk_found ? 0 : -EROFS;
}

/* --- mounts as they are ----------------------------------------------------------- */

struct mount_line {
	int id, parent;
	char dev[16], root[1024], point[1024], options[256], type[32];
};

/* The next line; 0 at the end. */
static int next_mount(FILE *f, struct mount_line *m)
{
	char line[4096], *dash;

	while (fgets(line, sizeof(line), f)) {
		/* NOLINTNEXTLINE(cert-err34-c): the kernel wrote it. */
		if (sscanf(line, "%d %d %15s %1023s %1023s %255s", &m->id, &m->parent, m->dev,
			   m->root, m->point, m->options) != 6)
			continue;
		dash = strstr(line, " - ");
		if (dash && sscanf(dash, " - %31s", m->type) == 1)
			return 1;
	}
	return 0;
}

/* Root of a whole hierarchy, or of what is above the container's part of it. */
static long run_cgroup_root(const struct probe *p)
{
	struct mount_line m;
	struct stat st;
	long r = -EACCES;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	(void)p;
	while (f && next_mount(f, &m)) {
		if (strncmp(m.type, "cgroup", 6) != 0)
			continue;
		if (strncmp(m.root, "/..", 3) == 0 || (stat(m.point, &st) == 0 && st.st_ino == 1)) {
			probe_detail(m.point);
			r = 0;
		}
	}
	if (f)
		(void)fclose(f);
	return r;
}

/* A file by that name at the top of any cgroup mount, writable. */
static long run_cgroup_file(const struct probe *p)
{
	struct mount_line m;
	char path[1200];
	long r = -ENOENT;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	while (f && r < 0 && next_mount(f, &m)) {
		if (strncmp(m.type, "cgroup", 6) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", m.point, p->text);
		long got = try_open(path, O_WRONLY);

		if (got != -ENOENT && got != -ENOTDIR) /* a mount of a single file has none below */
			r = got;
		if (got == 0)
			probe_detail(path);
	}
	if (f)
		(void)fclose(f);
	return r;
}

/* A disk of the host mounted writable, besides the root folder. */
static long run_host_mount(const struct probe *p)
{
	static const char *const disks[] = { "ext4", "xfs",	 "btrfs", "zfs",  "f2fs",
					     "vfat", "virtiofs", "9p",	  "nfs4", "cifs" };
	struct mount_line m;
	long r = -EROFS;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	(void)p;
	while (f && next_mount(f, &m))
		for (size_t i = 0; i < PROBE_COUNT(disks); i++)
			if (strcmp(m.type, disks[i]) == 0 && strcmp(m.point, "/") != 0 &&
			    strncmp(m.options, "rw", 2) == 0) {
				probe_detail(m.point);
				r = 0;
			}
	if (f)
		(void)fclose(f);
	return r;
}

/* Less likely to be killed when the host's memory is short. */
static long run_oom(const struct probe *p)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	(void)p;
	return fd < 0 ? -errno : write(fd, "-1000", 5) == 5 ? 0 : -errno;
}

#define WRITE(path)                                                     \
	{                                                               \
		"write-" path, PROBE_HOST, run_write, path, 0, { 0 }, 0 \
	}
#define SYSCTL(name)                                                                  \
	{                                                                             \
		"sysctl-" name, PROBE_HOST, run_write, "/proc/sys/" name, 0, { 0 }, 0 \
	}
#define READ(path)                                                       \
	{                                                                \
		"read-" path, PROBE_SECRETS, run_read, path, 0, { 0 }, 0 \
	}
#define ADDRESSES(path)                                                  \
	{                                                                \
		"read-" path, PROBE_SECRETS, run_read, path, 1, { 0 }, 0 \
	}
#define LIST(path)                                                       \
	{                                                                \
		"list-" path, PROBE_SECRETS, run_list, path, 0, { 0 }, 0 \
	}
#define DEVICE(path)                                                           \
	{                                                                      \
		"device-" path, PROBE_HOST, run_device, path, O_RDWR, { 0 }, 0 \
	}
#define NODE(label, mode, major, minor, open)                                              \
	{                                                                                  \
		"node-" label, PROBE_HOST, run_node, NULL, mode, { major, minor, open }, 0 \
	}
#define CGROUP(name, class)                                               \
	{                                                                 \
		"cgroup-" name, class, run_cgroup_file, name, 0, { 0 }, 0 \
	}

static const struct probe rows[] = {
	NODE("make-block", S_IFBLK | 0600, 7, 0, 0),
	NODE("make-character", S_IFCHR | 0600, 1, 1, 0),
	NODE("use-mem", S_IFCHR | 0600, 1, 1, 1),
	NODE("use-kmsg", S_IFCHR | 0600, 1, 11, 1),
	NODE("use-loop", S_IFBLK | 0600, 7, 0, 1),
	NODE("use-disk-sda", S_IFBLK | 0600, 8, 0, 1),
	NODE("use-disk-vda", S_IFBLK | 0600, 254, 0, 1),
	NODE("use-tun", S_IFCHR | 0600, 10, 200, 1),
	NODE("use-fuse", S_IFCHR | 0600, 10, 229, 1),
	NODE("use-kvm", S_IFCHR | 0600, 10, 232, 1),
	NODE("use-loop-control", S_IFCHR | 0600, 10, 237, 1),
	NODE("use-msr", S_IFCHR | 0600, 202, 0, 1),
	NODE("use-tty0", S_IFCHR | 0600, 4, 0, 1),
	NODE("use-ttyS0", S_IFCHR | 0600, 4, 64, 1),
	DEVICE("/dev/mem"),
	DEVICE("/dev/port"),
	DEVICE("/dev/kmsg"),
	DEVICE("/dev/fuse"),
	DEVICE("/dev/net/tun"),
	DEVICE("/dev/kvm"),
	DEVICE("/dev/loop-control"),
	DEVICE("/dev/loop0"),
	DEVICE("/dev/mapper/control"),
	DEVICE("/dev/userfaultfd"),
	DEVICE("/dev/vhost-net"),
	DEVICE("/dev/vhost-vsock"),
	DEVICE("/dev/vsock"),
	DEVICE("/dev/uinput"),
	DEVICE("/dev/rtc0"),
	DEVICE("/dev/snapshot"),
	DEVICE("/dev/tty0"),
	DEVICE("/dev/vcs"),
	DEVICE("/dev/autofs"),
	DEVICE("/dev/btrfs-control"),
	DEVICE("/dev/sda"),
	DEVICE("/dev/vda"),
	DEVICE("/dev/dri/card0"),

	WRITE("/proc/sysrq-trigger"),
	WRITE("/proc/irq/default_smp_affinity"),
	WRITE("/proc/irq/0/smp_affinity"),
	WRITE("/proc/irq/1/smp_affinity"),
	WRITE("/proc/mtrr"),
	WRITE("/proc/acpi/wakeup"),
	WRITE("/proc/scsi/scsi"),
	WRITE("/proc/bus/pci/00/00.0"),
	WRITE("/proc/fs/nfsd/threads"),
	WRITE("/proc/slabinfo"),
	WRITE("/proc/timer_stats"),
	WRITE("/proc/latency_stats"),
	WRITE("/proc/dynamic_debug/control"),
	WRITE("/proc/profile"),
	WRITE("/proc/kcore"),
	/* A trigger of one's own: it costs time, and changes nothing. */
	{ "write-/proc/pressure/cpu", PROBE_DENIAL, run_write, "/proc/pressure/cpu", 0, { 0 }, 0 },
	SYSCTL("kernel/core_pattern"),
	SYSCTL("kernel/modprobe"),
	SYSCTL("kernel/hotplug"),
	SYSCTL("kernel/sysrq"),
	SYSCTL("kernel/panic"),
	SYSCTL("kernel/printk"),
	SYSCTL("kernel/randomize_va_space"),
	SYSCTL("kernel/kptr_restrict"),
	SYSCTL("kernel/dmesg_restrict"),
	SYSCTL("kernel/perf_event_paranoid"),
	SYSCTL("kernel/unprivileged_bpf_disabled"),
	SYSCTL("kernel/yama/ptrace_scope"),
	SYSCTL("kernel/pid_max"),
	SYSCTL("kernel/ns_last_pid"),
	SYSCTL("kernel/threads-max"),
	SYSCTL("kernel/poweroff_cmd"),
	SYSCTL("kernel/usermodehelper/bset"),
	SYSCTL("kernel/keys/maxkeys"),
	SYSCTL("vm/overcommit_memory"),
	SYSCTL("vm/drop_caches"),
	SYSCTL("vm/swappiness"),
	SYSCTL("vm/mmap_min_addr"),
	SYSCTL("vm/compact_memory"),
	SYSCTL("fs/binfmt_misc/register"),
	SYSCTL("fs/file-max"),
	SYSCTL("fs/suid_dumpable"),
	SYSCTL("fs/protected_hardlinks"),
	SYSCTL("user/max_user_namespaces"),
	SYSCTL("dev/cdrom/autoeject"),
	{ "sysctl-net/ipv4/ip_forward",
	  PROBE_KERNEL,
	  run_write,
	  "/proc/sys/net/ipv4/ip_forward",
	  0,
	  { 0 },
	  0 },
	{ "sysctl-net/core/somaxconn",
	  PROBE_KERNEL,
	  run_write,
	  "/proc/sys/net/core/somaxconn",
	  0,
	  { 0 },
	  0 },
	WRITE("/sys/kernel/uevent_helper"),
	WRITE("/sys/kernel/mm/ksm/run"),
	WRITE("/sys/kernel/mm/transparent_hugepage/enabled"),
	WRITE("/sys/kernel/profiling"),
	WRITE("/sys/kernel/rcu_expedited"),
	WRITE("/sys/kernel/debug/sched/features"),
	WRITE("/sys/kernel/tracing/kprobe_events"),
	WRITE("/sys/kernel/security/apparmor/.load"),
	WRITE("/sys/power/state"),
	WRITE("/sys/power/wake_lock"),
	WRITE("/sys/bus/pci/rescan"),
	WRITE("/sys/bus/platform/uevent"),
	WRITE("/sys/devices/virtual/mem/null/uevent"),
	WRITE("/sys/devices/system/cpu/cpu1/online"),
	WRITE("/sys/devices/system/cpu/cpufreq/policy0/scaling_governor"),
	WRITE("/sys/devices/system/memory/probe"),
	WRITE("/sys/block/vda/queue/scheduler"),
	WRITE("/sys/block/loop0/uevent"),
	WRITE("/sys/class/firmware/timeout"),
	WRITE("/sys/module/firmware_class/parameters/path"),
	WRITE("/sys/module/kernel/parameters/panic"),
	WRITE("/sys/firmware/efi/vars/new_var"),
	WRITE("/sys/fs/pstore/dmesg-0"),
	WRITE("/sys/fs/ext4/features/lazy_itable_init"),
	WRITE("/sys/fs/bpf/probe"),
	{ "walk-sys-writable", PROBE_HOST, run_walk, "/sys", 0, { 0 }, 0 },
	{ "walk-proc-writable", PROBE_HOST, run_walk, "/proc", 0, { 0 }, 0 },

	{ "cgroup-root-visible", PROBE_HOST, run_cgroup_root, NULL, 0, { 0 }, 0 },
	CGROUP("release_agent", PROBE_HOST),
	CGROUP("devices.allow", PROBE_HOST),
	CGROUP("notify_on_release", PROBE_HOST),
	CGROUP("cpuset.cpus", PROBE_DENIAL),
	CGROUP("pids.max", PROBE_DENIAL),
	CGROUP("memory.max", PROBE_DENIAL),
	CGROUP("memory.limit_in_bytes", PROBE_DENIAL),
	CGROUP("cpu.max", PROBE_DENIAL),
	CGROUP("cpu.shares", PROBE_DENIAL),
	CGROUP("io.max", PROBE_DENIAL),
	CGROUP("../cgroup.procs", PROBE_HOST),
	{ "host-mount-writable", PROBE_HOST, run_host_mount, NULL, 0, { 0 }, 0 },
	{ "oom-score", PROBE_DENIAL, run_oom, NULL, 0, { 0 }, 0 },

	ADDRESSES("/proc/kallsyms"),
	READ("/proc/kcore"),
	READ("/proc/kmsg"),
	READ("/proc/modules"),
	READ("/proc/iomem"),
	READ("/proc/ioports"),
	READ("/proc/vmallocinfo"),
	READ("/proc/slabinfo"),
	READ("/proc/timer_list"),
	READ("/proc/sched_debug"),
	READ("/proc/kpagecount"),
	READ("/proc/kpageflags"),
	READ("/proc/kpagecgroup"),
	READ("/proc/keys"),
	READ("/proc/key-users"),
	READ("/proc/interrupts"),
	READ("/proc/softirqs"),
	READ("/proc/schedstat"),
	READ("/proc/buddyinfo"),
	READ("/proc/pagetypeinfo"),
	READ("/proc/zoneinfo"),
	READ("/proc/vmstat"),
	READ("/proc/allocinfo"),
	READ("/proc/config.gz"),
	READ("/proc/cmdline"),
	READ("/proc/diskstats"),
	READ("/proc/partitions"),
	READ("/proc/swaps"),
	READ("/proc/mdstat"),
	READ("/proc/devices"),
	READ("/proc/misc"),
	READ("/proc/crypto"),
	READ("/proc/consoles"),
	READ("/proc/dma"),
	READ("/proc/mtrr"),
	READ("/proc/execdomains"),
	READ("/proc/cgroups"),
	READ("/proc/latency_stats"),
	READ("/proc/pressure/memory"),
	READ("/proc/tty/drivers"),
	READ("/proc/locks"),
	READ("/proc/dynamic_debug/control"),
	READ("/proc/meminfo"),
	READ("/proc/cpuinfo"),
	READ("/proc/stat"),
	READ("/proc/uptime"),
	READ("/proc/loadavg"),
	READ("/proc/version"),
	READ("/proc/filesystems"),
	READ("/proc/sys/kernel/random/boot_id"),
	LIST("/proc/acpi"),
	LIST("/proc/bus"),
	LIST("/proc/driver"),
	LIST("/proc/fs"),
	LIST("/proc/irq"),
	LIST("/proc/scsi"),
	LIST("/proc/tty/driver"),
	LIST("/sys/firmware"),
	LIST("/sys/hypervisor"),
	LIST("/sys/module"),
	LIST("/sys/bus"),
	LIST("/sys/block"),
	LIST("/sys/dev/block"),
	LIST("/sys/power"),
	LIST("/sys/class/dmi"),
	LIST("/sys/devices/virtual/dmi/id"),
	LIST("/sys/devices/virtual/block"),
	LIST("/sys/devices/virtual/thermal"),
	LIST("/sys/devices/virtual/powercap"),
	LIST("/sys/devices/pci0000:00"),
	LIST("/sys/devices/platform"),
	LIST("/sys/devices/LNXSYSTM:00"),
	LIST("/sys/devices/system/memory"),
	LIST("/sys/devices/system/cpu/vulnerabilities"),
	LIST("/sys/fs/bpf"),
	LIST("/sys/fs/pstore"),
	LIST("/sys/fs/ext4"),
	LIST("/sys/fs/fuse/connections"),
	LIST("/sys/kernel/debug"),
	LIST("/sys/kernel/tracing"),
	LIST("/sys/kernel/security"),
	LIST("/sys/kernel/slab"),
	LIST("/sys/kernel/irq"),
	LIST("/sys/kernel/iommu_groups"),
	READ("/sys/kernel/notes"),
	READ("/sys/kernel/vmcoreinfo"),
	READ("/sys/kernel/btf/vmlinux"),
	READ("/sys/kernel/boot_params/version"),
	READ("/sys/kernel/mm/transparent_hugepage/enabled"),
};

const struct probe_table probe_files = { rows, PROBE_COUNT(rows) };
