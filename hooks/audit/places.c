/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See places.h. */
#include "config.h"

#include "hooks/audit/places.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/audit-mounttable.h"
#include "lib/cleanup.h"
#include "lib/rootfs.h"

/* Not in the headers of Debian 11. */
#define MAGIC_CONFIGFS 0x62656570
#define MAGIC_FUSE 0x65735546

#define OWN_MAX 8

struct state {
	int procfd, rootfd;
	const struct audit_mounts *in;
	const struct policy *policy;
	struct audit_findings *f;
	const struct audit_mounttable *table;
	/* File systems of the container's own pid and network namespace. */
	uint64_t proc[OWN_MAX];
	size_t n_proc;
	uint64_t sysfs;
	bool has_sysfs, has_dev;
};

struct shown {
	char text[200];
};

static const char *show(struct shown *s, struct span path)
{
	struct emit e = EMIT_INIT(s->text);

	emit_printable(&e, path, "'\"");
	return s->text;
}

/* What a path of mountinfo leads to, if that is this mount; -ESTALE if another hides it. */
static int open_mount(const struct state *s, const struct mountinfo *m)
{
	char path[PATH_MAX];
	auto_close int fd = -EBADF;
	struct statx st;
	int r = mountinfo_unescape(m->target, path, sizeof(path));

	if (r < 0)
		return r;
	fd = path[1] ? rootfs_open_at(s->rootfd, path + 1, O_PATH) : dup(s->rootfd);
	if (fd < 0)
		return fd;
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) < 0)
		return -errno;
	if (!(st.stx_mask & STATX_MNT_ID))
		return -ENOSYS;
	return st.stx_mnt_id == m->id ? take_fd(&fd) : -ESTALE;
}

static const struct mountinfo *find_mount(const struct state *s, uint64_t id)
{
	for (size_t i = 0; i < s->table->n; i++) {
		if (s->table->mount[i].id == id)
			return &s->table->mount[i];
	}
	return NULL;
}

/* m is on that one, or on what is. */
static bool is_on(const struct state *s, const struct mountinfo *m, const struct mountinfo *below)
{
	/* No chain is longer than the table. */
	for (size_t i = 0; m && i <= s->table->n; i++) {
		if (m == below)
			return true;
		m = m->parent == m->id ? NULL : find_mount(s, m->parent);
	}
	return false;
}

/*
 * Another mount lies on the way to it, as the level's /run on an entry from before the include.
 * Not by the path alone that leads nowhere: who can write to the root file system could rename a
 * directory for the moment of the audit.
 */
static bool is_hidden(const struct state *s, const struct mountinfo *m)
{
	for (size_t i = 0; i < s->table->n; i++) {
		const struct mountinfo *other = &s->table->mount[i];

		if (span_is_within(m->target, other->target) && !is_on(s, m, other))
			return true;
	}
	return false;
}

static bool is_allowed(const struct state *s, const struct mountinfo *m)
{
	char target[PATH_MAX];

	return mountinfo_unescape(m->target, target, sizeof(target)) == 0 &&
	       policy_allows_mount(s->policy, span_of(target));
}

/*
 * One for the whole kernel, whoever mounts it.  base.conf covers the places where LXC's files
 * for distributions and Incus bind them; an id-mapped root can read what others may.
 */
static bool is_kernel_wide(const struct mountinfo *m)
{
	static const char *const types[] = { "binfmt_misc", "debugfs",	 "tracefs",  "bpf",
					     "pstore",	    "efivarfs",	 "configfs", "securityfs",
					     "nsfs",	    "selinuxfs", "smackfs",  "resctrl" };

	/* Names of connections only, which nobody can abort there: as base.conf leaves it. */
	if (span_is(m->fstype, "fusectl"))
		return audit_mount_is_writable(m);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (span_is(m->fstype, types[i]))
			return true;
	}
	return false;
}

/* Holds no device nodes, whatever its options. */
static bool has_no_nodes(const struct mountinfo *m)
{
	static const char *const types[] = { "proc",	"sysfs",  "cgroup",
					     "cgroup2", "mqueue", "fusectl" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (span_is(m->fstype, types[i]))
			return true;
	}
	return false;
}

/* null, zero, full, random, urandom, tty: they hold nothing of the host's. */
static bool is_harmless_device(const struct stat *st)
{
	static const unsigned int minors[] = { 3, 5, 7, 8, 9 };

	if (!S_ISCHR(st->st_mode))
		return false;
	for (size_t i = 0; i < sizeof(minors) / sizeof(minors[0]); i++) {
		if (st->st_rdev == makedev(1, minors[i]))
			return true;
	}
	return st->st_rdev == makedev(5, 0);
}

/* LXC's own, which it fills itself: there nobody makes a node without CAP_MKNOD. */
static bool is_own_dev(const struct state *s, const struct mountinfo *m)
{
	return span_is(m->target, "/dev") && span_is(m->fstype, "tmpfs") && m->root.n == 1 &&
	       !audit_mount_is_on_host(s->table, m);
}

