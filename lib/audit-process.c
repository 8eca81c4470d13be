/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-process.h. */
#include "config.h"

#include "lib/audit-process.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/idmap.h"
#include "lib/proc.h"

int audit_parse_start_time(struct span stat, uint64_t *ret)
{
	struct span field = { 0 };
	const char *end;

	/* The name in parentheses is the process's own choice and may hold any. */
	end = stat.n ? memrchr(stat.p, ')', stat.n) : NULL;
	if (!end)
		return -EINVAL;
	stat.n -= (size_t)(end + 1 - stat.p);
	stat.p = end + 1;
	for (int i = 3; i <= 22; i++) {
		if (!span_next_word(&stat, &field))
			return -EINVAL;
	}
	return span_parse_u64(field, 10, UINT64_MAX, ret);
}

void audit_parse_label(struct span text, char *buf, size_t size, bool *ret_complain)
{
	struct span label = text, word;

	/* SELinux ends it with a NUL, AppArmor with a newline. */
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\0' || text.p[i] == '\n') {
			label.n = i;
			break;
		}
	}
	*ret_complain = false;
	word = label;
	if (span_next_word(&word, &label))
		*ret_complain = span_is(span_trim(word), "(complain)");
	if (span_copy(label, buf, size) < 0)
		buf[0] = '\0';
}

/*
 * The label.  A kernel without a security module answers EINVAL, one without the folder
 * of a module ENOENT; AppArmor shows a label for the next exec to the process itself
 * only, and gives others EINVAL.  None of them is a fault.
 */
static void read_label(int procfd, bool next_exec, struct audit_process *p)
{
	static const char *const names[2][2] = {
		{ "attr/apparmor/current", "attr/current" },
		{ "attr/apparmor/exec", "attr/exec" },
	};

	for (size_t i = 0; i < 2; i++) {
		auto_free char *text = NULL;
		size_t size;

		if (proc_read(procfd, names[next_exec][i], &text, &size) < 0)
			continue;
		audit_parse_label((struct span){ text, size }, p->lsm, sizeof(p->lsm),
				  &p->lsm_complain);
		if (p->lsm[0])
			return;
	}
}

static int read_namespaces(int procfd, struct audit_process *p)
{
	auto_close int ownfd = proc_open(0);

	if (ownfd < 0)
		return ownfd;
	for (size_t i = 0; i < POLICY_N_NAMESPACES; i++) {
		struct stat own, its;
		char name[16];

		(void)snprintf(name, sizeof(name), "ns/%s", policy_namespaces[i]); /* fits */
		if (fstatat(ownfd, name, &own, 0) < 0) {
			if (errno != ENOENT)
				return -errno;
			p->ns[i] = (struct audit_namespace){ 0, true };
			continue;
		}
		if (fstatat(procfd, name, &its, 0) < 0)
			return -errno;
		p->ns[i].inode = its.st_ino;
		p->ns[i].shared = own.st_dev == its.st_dev && own.st_ino == its.st_ino;
	}
	return 0;
}

static int read_map(int procfd, const char *name, char *buf, size_t size, bool *ret_root)
{
	auto_free char *text = NULL;
	struct span whole = { 0 };
	bool root;
	int r;

	r = proc_read(procfd, name, &text, &whole.n);
	if (r < 0)
		return r;
	whole.p = text;
	r = idmap_maps_root(whole, &root);
	if (r < 0)
		return r;
	*ret_root = *ret_root || root;
	while (whole.n && (whole.n >= size || whole.p[whole.n - 1] != '\n'))
		whole.n--;
	return span_copy(whole, buf, size);
}

int audit_read_start_time(int procfd, uint64_t *ret)
{
	auto_free char *text = NULL;
	size_t size;
	int r = procfd < 0 ? procfd : proc_read(procfd, "stat", &text, &size);

	return r < 0 ? r : audit_parse_start_time((struct span){ text, size }, ret);
}

/* A parent outside of our pid namespace is 0; one that has just ended decides nothing. */
static void read_parent(struct audit_process *p)
{
	auto_close int parentfd = p->status.ppid > 0 ? proc_open(p->status.ppid) : -EBADF;
	struct procstatus status;

	p->parent_filters = PROCSTATUS_FILTERS_UNKNOWN;
	if (parentfd >= 0 && proc_read_status(parentfd, &status) == 0)
		p->parent_filters = status.seccomp_filters;
}

