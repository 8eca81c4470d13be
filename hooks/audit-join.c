/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-join.h. */
#include "config.h"

#include "hooks/audit-join.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hooks/audit-child.h"
#include "hooks/audit.h"
#include "hooks/audit/filter.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define SECONDS 10

/* In this order: a user namespace gives the powers to join the others. */
static const struct {
	const char *kind;
	int flag;
} joined[] = {
	{ "user", CLONE_NEWUSER }, { "mnt", CLONE_NEWNS },  { "net", CLONE_NEWNET },
	{ "ipc", CLONE_NEWIPC },   { "uts", CLONE_NEWUTS }, { "cgroup", CLONE_NEWCGROUP },
};

#define N_JOINED (sizeof(joined) / sizeof(joined[0]))

static bool is_shared(const struct audit_process *p, const char *kind)
{
	for (size_t i = 0; i < POLICY_N_NAMESPACES; i++) {
		if (strcmp(policy_namespaces[i], kind) == 0)
			return p->ns[i].shared;
	}
	return true;
}

static int join_namespaces(int procfd, const struct audit_process *p)
{
	int fd[N_JOINED];

	/* All are opened before the first is joined: /proc is the host's. */
	for (size_t i = 0; i < N_JOINED; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "ns/%s", joined[i].kind); /* fits */
		fd[i] = is_shared(p, joined[i].kind) ? -EBADF
						     : openat(procfd, name, O_RDONLY | O_CLOEXEC);
		if (fd[i] < 0 && fd[i] != -EBADF)
			return -errno;
	}
	for (size_t i = 0; i < N_JOINED; i++) {
		if (fd[i] >= 0 && setns(fd[i], joined[i].flag) < 0)
			return -errno;
	}
	return 0;
}

/* Root as the container has it, and no more than its bounding set. */
static int become_root(const struct audit_process *p)
{
	cap_t set = cap_init();
	int r = 0;

	if (!set)
		return -ENOMEM;
	/* The group list of a user namespace may be locked: then it is empty or harmless. */
	(void)setgroups(0, NULL);
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		r = -errno;
	for (unsigned int cap = 0; r == 0 && cap <= CAPS_MAX; cap++) {
		cap_value_t value = (cap_value_t)cap;

		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) < 0)
			break; /* beyond the kernel's last */
		if (!caps_has(p->status.bounding, cap)) {
			if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
				r = -errno;
		} else if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1 &&
			   (cap_set_flag(set, CAP_PERMITTED, 1, &value, CAP_SET) < 0 ||
			    cap_set_flag(set, CAP_EFFECTIVE, 1, &value, CAP_SET) < 0)) {
			r = -errno;
		}
	}
	if (r == 0 && cap_set_proc(set) < 0)
		r = -errno;
	(void)cap_free(set); /* it is libcap's own */
	return r;
}

/* What the child leaves for its parent. */
struct result {
	int status;
	size_t n;
	struct audit_network network;
	char text[REPORT_SIZE_MAX + 1];
};

static int run_child(int procfd, const struct audit_process *p, const struct policy *policy,
		     const struct audit_filter *filter, struct result *result)
{
	struct emit e = EMIT_INIT(result->text);
	int r;

	/*
	 * Other containers may have the same ids, or share the user namespace: their root must
	 * not trace us, nor reach by /proc/PID/mem or fd for what we hold until we give it up.
	 */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	r = join_namespaces(procfd, p);
	if (r < 0)
		return r;
	/* No way back to the host's files, whatever a trial does. */
	io_close_from(STDERR_FILENO + 1);
	r = become_root(p);
	/* Which other ids take back where fs.suid_dumpable is 1. */
	if (r == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		r = -errno;
	/* From here on others have our ids, and may stop us: audit_child_wait() ends that. */
	audit_child_follow();
	if (r == 0 && p->status.no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = -errno;
	/* Not worth a refusal: what cannot be read is not noted. */
	if (r == 0)
		(void)audit_network_read(&result->network);
	if (r == 0)
		r = audit_report_inside(policy, filter, &e);
	result->n = e.len;
	return r;
}

static int wait_for(pid_t pid)
{
	int status, r = audit_child_wait(pid, SECONDS, &status);

	if (r < 0)
		return r;
	return WIFSIGNALED(status) ? -ETIMEDOUT : 0;
}

int audit_join(int procfd, const struct audit_process *p, const struct policy *policy,
	       struct audit_guest *ret, struct audit_network *ret_network)
{
	struct audit_filter filter = { 0 };
	struct result *result;
	bool has_filter;
	pid_t pid;
	int r;

	/* The policy asks, so that a start without such trials is not stopped for a moment. */
	(void)alarm(
		SECONDS); /* somebody may freeze it: then the start ends, by the default action */
	has_filter = policy->refuse.n && audit_filter_read(p->pid, &filter) == 0;
	(void)alarm(0);
	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (result == MAP_FAILED) {
		r = -errno;
		audit_filter_done(&filter);
		return r;
	}
	pid = audit_child_fork(SECONDS);
	if (pid == 0) {
		result->status = run_child(procfd, p, policy, has_filter ? &filter : NULL, result);
		_exit(0);
	}
	r = pid < 0 ? (int)pid : wait_for(pid);
	if (r == 0)
		r = result->status;
	if (r == 0) {
		memcpy(ret->text, result->text, sizeof(ret->text));
		r = report_parse((struct span){ ret->text, result->n }, &ret->report);
		ret->state = AUDIT_GUEST_REPORT;
	}
	if (r == 0) {
		*ret_network = result->network;
		ret_network->name[sizeof(ret_network->name) - 1] = '\0';
	}
	audit_filter_done(&filter);
	(void)munmap(result, sizeof(*result)); /* the process ends soon */
	return r;
}
