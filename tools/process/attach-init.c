/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See attach-parts.h: everything of the init, opened or read once, before anything is joined. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/idmap.h"
#include "lib/io.h"
#include "lib/proc.h"
#include "lib/span.h"
#include "tools/process/attach-parts.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

const struct attach_namespace attach_namespaces[ATTACH_NAMESPACES] = {
	{ "user", CLONE_NEWUSER },     { "mnt", CLONE_NEWNS },	  { "net", CLONE_NEWNET },
	{ "ipc", CLONE_NEWIPC },       { "uts", CLONE_NEWUTS },	  { "pid", CLONE_NEWPID },
	{ "cgroup", CLONE_NEWCGROUP }, { "time", CLONE_NEWTIME },
};

/* --- Namespaces ------------------------------------------------------------------- */

static int open_namespaces(struct attach_init *init, struct attach_error *error)
{
	auto_close int self = proc_open(0);

	if (self < 0)
		return attach_fail(error, self, "cannot open our own /proc");
	for (size_t i = 0; i < ATTACH_NAMESPACES; i++) {
		const char *kind = attach_namespaces[i].kind;
		bool same = true;
		char name[16];
		int r = proc_same_namespace(init->procfd, self, kind, &same);

		/* A kernel without that kind has one for all. */
		if (r == -ENOENT)
			continue;
		if (r < 0)
			return attach_fail(error, r, "cannot look at its %s namespace", kind);
		if (same)
			continue;
		(void)snprintf(name, sizeof(name), "ns/%s", kind); /* fits */
		init->nsfd[i] = openat(init->procfd, name, O_RDONLY | O_CLOEXEC);
		if (init->nsfd[i] < 0)
			return attach_fail(error, -errno, "cannot open its %s namespace", kind);
	}
	/* A wrong number, or a container that is none: the command would act on the host. */
	if (init->nsfd[ATTACH_MOUNT_NS] < 0)
		return attach_fail(error, -EINVAL,
				   "process %d shares our mounts: it is not the init "
				   "of a container",
				   (int)init->pid);
	return 0;
}

/* --- Ids ----------------------------------------------------------------------------- */

/* The number that an id of ours has by the init's map. */
static int find_inside(int procfd, const char *map, uint32_t outside, uint32_t *ret)
{
	auto_free char *text = NULL;
	struct idmap line;
	struct span rest;
	size_t n;
	int r = proc_read(procfd, map, &text, &n);

	if (r < 0)
		return r;
	rest = (struct span){ text, n };
	while ((r = idmap_next(&rest, &line)) > 0) {
		if (outside >= line.outside && outside - line.outside < line.count) {
			*ret = line.inside + (outside - line.outside);
			return 0;
		}
	}
	return r < 0 ? r : -EINVAL;
}

/* The number in that place of a line: of "Uid:\treal\teffective\t..." the second is the effective.
 */
static int find_number(struct span text, const char *key, unsigned int place, uint32_t *ret)
{
	struct span line, word;
	uint64_t id;

	while (span_next_line(&text, &line)) {
		if (!span_next_word(&line, &word) || !span_is(word, key))
			continue;
		for (unsigned int i = 1; i < place; i++)
			(void)span_next_word(&line, &word); /* the last one says so too */
		if (!span_next_word(&line, &word) || span_parse_u64(word, 10, UINT32_MAX, &id) < 0)
			return -EINVAL;
		*ret = (uint32_t)id;
		return 0;
	}
	return -EINVAL;
}

static int read_ids(struct attach_init *init, struct attach_error *error)
{
	auto_free char *text = NULL;
	size_t n;
	int r = proc_read(init->procfd, "status", &text, &n);

	if (r == 0)
		r = procstatus_parse((struct span){ text, n }, &init->status);
	if (r == 0)
		r = find_number((struct span){ text, n }, "Uid:", 2, &init->host_uid);
	if (r == 0)
		r = find_number((struct span){ text, n }, "Gid:", 2, &init->host_gid);
	/* A kernel without seccomp has no such line. */
	if (r == 0 &&
	    find_number((struct span){ text, n }, "Seccomp_filters:", 1, &init->n_filters) < 0)
		init->n_filters = 0;
	if (r == 0)
		r = find_inside(init->procfd, "uid_map", init->host_uid, &init->uid);
	if (r == 0)
		r = find_inside(init->procfd, "gid_map", init->host_gid, &init->gid);
	return r < 0 ? attach_fail(error, r, "cannot read what its init may do") : 0;
}

/* --- The rest ------------------------------------------------------------------------ */

static void read_limits(struct attach_init *init)
{
	auto_free char *adj = NULL, *personality = NULL;
	size_t n;

	for (int i = 0; i < RLIM_NLIMITS; i++)
		init->limited[i] =
			prlimit(init->pid, (__rlimit_resource_t)i, NULL, &init->limits[i]) == 0;
	if (proc_read(init->procfd, "oom_score_adj", &adj, &n) == 0)
		init->oom_score_adj = (int)strtol(adj, NULL, 10); /* the kernel wrote it */
	if (proc_read(init->procfd, "personality", &personality, &n) == 0)
		init->personality = strtoul(personality, NULL, 16);
}