static void judge_devpts(const struct state *s, const struct mountinfo *m)
{
	struct shown target;

	/* One terminal of the host's is the console that LXC before 5 binds; all of them are not.
	 */
	if (audit_mount_is_on_host(s->table, m) && (m->root.n == 1 || span_is(m->root, "/ptmx")))
		audit_add(s->f, "mount.device", "the terminals of the host are at '%s'",
			  show(&target, m->target));
}

static void judge_nodes(const struct state *s, const struct mountinfo *m, const struct stat *st)
{
	struct shown target;
	const char *where = show(&target, m->target);
	bool nodev = mountinfo_has_option(m->options, "nodev");

	if (S_ISSOCK(st->st_mode) || S_ISFIFO(st->st_mode)) {
		/* Connecting to it writes nothing to the file system: "ro" does not hinder. */
		audit_add(s->f, "mount.socket",
			  "a %s of the host's is at '%s'; if that is wanted, write 'harden.allow = "
			  "%s' into the container's config",
			  S_ISSOCK(st->st_mode) ? "socket" : "FIFO", where, where);
	} else if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		if (!nodev && !is_harmless_device(st))
			audit_add(s->f, "mount.device",
				  "the %s device %u:%u is at '%s', and a read-only mount does not "
				  "keep from writing to it; if that is wanted, write 'harden.allow "
				  "= %s' into the container's config",
				  S_ISBLK(st->st_mode) ? "block" : "character", major(st->st_rdev),
				  minor(st->st_rdev), where, where);
	} else if (S_ISDIR(st->st_mode) && !nodev) {
		audit_add(s->f, "mount.nodev",
			  "device nodes in '%s' can be opened: it is mounted without 'nodev'",
			  where);
	}
}

/* Each kind by the namespace that it shows, asked through itself. */
static void find_own(struct state *s, const struct mountinfo *m, int fd)
{
	struct stat its, own;

	/* Process 1 of a proc is init of the pid namespace that it shows. */
	if (span_is(m->fstype, "proc") && m->root.n == 1 && s->n_proc < OWN_MAX &&
	    fstatat(fd, "1/ns/pid", &its, 0) == 0 && fstatat(s->procfd, "ns/pid", &own, 0) == 0 &&
	    its.st_ino == own.st_ino && its.st_dev == own.st_dev)
		s->proc[s->n_proc++] = audit_mount_device(m);
	/* One file system for each network namespace: LXC's at /sys is the container's. */
	if (span_is(m->fstype, "sysfs") && m->root.n == 1 && span_is(m->target, "/sys") &&
	    !audit_mount_is_on_host(s->table, m)) {
		s->sysfs = audit_mount_device(m);
		s->has_sysfs = true;
	}
}

static void judge_namespace(const struct state *s, const struct mountinfo *m)
{
	struct shown target;
	bool own = false;

	if (span_is(m->fstype, "proc")) {
		for (size_t i = 0; i < s->n_proc; i++)
			own = own || s->proc[i] == audit_mount_device(m);
		/* Another's /proc/PID/root leads to that one's files, also through "ro". */
		if (!own)
			audit_add(s->f, "mount.proc", "'%s' is the proc of another pid namespace",
				  show(&target, m->target));
	} else if (span_is(m->fstype, "sysfs")) {
		own = s->has_sysfs && audit_mount_device(m) == s->sysfs;
		/* An empty directory where the host has no fusectl; common.conf binds it. */
		if (!own &&
		    !(span_is(m->root, "/fs/fuse/connections") && !audit_mount_is_writable(m)))
			audit_add(s->f, "mount.sys",
				  "'%s' is the sysfs of another network namespace",
				  show(&target, m->target));
	}
}

/*
 * Where the host's services listen: "ro" does not keep root inside from connecting, and they
 * take him for the host's.  lxc-harden check tells of the same.
 */
static void judge_listeners(const struct state *s, const struct mountinfo *m, const struct stat *st)
{
	static const char *const places[] = { "/run",	      "/run/systemd", "/run/dbus",
					      "/run/docker",  "/run/podman",  "/run/containerd",
					      "/run/libvirt", "/var/lib/lxd", "/var/lib/incus" };
	struct shown target;
	struct stat host;

	for (size_t i = 0; S_ISDIR(st->st_mode) && i < sizeof(places) / sizeof(places[0]); i++) {
		if (stat(places[i], &host) < 0 || host.st_dev != st->st_dev ||
		    host.st_ino != st->st_ino)
			continue;
		audit_add(s->f, "mount.socket",
			  "the sockets in the host's '%s' are at '%s'; if that is wanted, write "
			  "'harden.allow = %s' into the container's config",
			  places[i], show(&target, m->target), target.text);
		return;
	}
}