int audit_read_process(int procfd, pid_t pid, bool next_exec, struct audit_process *ret,
		       const char **ret_what)
{
	struct audit_process p = { .pid = pid };
	int r;

	*ret_what = "status";
	r = proc_read_status(procfd, &p.status);
	if (r == 0) {
		*ret_what = "stat";
		r = audit_read_start_time(procfd, &p.start_time);
	}
	if (r == 0) {
		*ret_what = "ns";
		r = read_namespaces(procfd, &p);
	}
	if (r == 0) {
		*ret_what = "uid_map";
		r = read_map(procfd, "uid_map", p.uid_map, sizeof(p.uid_map), &p.maps_root);
	}
	if (r == 0) {
		*ret_what = "gid_map";
		r = read_map(procfd, "gid_map", p.gid_map, sizeof(p.gid_map), &p.maps_root);
	}
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	read_parent(&p);
	read_label(procfd, next_exec, &p);
	*ret = p;
	return 0;
}

static void judge_bounding(struct caps excess, struct audit_findings *f)
{
	/* LXC's common.conf drops these; userns.conf takes that back, and any list before it. */
	char names[CAPS_TEXT_MAX];
	struct emit e = EMIT_INIT(names);

	if (!excess.bits)
		return;
	caps_emit(&e, excess, " ");
	audit_add(f, "caps.bounding", "the bounding set holds what the policy refuses%s: %s",
		  caps_has(excess, CAP_SYS_MODULE) && caps_has(excess, CAP_SYS_TIME)
			  ? " (did a later include, as userns.conf, empty the list?)"
			  : "",
		  names);
}

static void judge_empty(struct caps set, const char *key, const char *what,
			struct audit_findings *f)
{
	char names[CAPS_TEXT_MAX];
	struct emit e = EMIT_INIT(names);

	caps_emit(&e, set, " ");
	if (set.bits)
		audit_add(f, key, "the %s set is not empty: %s", what, names);
}

void audit_judge_caps(struct caps bounding, struct caps inheritable, struct caps ambient,
		      const struct policy *policy, struct audit_findings *f)
{
	judge_bounding(policy_get_excess(policy, bounding), f);
	/* A root that executes a file gets the bounding set and the inheritable one. */
	judge_empty(inheritable, "caps.inheritable", "inheritable", f);
	judge_empty(ambient, "caps.ambient", "ambient", f);
}

void audit_judge_label(const char *label, bool complain, const struct policy *policy,
		       struct audit_findings *f)
{
	char shown[200] = "", wanted[200] = "";
	struct emit e = EMIT_INIT(shown), w = EMIT_INIT(wanted);

	if (policy->lsm == POLICY_LSM_ANY)
		return;
	emit_escaped(&e, span_of(label));
	emit_escaped(&w, policy->lsm_profile);
	if (!label[0])
		audit_add(f, "lsm", "no profile of a security module confines it");
	else if (policy->lsm == POLICY_LSM_PROFILE && !span_is(policy->lsm_profile, label))
		audit_add(f, "lsm", "the profile is '%s' and not '%s'", shown, wanted);
	else if (strcmp(label, "unconfined") == 0)
		audit_add(f, "lsm", "the security module leaves it unconfined");
	if (complain)
		audit_add(f, "lsm", "the profile '%s' is in complain mode", shown);
}

static void judge_namespaces(const struct audit_process *p, const struct policy *policy,
			     struct audit_findings *f)
{
	for (size_t i = 0; i < POLICY_N_NAMESPACES; i++) {
		char key[24];

		if (!(policy->namespaces & 1U << i) || !p->ns[i].shared)
			continue;
		(void)snprintf(key, sizeof(key), "namespace.%s", policy_namespaces[i]); /* fits */
		if (p->ns[i].inode)
			audit_add(f, key, "the %s namespace is the host's", policy_namespaces[i]);
		else
			audit_add(f, key, "this kernel has no %s namespaces", policy_namespaces[i]);
	}
}

void audit_judge_process(const struct audit_process *p, const struct policy *policy,
			 struct audit_findings *f)
{
	audit_judge_caps(p->status.bounding, p->status.inheritable, p->status.ambient, policy, f);
	if (policy->seccomp && p->status.seccomp != PROCSTATUS_SECCOMP_FILTER)
		audit_add(f, "seccomp", "no seccomp filter is in force");
	/*
	 * A service manager's filter for the monitor (SystemCallFilter=) is inherited, and says
	 * nothing about the container: it needs one more than that.
	 */
	else if (policy->seccomp && p->status.seccomp_filters != PROCSTATUS_FILTERS_UNKNOWN &&
		 p->parent_filters != PROCSTATUS_FILTERS_UNKNOWN &&
		 p->status.seccomp_filters <= p->parent_filters)
		audit_add(f, "seccomp",
			  "no seccomp filter of its own is in force, only the one that LXC's "
			  "monitor runs under");
	if (policy->no_new_privs && !p->status.no_new_privs)
		audit_add(f, "no_new_privs", "no_new_privs is not set");
	if (policy->idmap && p->maps_root)
		audit_add(f, "idmap", "root in the container is the host's root");
	judge_namespaces(p, policy, f);
}
