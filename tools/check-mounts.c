/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mount entries: their faults, and what of the host's they put into the container.
 */
#include "config.h"

#include "tools/check-work.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/apifs.h"
#include "lib/cleanup.h"
#include "lib/mountinfo.h"
#include "lib/rootfs.h"

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

/* --- What of the host's is inside ------------------------------------------------ */

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

/* A later entry lies on it, as the fragments' covers do on what Ubuntu's and Incus' bind. */
static bool is_covered_later(const struct check_work *w, size_t index)
{
	for (size_t i = index + 1; i < w->n_entries; i++) {
		if (span_is_within(w->entries[index].target, w->entries[i].target) &&
		    span_is(w->entries[i].m.type, "tmpfs"))
			return true;
	}
	return false;
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

/* Programs that are one inode for all who have them; their root owns it only with its own ids. */
static bool is_shared(const struct check_work *w, const char *source)
{
	struct stat st;

	return !w->out->idmapped && stat(source, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111) && st.st_uid == 0;
}

static void open_entry(struct check_work *w, enum check_fact fact, const struct check_entry *e,
		       const char *source)
{
	check_open(&w->config, fact, check_place_of(w, e->setting),
		   check_print(w->arena, "'%s' at '/%.*s'", source, (int)e->target.n, e->target.p),
		   NULL);
}

/* A new mount of such a file system is the kernel's own, whether or not the host has it. */
static void judge_new(struct check_work *w, size_t index)
{
	const struct check_entry *e = &w->entries[index];

	if (check_is_kernel_wide(e->m.type) && !is_covered_later(w, index))
		open_entry(w, mountentry_has(&e->m, "ro") ? FACT_MOUNT_SECRETS : FACT_MOUNT_KERNEL,
			   e, check_copy(w->arena, e->m.type));
}

static void judge_exposure(struct check_work *w, size_t index)
{
	const struct check_entry *e = &w->entries[index];
	char source[PATH_MAX];
	enum check_fact fact;
	struct span path;

	/* A file system on a disk of the host's is not the disk. */
	if (!mountentry_is_bind(&e->m)) {
		judge_new(w, index);
		return;
	}
	if (mountinfo_unescape(e->m.source, source, sizeof(source)) < 0 || source[0] != '/' ||
	    mountentry_has(&e->m, "relative"))
		return;
	path = strip_var_run(mountentry_strip(span_of(source)));
	if (!classify_object(&e->m, path, source, &fact))
		fact = classify(&e->m, path);
	else if (is_covered_later(w, index))
		return;
	if (fact != FACT_N)
		open_entry(w, fact, e, source);
	if (is_shared(w, source))
		open_entry(w, FACT_MOUNT_SHARED, e, source);
}

static bool has_word_of(const struct check_work *w, const char *key, const char *text)
{
	const struct lxcconf_setting *s;
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, key, &pos))) {
		if (strstr(s->value, text))
			return true;
	}
	return false;
}

/* Beneath what LXC itself mounts: nothing is in there yet that a guest made. */
static bool is_beneath_lxcs(const struct check_work *w, struct span target)
{
	const struct lxcconf_setting *autodev = lxcconf_find_last(w->conf, "lxc.autodev");

	return (span_is_within(target, span_of("dev")) &&
		(!autodev || strcmp(autodev->value, "0") != 0)) ||
	       (span_is_within(target, span_of("proc")) &&
		has_word_of(w, "lxc.mount.auto", "proc")) ||
	       (span_is_within(target, span_of("sys")) && has_word_of(w, "lxc.mount.auto", "sys"));
}

/* File systems that are new, or the kernel's own, at each start. */
static bool is_fresh(const struct mountentry *m)
{
	static const char *const types[] = { "tmpfs",  "proc",	 "sysfs",  "devpts",
					     "mqueue", "cgroup", "cgroup2" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (span_is(m->type, types[i]))
			return true;
	}
	return false;
}

/*
 * The entry in which the target of that one lies when its turn comes; NULL: in what LXC mounts,
 * or in the root file system.  One that may be left out is there if that is the worse.
 */
static const struct check_entry *find_above(const struct check_work *w, size_t index)
{
	const struct check_entry *above = NULL;

	for (size_t i = 0; i < index; i++) {
		const struct check_entry *e = &w->entries[i];

		if (span_is_within(w->entries[index].target, e->target) &&
		    (!mountentry_has(&e->m, "optional") || !is_fresh(&e->m)))
			above = e;
	}
	return above;
}

/*
 * A mount point that LXC makes by a path of which the guest has written a part: a link there
 * leads it to the host.  In an id-mapped container it has no more than the guest's own powers.
 */
static void judge_create(struct check_work *w, size_t index)
{
	const struct check_entry *e = &w->entries[index], *above = find_above(w, index);
	struct span below = e->target;

	if (w->out->idmapped || !mountentry_has(&e->m, "create="))
		return;
	if (above ? is_fresh(&above->m) : is_beneath_lxcs(w, e->target))
		return;
	if (above) {
		below.p += above->target.n;
		below.n -= above->target.n;
		below = mountentry_strip(below);
	}
	/* One name, if it is a link, is there already, and LXC mounts on none. */
	if (memchr(below.p, '/', below.n))
		check_open(&w->config, FACT_MOUNT_CREATE, check_place_of(w, e->setting),
			   check_print(w->arena, "'/%.*s'", (int)e->target.n, e->target.p), NULL);
}

/* --- Faults --------------------------------------------------------------------- */