/* 0 and what stands at the top of the mount, -ESTALE if no path leads there, or -errno. */
static int stat_mount(const struct state *s, const struct mountinfo *m, struct stat *ret)
{
	auto_close int fd = open_mount(s, m);

	if ((fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP) && is_hidden(s, m))
		return -ESTALE;
	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

static int judge_mount(struct state *s, const struct mountinfo *m)
{
	struct stat st = { 0 };
	struct shown target;
	int r;

	if (is_allowed(s, m))
		return 0;
	if (is_kernel_wide(m)) {
		audit_add(s->f, "mount.kernel",
			  "'%s' is the kernel's own %.*s, one for the whole host",
			  show(&target, m->target), (int)m->fstype.n, m->fstype.p);
		return 0;
	}
	judge_namespace(s, m);
	if (span_is(m->fstype, "devpts"))
		judge_devpts(s, m);
	if (span_is(m->fstype, "devpts") || has_no_nodes(m) || is_own_dev(s, m))
		return 0;
	/* What a whole file system has at its top is a directory; FUSE may never answer. */
	if (m->root.n == 1)
		st.st_mode = S_IFDIR;
	if (m->root.n > 1 || (span_is(m->fstype, "tmpfs") && audit_mount_is_on_host(s->table, m))) {
		r = stat_mount(s, m, &st);
		if (r == -ESTALE)
			return 0; /* no path leads there */
		if (r < 0)
			return r;
	}
	judge_nodes(s, m, &st);
	judge_listeners(s, m, &st);
	return 0;
}

static int judge_mounts(struct state *s)
{
	int r = 0;

	for (size_t i = 0; i < s->table->n; i++) {
		const struct mountinfo *m = &s->table->mount[i];

		if (audit_mount_is_covered(s->table, m))
			continue;
		s->has_dev = s->has_dev || is_own_dev(s, m);
		if (span_is(m->fstype, "proc") || span_is(m->fstype, "sysfs")) {
			auto_close int fd = m->root.n == 1 ? open_mount(s, m) : -ESTALE;

			if (fd >= 0)
				find_own(s, m, fd);
		}
	}
	for (size_t i = 0; r == 0 && i < s->table->n; i++) {
		if (s->in->may_unmount || !audit_mount_is_covered(s->table, &s->table->mount[i]))
			r = judge_mount(s, &s->table->mount[i]);
	}
	if (!s->has_dev)
		audit_add(
			s->f, "mount.dev",
			"/dev is not a tmpfs of its own, so that the device nodes of the root file "
			"system stand there: write 'lxc.autodev = 1'");
	return r;
}

/*
 * Something else than the kernel's own lies there.  Of lxcfs that counts for swaps only, which
 * it makes from figures alone: where a controller is missing, as blkio on a unified host, it
 * hands on the host's diskstats and slabinfo.
 */
static bool is_cover(struct span path, const struct statfs *fs)
{
	static const unsigned long kernel[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC,	    DEBUGFS_MAGIC,
						TRACEFS_MAGIC,	  SECURITYFS_MAGIC, BPF_FS_MAGIC,
						PSTOREFS_MAGIC,	  EFIVARFS_MAGIC,   BINFMTFS_MAGIC,
						MAGIC_CONFIGFS };

	for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++) {
		if ((unsigned long)fs->f_type == kernel[i])
			return false;
	}
	return (unsigned long)fs->f_type != MAGIC_FUSE || span_is(path, "/proc/swaps");
}

static bool is_kept(const struct state *s, struct span path, bool readonly)
{
	char name[256];
	auto_close int fd = -EBADF;
	struct statfs fs;

	if (span_copy(path, name, sizeof(name)) < 0)
		return false;
	fd = rootfs_open_at(s->rootfd, name + 1, O_PATH);
	/* This kernel has no such thing, or nothing of the kernel's is mounted above it. */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return true;
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return false;
	return is_cover(path, &fs) || (readonly && (fs.f_flags & ST_RDONLY));
}

static void judge_kept(const struct state *s, const struct policy_places *places, bool readonly)
{
	char names[160] = "";
	struct emit e = EMIT_INIT(names);
	size_t n = 0;

	for (size_t i = 0; i < places->n; i++) {
		if (is_kept(s, places->item[i], readonly))
			continue;
		if (e.len + places->item[i].n + 16 < sizeof(names)) {
			emit_str(&e, e.len ? " " : "");
			emit_span(&e, places->item[i]);
		}
		n++;
	}
	if (n)
		audit_add(s->f, readonly ? "readonly" : "covered",
			  "%zu of the places that have to be %s are not: %s; a later "
			  "'lxc.mount.entry =' or 'lxc.mount.auto' took that away, or it failed",
			  n, readonly ? "read-only" : "covered", names);
}

int audit_judge_places(int procfd, const struct audit_mounttable *table,
		       const struct audit_mounts *in, const struct policy *policy,
		       struct audit_findings *f)
{
	auto_close int rootfd = openat(procfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct state s = { .procfd = procfd,
			   .rootfd = rootfd,
			   .in = in,
			   .policy = policy,
			   .f = f,
			   .table = table };
	int r;

	if (rootfd < 0)
		return -errno;
	r = judge_mounts(&s);
	judge_kept(&s, &policy->covered, false);
	judge_kept(&s, &policy->readonly, true);
	return r;
}