/* "NAME (enforce)" without what follows the name; "" where there is no such file. */
static void read_label(int procfd, const char *file, char *buf, size_t size)
{
	auto_free char *text = NULL;
	size_t n;

	buf[0] = '\0';
	if (proc_read(procfd, file, &text, &n) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	if (strlen(text) < size)
		(void)stpcpy(buf, text);
	else
		buf[0] = '?', buf[1] = '\0'; /* not to be taken on: refused */
}

static bool is_apparmor_on(void)
{
	auto_free char *text = NULL;
	size_t n;

	return io_read_file_at(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", 16, &text,
			       &n) == 0 &&
	       text[0] == 'Y';
}

static int read_labels(struct attach_init *init, struct attach_error *error)
{
	static const char *const files[] = { "attr/apparmor/current", "attr/current" };
	auto_close int self = proc_open(0);
	char own[sizeof(init->label)], *mode;

	for (size_t i = 0; i < 2; i++) {
		read_label(init->procfd, files[i], init->label, sizeof(init->label));
		read_label(self, files[i], own, sizeof(own));
		/* Before Linux 5.8 AppArmor has the second file only. */
		init->apparmor = i == 0 || is_apparmor_on();
		if (init->label[0] || own[0])
			break;
	}
	if (strcmp(init->label, "?") == 0)
		return attach_fail(error, -E2BIG, "the label of its init is too long");
	if (strcmp(init->label, own) == 0)
		init->label[0] = '\0';
	mode = init->apparmor ? strstr(init->label, " (") : NULL;
	if (mode)
		*mode = '\0';
	return 0;
}

static int read_filters(struct attach_init *init, struct attach_error *error)
{
	int r;

	if (init->status.seccomp == PROCSTATUS_SECCOMP_OFF ||
	    init->status.seccomp == PROCSTATUS_SECCOMP_UNKNOWN)
		return 0;
	r = attach_filters_read(init->pid, &init->filters);
	if (r == -EACCES || (r == -EPERM && geteuid() != 0))
		return attach_fail(error, r,
				   "its init has seccomp filters, which the kernel shows to root "
				   "only, and only if root has none: run this as root, outside of "
				   "services with SystemCallFilter=");
	if (r == -EPERM)
		return attach_fail(
			error, r,
			"cannot read the seccomp filters of its init (somebody traces it, "
			"or kernel.yama.ptrace_scope is 3)");
	return r < 0 ? attach_fail(error, r, "cannot read the seccomp filters of its init") : 0;
}

static int open_all(pid_t pid, struct attach_init *init, struct attach_error *error)
{
	struct pollfd p;
	int r;

	init->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (init->pidfd < 0)
		return attach_fail(error, -errno, "cannot find process %d", (int)pid);
	init->procfd = proc_open(pid);
	if (init->procfd < 0)
		return attach_fail(error, init->procfd, "cannot open process %d", (int)pid);
	r = open_namespaces(init, error);
	if (r == 0)
		r = read_ids(init, error);
	if (r == 0)
		r = read_labels(init, error);
	if (r == 0)
		r = attach_cgroups_open(init->procfd, init->nsfd[ATTACH_CGROUP_NS], &init->cgroups,
					error);
	if (r < 0)
		return r;
	/* Before its filters are read: what is frozen does not stop for a tracer. */
	if (attach_cgroups_are_frozen(&init->cgroups))
		return attach_fail(error, -EBUSY,
				   "it is frozen, by lxc-freeze or by itself: thaw it with "
				   "lxc-unfreeze, or stop it with lxc-stop -k");
	init->rootfd = openat(init->procfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (init->rootfd < 0)
		return attach_fail(error, -errno, "cannot open the root directory of its init");
	read_limits(init);
	r = read_filters(init, error);
	/* All of it was that process's, if it still is. */
	p = (struct pollfd){ .fd = init->pidfd, .events = POLLIN };
	if (r == 0 && poll(&p, 1, 0) != 0)
		r = attach_fail(error, -ESRCH, "its init has ended");
	return r;
}

static bool is_within(struct caps a, struct caps b)
{
	return caps_minus(a, b).bits == 0;
}

int attach_init_compare(const struct attach_init *init, pid_t pid, struct attach_error *error)
{
	auto_close int fd = proc_open(pid);
	const struct procstatus *has = &init->status;
	auto_free char *text = NULL;
	struct procstatus got = { 0 };
	uint32_t n_filters = 0;
	size_t n = 0;
	int r = fd < 0 ? fd : proc_read(fd, "status", &text, &n);

	if (r == 0)
		r = procstatus_parse((struct span){ text, n }, &got);
	if (r < 0)
		return attach_fail(error, r, "cannot look at what is to enter");
	(void)find_number((struct span){ text, n }, "Seccomp_filters:", 1, &n_filters); /* 0 */
	if (!is_within(got.permitted, has->permitted) ||
	    !is_within(got.effective, has->permitted) ||
	    !is_within(got.inheritable, has->inheritable) ||
	    !is_within(got.bounding, has->bounding) || !is_within(got.ambient, has->ambient) ||
	    (has->no_new_privs && !got.no_new_privs) || got.seccomp != has->seccomp ||
	    n_filters != init->n_filters)
		return attach_fail(error, -EPERM,
				   "what is to enter could not give up what its init "
				   "lacks: its seccomp filters are no good");
	return 0;
}

int attach_init_open(pid_t pid, struct attach_init *ret, struct attach_error *error)
{
	*ret = (struct attach_init){
		.pid = pid, .pidfd = -EBADF, .procfd = -EBADF, .rootfd = -EBADF
	};
	for (size_t i = 0; i < ATTACH_NAMESPACES; i++)
		ret->nsfd[i] = -EBADF;
	return open_all(pid, ret, error);
}

void attach_init_close(struct attach_init *init)
{
	cleanup_close(&init->pidfd);
	cleanup_close(&init->procfd);
	cleanup_close(&init->rootfd);
	for (size_t i = 0; i < ATTACH_NAMESPACES; i++)
		cleanup_close(&init->nsfd[i]);
	attach_filters_free(init->filters);
	attach_cgroups_close(&init->cgroups);
}