static void judge_hidden(struct check_work *w, size_t index)
{
	const struct check_entry *e = &w->entries[index], *later;
	struct check_place place = check_place_of(w, e->setting);

	/* There a later one is a mask, and meant. */
	if (span_starts(e->target, "proc") || span_starts(e->target, "sys") ||
	    span_starts(e->target, "dev/.lx"))
		return;
	for (size_t i = index + 1; i < w->n_entries; i++) {
		later = &w->entries[i];
		if (!span_is_within(e->target, later->target))
			continue;
		/* The same again, as when a fragment and the configuration both have a tmpfs. */
		if (e->target.n == later->target.n && span_is(e->m.type, "tmpfs"))
			continue;
		check_add(w, REASON_MOUNT_HIDDEN, place, NULL, "'/%.*s', hidden at %s by '/%.*s'",
			  (int)e->target.n, e->target.p,
			  check_place_text(w, check_place_of(w, later->setting)),
			  (int)later->target.n, later->target.p);
		return;
	}
}

static void judge_source(struct check_work *w, const struct check_entry *e)
{
	char source[PATH_MAX];
	struct stat st;

	if (!mountentry_is_bind(&e->m) || mountentry_has(&e->m, "optional") ||
	    mountentry_has(&e->m, "relative") ||
	    mountinfo_unescape(e->m.source, source, sizeof(source)) < 0 || source[0] != '/' ||
	    stat(source, &st) == 0 || errno != ENOENT)
		return;
	check_add(w, REASON_MOUNT_SOURCE, check_place_of(w, e->setting), NULL, "'%s'", source);
}

/* True if the target is on a file system that is empty then, and no entry has been at it. */
static bool is_new_above(const struct check_work *w, size_t index)
{
	const struct check_entry *above = find_above(w, index);

	for (size_t i = 0; i < index; i++) {
		if (span_is_within(w->entries[i].target, w->entries[index].target))
			return false;
	}
	return above ? span_is(above->m.type, "tmpfs")
		     : is_beneath_lxcs(w, w->entries[index].target);
}

static void judge_target(struct check_work *w, size_t index)
{
	const struct check_entry *e = &w->entries[index];
	char target[PATH_MAX], strip[PATH_MAX];

	if (w->rootfd < 0 || mountentry_has(&e->m, "create=") ||
	    mountentry_has(&e->m, "optional") || span_copy(e->target, strip, sizeof(strip)) < 0 ||
	    !strip[0] || mountinfo_unescape(span_of(strip), target, sizeof(target)) < 0)
		return;
	/* On a new file system nothing is there; mount-api makes these after all entries. */
	if (apifs_is(target) && is_new_above(w, index)) {
		check_add(w, REASON_MOUNT_TARGET, check_place_of(w, e->setting), NULL, "'/%s'",
			  target);
		return;
	}
	/* LXC mounts these itself, and what is below them is not the root file system's. */
	if (span_is_within(e->target, span_of("dev")) ||
	    span_is_within(e->target, span_of("proc")) || span_is_within(e->target, span_of("sys")))
		return;
	for (size_t i = 0; i < index; i++) {
		if (span_is_within(e->target, w->entries[i].target))
			return;
	}
	auto_close int fd = rootfs_open_at(w->rootfd, target, O_PATH);

	if (fd == -ENOENT)
		check_add(w, REASON_MOUNT_TARGET, check_place_of(w, e->setting), NULL, "'/%s'",
			  target);
}

/*
 * LXC takes an absolute target for one that begins with the root file system's path, and passes
 * over any other.  False: it is one of those.
 */
static bool find_target(const struct check_work *w, struct span value, struct span *ret)
{
	char own[PATH_MAX], target[PATH_MAX];
	const char *at, *path;

	*ret = mountentry_strip(value);
	if (value.p[0] != '/' || span_copy(value, target, sizeof(target)) < 0)
		return true;
	(void)snprintf(own, sizeof(own), "%s/%s/rootfs", w->out->lxcpath,
		       w->out->name); /* or cut */
	path = own;
	at = strstr(target, own);
	if (!at && w->rootfs) {
		path = w->rootfs;
		at = strstr(target, path);
	}
	if (!at)
		return false;
	value.p += (size_t)(at - target) + strlen(path);
	value.n -= (size_t)(at - target) + strlen(path);
	*ret = mountentry_strip(value);
	return true;
}

static void judge_fstab(struct check_work *w)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.mount.fstab");
	struct stat st;

	if (s && stat(s->value, &st) < 0 && errno == ENOENT)
		check_add(w, REASON_FSTAB_MISSING, check_place_of(w, s), NULL, "'%s'", s->value);
}

void check_entries(struct check_work *w)
{
	const struct lxcconf_setting *s;
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, "lxc.mount.entry", &pos))) {
		struct check_place place = check_place_of(w, s);
		struct check_entry e = { .setting = s };
		int r = mountentry_parse(span_of(s->value), &e.m);

		if (r < 0 || !e.m.type.n || !e.m.options.n)
			check_add(w, REASON_MOUNT_FIELDS, place, NULL, "%s", s->value);
		if (r < 0)
			continue;
		if (!find_target(w, e.m.target, &e.target))
			check_add(w, REASON_MOUNT_IGNORED, place, NULL, "%s", s->value);
		else if (w->n_entries < CHECK_ENTRIES_MAX)
			w->entries[w->n_entries++] = e;
	}
}

void check_mounts(struct check_work *w)
{
	judge_fstab(w);
	for (size_t i = 0; i < w->n_entries; i++) {
		judge_exposure(w, i);
		judge_create(w, i);
		judge_hidden(w, i);
		judge_source(w, &w->entries[i]);
		judge_target(w, i);
	}
}
