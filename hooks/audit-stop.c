/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When the audit inside refuses, LXC ends the start before the host's audit could run, and
 * what the hook printed is lost below LXC's DEBUG level.  But LXC runs the stop hooks then
 * too, while its monitor still holds the container's namespaces: here the report is
 * fetched and kept.  After every other start there is nothing to do.  See audit.h.
 */
#include "config.h"

#include "hooks/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hooks/audit-child.h"
#include "hooks/audit-guest.h"
#include "hooks/audit-record.h"
#include "lib/cleanup.h"

#define SECONDS 10

/*
 * The monitor's descriptor of a namespace: an argument "mnt:/proc/PID/fd/N" with hook
 * version 0, LXC_MNT_NS=/proc/PID/fd/N with 1.  Owned, or -ENOENT if the container had
 * none of its own, or -errno.
 */
static int open_namespace(const struct hook_env *env, const char *kind, const char *variable)
{
	const char *path = env->version ? getenv(variable) : NULL;
	size_t n = strlen(kind);
	int fd;

	for (int i = 0; i < env->n_args && !path; i++) {
		if (strncmp(env->args[i], kind, n) == 0 && env->args[i][n] == ':')
			path = env->args[i] + n + 1;
	}
	if (!path || !path[0])
		return -ENOENT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * Crosses into the guest, for the rest of this child's life: every path is the guest's
 * then, and with a user namespace of its own so are the powers.
 */
static int enter(int userfd, int mntfd)
{
	if (userfd >= 0 && setns(userfd, CLONE_NEWUSER) < 0)
		return -errno;
	if (setns(mntfd, CLONE_NEWNS) < 0)
		return -errno;
	return 0;
}

static int read_guest(int userfd, int mntfd, struct audit_guest *ret)
{
	/* Of the host's /proc: the guest's need not be one. */
	auto_close int selffd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int rootfd = -EBADF;
	int r;

	if (selffd < 0)
		return -errno;
	r = enter(userfd, mntfd);
	if (r < 0)
		return r;
	rootfd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0)
		return -errno;
	audit_read_guest(rootfd, selffd, ret);
	return 0;
}

/*
 * In a child, as only one that ends may enter, and so that file systems of the guest's
 * which never answer cost no more than a few seconds.  guest: memory shared with it.
 */
static int read_guest_in_child(int userfd, int mntfd, struct audit_guest *guest)
{
	pid_t pid = audit_child_fork(SECONDS);
	int status, r;

	if (pid < 0)
		return (int)pid;
	if (pid == 0)
		_exit(read_guest(userfd, mntfd, guest) < 0);
	r = audit_child_wait(pid, SECONDS, &status);
	if (r < 0)
		return r;
	if (WIFSIGNALED(status)) {
		guest->state = AUDIT_GUEST_HOSTILE;
		guest->reason = "reading it did not end";
		return 0;
	}
	return WEXITSTATUS(status) ? -EIO : 0;
}

static void judge_report(const struct report *report, struct audit_record *r)
{
	r->policy_name = report->policy;
	r->verdict =
		report->verdict == REPORT_REFUSED ? AUDIT_VERDICT_REFUSED : AUDIT_VERDICT_UNCHECKED;
	audit_take_report(r, report);
}

/* False: it has nothing to do with the audit that this container is gone. */
static bool judge(const struct audit_guest *g, struct audit_record *r)
{
	r->verdict = AUDIT_VERDICT_UNCHECKED;
	switch (g->state) {
	case AUDIT_GUEST_ABSENT:
		return false; /* it did not come as far as its own root */
	case AUDIT_GUEST_REPORT:
		/* Warned or conforming: something else ended it, or the host's audit was not asked
		 * for. */
		if (g->report.verdict == REPORT_CONFORMS || g->report.warn)
			return false;
		judge_report(&g->report, r);
		return true;
	case AUDIT_GUEST_HOSTILE:
		audit_add(&r->findings, "inside",
			  "the start ended before the host's audit, and what should be the report "
			  "of the audit inside is not to be trusted: %s",
			  g->reason);
		return true;
	case AUDIT_GUEST_NOTHING:
		if (g->has_shell)
			audit_add(&r->findings, "inside",
				  "the start ended before the host's audit, and the audit inside "
				  "left no report");
		else
			audit_add(&r->findings, "no_shell",
				  "guest has no '/bin/sh', which LXC needs to run start hooks: put "
				  "'lxc.hook.start =' after the include, see lxc-harden.conf(5)");
		return true;
	}
	return false;
}

/* Has something to say about this start: the record is then filled. */
static bool look(const struct hook_env *env, int mntfd, struct audit_guest *guest,
		 struct audit_record *r)
{
	auto_close int userfd = open_namespace(env, "user", "LXC_USER_NS");

	r->guest = guest;
	return read_guest_in_child(userfd, mntfd, guest) == 0 && judge(guest, r);
}

static void keep(struct hook *h, const struct hook_env *env, const struct audit_record *r)
{
	auto_close int folderfd = -EBADF;
	const char *reason;

	if (env->config_file)
		folderfd = audit_open_folder(env->config_file, true, &reason);
	hook_open_journal(h);
	audit_keep_record(h, folderfd, r);
	audit_say_record(h, r);
}

static bool is_told(const struct hook_env *env, const struct audit_start *start)
{
	auto_close int folderfd = -EBADF;
	const char *reason;

	if (!env->config_file)
		return false;
	folderfd = audit_open_folder(env->config_file, false, &reason);
	return folderfd >= 0 && audit_has_record(folderfd, start);
}

int audit_stop(struct hook *h, const struct hook_env *env)
{
	struct audit_record r = { .by = "stop", .container = env->name };
	auto_close int mntfd = open_namespace(env, "mnt", "LXC_MNT_NS");
	struct audit_guest *guest;
	struct stat st;

	if (mntfd < 0 || fstat(mntfd, &st) < 0)
		return AUDIT_CONFORMS; /* it never had a place of its own */
	audit_read_start(st.st_ino, env->pid > 0 ? env->pid : 0, &r.start);
	if (is_told(env, &r.start))
		return AUDIT_CONFORMS;
	guest = mmap(NULL, sizeof(*guest), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (guest == MAP_FAILED)
		return AUDIT_CONFORMS;
	if (look(env, mntfd, guest, &r))
		keep(h, env, &r);
	return AUDIT_CONFORMS; /* the memory goes with the process */
}
