/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See cgroup.h. */
#include "config.h"

#include "lib/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/proc.h"

#define PROCS_MAX (8u << 20) /* bytes of cgroup.procs; more is not a container that starts */
#define ANCESTORS_MAX 16     /* from a hook to the monitor there are two */

int cgroup_parse(struct span text, struct cgroup *ret)
{
	struct cgroup cg = { 0 };
	struct span line, id, controllers;

	while (span_next_line(&text, &line)) {
		uint64_t number;

		/* The path comes last and may hold colons. */
		if (!span_next_field(&line, ':', &id) ||
		    !span_next_field(&line, ':', &controllers) || !span_starts(line, "/"))
			return -EINVAL;
		if (span_parse_u64(id, 10, UINT64_MAX, &number) < 0)
			return -EINVAL;
		if (number == 0 && controllers.n == 0)
			cg.path[CGROUP_UNIFIED] = line;
		else if (span_is(controllers, "name=systemd"))
			cg.path[CGROUP_SYSTEMD] = line;
	}
	*ret = cg;
	return 0;
}

bool cgroup_is_ns_root(const struct cgroup *cg, enum cgroup_hierarchy h)
{
	return cg->path[h].p && span_is(cg->path[h], "/");
}

static bool has_file(int dirfd, const char *name)
{
	return faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * The root of the whole hierarchy: kernfs gives it inode 1.  Two more signs, each
 * enough, in case that ever changes: in v2 only the others have cgroup.events, in v1
 * only it has release_agent (the kernel's cgroup-v2.rst and cgroup-v1/cgroups.rst).
 */
static bool is_hierarchy_root(int rootfd, const struct stat *st, enum cgroup_hierarchy h)
{
	if (st->st_ino == 1)
		return true;
	if (h == CGROUP_UNIFIED)
		return !has_file(rootfd, "cgroup.events");
	return has_file(rootfd, "release_agent");
}

/*
 * Open to write if we may, which is how the kernel is asked.  The folder is one that the kernel
 * made: no FIFO or link is behind the name.
 */
static int open_procs(int rootfd, bool *ret_writable)
{
	static const char name[] = "cgroup.procs";
	const int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(rootfd, name, O_RDWR | flags);

	*ret_writable = fd >= 0;
	if (fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
		fd = openat(rootfd, name, O_RDONLY | flags);
	return fd < 0 ? -errno : fd;
}

/*
 * Ours if the caller itself is in it, and nobody from outside its pid namespace:
 * cgroup.procs of v2 shows such a process as 0.  One such line, and the cgroup is also
 * that of something on the host: handing it over would let the guest freeze or kill
 * that.  (v1 leaves such lines out; see cgroup_find_parent_in().)
 */
static int find_foreign(int procsfd, bool *ret_foreign)
{
	const uint64_t own = (uint64_t)getpid();
	auto_free char *text = NULL;
	bool self = false, other = false;
	struct span rest, line;
	uint64_t pid;
	int r;

	r = io_read_fd(procsfd, PROCS_MAX, &text, &rest.n);
	if (r < 0)
		return r;
	rest.p = text;
	while (span_next_line(&rest, &line)) {
		if (span_parse_u64(line, 10, INT_MAX, &pid) < 0)
			return -EINVAL;
		other = other || pid == 0;
		self = self || pid == own;
	}
	*ret_foreign = other || !self;
	return 0;
}

int cgroup_check_root(int rootfd, enum cgroup_hierarchy h, enum cgroup_root *ret)
{
	auto_close int procsfd = -EBADF;
	struct statfs fs;
	struct stat st;
	bool foreign, writable;
	int r;

	if (fstat(rootfd, &st) < 0 || fstatfs(rootfd, &fs) < 0)
		return -errno;
	/* A plain folder of the guest's could hold files of these names. */
	if (fs.f_type != (h == CGROUP_UNIFIED ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC))
		return -ENOTTY;
	if (is_hierarchy_root(rootfd, &st, h)) {
		*ret = CGROUP_ROOT_HIERARCHY;
		return 0;
	}
	procsfd = open_procs(rootfd, &writable);
	if (procsfd < 0)
		return procsfd;
	r = find_foreign(procsfd, &foreign);
	if (r < 0)
		return r;
	/*
	 * kernfs counts a folder's children in its links (fs/kernfs/inode.c,
	 * kernfs_refresh_inode()).  A cgroup that LXC has just made has none; one that has
	 * may hold anybody's processes below it, which cgroup.procs does not list.
	 */
	if (foreign || st.st_nlink > 2)
		*ret = CGROUP_ROOT_FOREIGN;
	else if (!writable)
		*ret = CGROUP_ROOT_READONLY;
	else
		*ret = CGROUP_ROOT_OWN;
	return 0;
}

int cgroup_find_parent_in(enum cgroup_hierarchy h, bool *ret)
{
	pid_t pid = 0;

	/* In v2 the namespace is enough: the monitor shows as 0, which find_foreign() meets. */
	if (h == CGROUP_UNIFIED && proc_knows_other_pid()) {
		*ret = false;
		return 0;
	}
	for (unsigned int n = 0; n < ANCESTORS_MAX; n++) {
		auto_close int procfd = proc_open(pid);
		auto_free char *text = NULL;
		struct procstatus st;
		struct cgroup cg = { 0 };
		size_t size;
		int r;

		if (procfd < 0)
			return procfd;
		r = proc_read_status(procfd, &st);
		if (r < 0)
			return r;
		if (st.pid_namespaces > 1) {
			pid = st.ppid;
			continue;
		}
		/* The first one outside the pid namespace: LXC's monitor. */
		r = proc_read(procfd, "cgroup", &text, &size);
		if (r == 0)
			r = cgroup_parse((struct span){ text, size }, &cg);
		if (r < 0)
			return r;
		*ret = n == 0 || cgroup_is_ns_root(&cg, h);
		return 0;
	}
	return -ELOOP;
}

bool cgroup_is_v2_mounted(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct statfs fs;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (statfs(places[i], &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
			return true;
	}
	return false;
}
