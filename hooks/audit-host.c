/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The audit that decides: on the host, when all of the container's set-up is done and
 * its first process waits for LXC's word to execute init.  See audit.h.
 */
#include "config.h"

#include "hooks/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "hooks/audit-guest.h"
#include "hooks/audit-join.h"
#include "hooks/audit-record.h"
#include "hooks/audit/allow.h"
#include "hooks/audit/objects.h"
#include "hooks/audit/places.h"
#include "lib/audit-mounts.h"
#include "lib/audit-process.h"
#include "lib/cleanup.h"
#include "lib/proc.h"
#include "lib/rootfs.h"

/* The guest's file system is asked a few things; whatever serves it must not hold up the host. */
#define SECONDS 10

/* All that belongs to one audit. */
struct host_audit {
	int procfd;
	bool at_start; /* else a process that runs already, by hand */
	struct audit_policy policy;
	struct audit_process process;
	struct audit_guest guest;
	struct audit_record record;
};

/* "cannot ...": the audit could not be made.  Kept as the verdict, told by the caller. */
static void set_unchecked(struct audit_record *r, const char *what, int error)
{
	r->verdict = AUDIT_VERDICT_UNCHECKED;
	audit_add(&r->findings, "unchecked", "cannot read %s: %s", what, strerror(-error));
}

/* One of the limits in the cgroup that is mounted there can be written. */
static bool has_open_limit(int rootfd, struct span target)
{
	static const char *const names[] = { "memory.max", "pids.max", "cgroup.max.descendants" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[256] = "";
		struct emit e = EMIT_INIT(path);
		auto_close int fd = -EBADF;
		struct statvfs fs;

		emit_span(&e, target);
		emit_printf(&e, "/%s", names[i]);
		fd = rootfs_open_at(rootfd, path + 1, O_PATH);
		if (fd == -ENOENT)
			continue;
		if (fd < 0 || fstatvfs(fd, &fs) < 0 || !(fs.f_flag & ST_RDONLY))
			return true;
	}
	return false;
}

/*
 * Limits of the container's own cgroup that its root, who is the host's, may lift: files of v1
 * controllers, and of v2 unless the host has mounted that with nsdelegate or they are
 * read-only.  (Mapped ids own the directories only.)
 */
static void note_limits(struct host_audit *a, const struct audit_mounttable *mounts)
{
	auto_close int rootfd = openat(a->procfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; a->process.maps_root && i < mounts->n; i++) {
		const struct mountinfo *m = &mounts->mount[i];
		bool v1 = span_is(m->fstype, "cgroup") &&
			  !memmem(m->super_options.p, m->super_options.n, "name=", 5);
		bool v2 = span_is(m->fstype, "cgroup2") &&
			  !mountinfo_has_option(m->super_options, "nsdelegate");
		char target[200] = "";
		struct emit e = EMIT_INIT(target);

		if ((!v1 && !v2) || mountinfo_has_option(m->options, "ro") ||
		    (v2 && !has_open_limit(rootfd, m->target)))
			continue;
		emit_printable(&e, m->target, "'\"");
		audit_add(
			&a->record.notes, "limits",
			"root in the container can lift the limits of its own cgroup, by files in "
			"'%s'%s",
			target, v2 ? ": mount the host's cgroup2 with nsdelegate" : "");
		return;
	}
}

/* Where its directories and its descriptors lead. */
static void judge_objects(struct host_audit *a, const struct audit_mounttable *mounts)
{
	const char *what;
	int r = audit_judge_directories(a->procfd, mounts, &a->record.findings, &what);

	/* A guest that runs opens what it likes. */
	if (r == 0 && a->at_start)
		r = audit_judge_descriptors(a->procfd, mounts, !a->process.maps_root,
					    &a->record.findings, &what);
	/*
	 * They are the mapped root's to list, and a user is not that root on the host.  What
	 * would be kept is a descriptor of his own, which he gave to lxc-start himself.
	 */
	if (r == -EACCES && geteuid() != 0)
		audit_add(&a->record.notes, "descriptors",
			  "not looked at, as a user started the container: start it with "
			  "lxc-start -d, or with -C, which closes what it was given");
	else if (r < 0)
		set_unchecked(&a->record, what, r);
}

static int judge_table(struct host_audit *a, const struct audit_mounttable *table,
		       const struct audit_mounts *in)
{
	int r;

	judge_objects(a, table);
	note_limits(a, table);
	audit_judge_table(table, in, &a->policy.policy, &a->record.findings);
	(void)alarm(SECONDS); /* as for the guest's report below */
	r = audit_judge_places(a->procfd, table, in, &a->policy.policy, &a->record.findings);
	(void)alarm(0);
	return r;
}

static int read_mounts(struct host_audit *a)
{
	auto_free char *container = NULL, *host = NULL, *cgroup = NULL;
	auto_close int ownfd = proc_open(0);
	struct audit_mounts in = {
		.idmapped = !a->process.maps_root,
		.may_unmount = caps_has(a->process.status.bounding, CAP_SYS_ADMIN),
		.in_own_cgroup = a->at_start,
		.has_sysrq = access("/proc/sysrq-trigger", F_OK) == 0,
	};
	struct audit_mounttable table;
	int r;

	if (ownfd < 0)
		return ownfd;
	r = proc_read(a->procfd, "mountinfo", &container, &in.container.n);
	if (r == 0)
		r = proc_read(ownfd, "mountinfo", &host, &in.host.n);
	if (r == 0)
		r = proc_read(a->procfd, "cgroup", &cgroup, &in.cgroup.n);
	if (r < 0)
		return r;
	in.container.p = container;
	in.host.p = host;
	in.cgroup.p = cgroup;
	r = audit_mounttable_init(&table, in.container, in.host);
	if (r < 0)
		return r;
	r = judge_table(a, &table, &in);
	audit_mounttable_done(&table);
	return r;
}

static void judge_mounts(struct host_audit *a)
{
	int r;

	if (!a->policy.policy.mounts_private)
		return;
	if (a->process.ns[0].shared) {
		audit_add(&a->record.findings, "mount.host", "its mounts are the host's own");
		return;
	}
	r = read_mounts(a);
	if (r < 0)
		set_unchecked(&a->record, "its mount table", r);
}

static void judge_guest(struct host_audit *a)
{
	struct audit_record *r = &a->record;
	const struct audit_guest *g = &a->guest;

	switch (g->state) {
	case AUDIT_GUEST_REPORT:
		if (g->report.verdict == REPORT_UNCHECKED)
			audit_add(&r->findings, "inside", "the audit inside could not be made");
		audit_take_report(r, &g->report);
		break;
	case AUDIT_GUEST_HOSTILE:
		audit_add(&r->findings, "inside",
			  "what should be the report of the audit inside is not to be trusted: %s",
			  g->reason);
		break;
	case AUDIT_GUEST_NOTHING:
	case AUDIT_GUEST_ABSENT:
		if (!g->has_shell)
			r->note = "not tried from inside: the guest has no /bin/sh";
		else if (a->policy.policy.inside == POLICY_INSIDE_REQUIRED)
			audit_add(&r->findings, "inside",
				  "the start hook left no report: it did not run");
		else
			r->note = "not tried from inside: no report";
		break;
	}
}

/* Only while it is being started: a guest that runs could have written anything. */
static void read_guest(struct host_audit *a)
{
	auto_close int rootfd = openat(a->procfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int selffd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (rootfd < 0 || selffd < 0) {
		set_unchecked(&a->record, "its root folder", -errno);
		return;
	}
	(void)alarm(SECONDS); /* the default action ends us, and LXC the start */
	audit_read_guest(rootfd, selffd, &a->guest);
	(void)alarm(0);
	a->record.guest = &a->guest;
	judge_guest(a);
}

/*
 * What only the filter refuses, where the kernel did not give that filter: a weak one of the
 * container's own, beside that of the service manager, would pass without a word.  A user never
 * gets it, which cap-audit(8) says.
 */
static void note_untried(struct host_audit *a)
{
	struct span untried = a->guest.report.trials[REPORT_TRIAL_UNTRIED], word;
	const struct policy_list *refuse = &a->policy.policy.refuse;
	char names[160] = "";
	struct emit e = EMIT_INIT(names);

	while (geteuid() == 0 && span_next_word(&untried, &word)) {
		for (size_t i = 0; i < refuse->n; i++) {
			if (!span_same(refuse->item[i], word))
				continue;
			emit_str(&e, e.len ? " " : "");
			emit_span(&e, word);
		}
	}
	if (e.len)
		audit_add(&a->record.notes, "untried",
			  "not tried, as the seccomp filter of the container cannot be read or "
			  "taken on: %s; start it from a service without SystemCallFilter= to know",
			  names);
}

/* What is no refusal, but nobody should have to find out for himself. */
static void note_network(struct host_audit *a, const struct audit_network *network)
{
	struct span granted = a->guest.report.trials[REPORT_TRIAL_GRANTED], word;
	struct hook_text name;

	while (span_next_word(&granted, &word)) {
		if (span_is(word, "host_network") && !a->record.findings.n)
			audit_add(&a->record.notes, "host_network",
				  "with net_admin, root in the container reaches the interfaces of "
				  "the "
				  "host by the network id of its own: leave net_admin out and give "
				  "the address from outside, lxc.net.0.ipv4.address and .gateway");
	}
	if (network->name[0] && !caps_has(a->process.status.bounding, CAP_NET_ADMIN))
		audit_add(&a->record.notes, "network",
			  "'%s' %s, and the guest cannot set it up without net_admin: write "
			  "lxc.net.0.ipv4.address, .gateway and 'lxc.net.0.flags = up', or take "
			  "base.conf or 'lxc-harden generate --add=net_admin'",
			  hook_escape(&name, network->name),
			  network->down ? "is down" : "has no address");
}

static void try_inside(struct host_audit *a)
{
	struct audit_network network = { 0 };
	int r;

	if (a->policy.policy.inside != POLICY_INSIDE_JOINED) {
		read_guest(a);
		return;
	}
	r = audit_join(a->procfd, &a->process, &a->policy.policy, &a->guest, &network);
	if (r < 0) {
		set_unchecked(&a->record, "what the kernel answers inside", r);
		return;
	}
	a->record.guest = &a->guest;
	judge_guest(a);
	note_untried(a);
	note_network(a, &network);
}

/* A label for the next exec that only the process itself may read is known inside, later. */
static void judge_label(struct host_audit *a)
{
	const struct audit_process *p = &a->process;
	char label[200] = "";

	if (p->lsm[0] || a->guest.state != AUDIT_GUEST_REPORT ||
	    span_copy(a->guest.report.lsm, label, sizeof(label)) < 0)
		audit_judge_label(p->lsm, p->lsm_complain, &a->policy.policy, &a->record.findings);
	else
		audit_judge_label(label, false, &a->policy.policy, &a->record.findings);
}

static void judge(struct host_audit *a, pid_t pid)
{
	struct audit_record *r = &a->record;
	const char *what;
	char named[64];
	int error;

	error = audit_read_process(a->procfd, pid, a->at_start, &a->process, &what);
	if (error < 0) {
		(void)snprintf(named, sizeof(named), "/proc/%d/%s", (int)pid, what); /* fits */
		set_unchecked(r, named, error);
		return;
	}
	r->process = &a->process;
	audit_judge_process(&a->process, &a->policy.policy, &r->findings);
	judge_mounts(a);
	if (a->at_start)
		try_inside(a);
	judge_label(a);
	if (r->verdict == AUDIT_VERDICT_CONFORMS && r->findings.n)
		r->verdict = AUDIT_VERDICT_REFUSED;
}

static void keep(struct hook *h, const struct hook_env *env, const struct audit_record *r)
{
	auto_close int folderfd = -EBADF;
	struct hook_text file;
	const char *reason;

	if (env->config_file) {
		folderfd = audit_open_folder(env->config_file, true, &reason);
		if (folderfd < 0)
			hook_say(h, JOURNAL_WARNING,
				 "cannot keep the verdict in 'harden' beside '%s': %s",
				 hook_escape(&file, env->config_file),
				 reason ? reason : strerror(-folderfd));
	}
	audit_keep_record(h, folderfd, r);
}

static const char *get_policy(const struct audit_options *options)
{
	return options->policy ? options->policy : PKGDATADIR "/base.policy";
}

int audit_start_host(struct hook *h, const struct hook_env *env,
		     const struct audit_options *options)
{
	auto_close int procfd = -EBADF;
	struct host_audit a = { .at_start = true };
	int r;

	hook_open_journal(h);
	r = audit_read_policy(h, get_policy(options), options, &a.policy);
	if (r)
		return r;
	a.record = (struct audit_record){
		.by = "start-host",
		.container = env->name,
		.warn = a.policy.policy.mode == POLICY_WARN,
		.policy = &a.policy,
	};
	audit_read_allow(env->config_file, &a.policy, &a.record.findings);
	procfd = env->pid > 0 ? proc_open(env->pid) : -EBADF;
	a.procfd = procfd;
	if (env->pid <= 0) {
		a.record.verdict = AUDIT_VERDICT_UNCHECKED;
		audit_add(&a.record.findings, "unchecked", "LXC_PID is %s",
			  env->pid ? "no process id" : "not set");
	} else if (procfd < 0) {
		set_unchecked(&a.record, "the process LXC_PID",
			      procfd == -ENOENT ? -ESRCH : procfd);
	} else {
		judge(&a, env->pid);
		audit_read_start(a.process.ns[0].inode, env->pid, &a.record.start);
	}
	keep(h, env, &a.record);
	audit_say_record(h, &a.record);
	r = audit_get_exit(&a.record);
	audit_policy_done(&a.policy);
	return r;
}

int audit_pid(struct hook *h, const struct audit_options *options)
{
	auto_close int procfd = proc_open(options->pid);
	struct host_audit a = { .procfd = procfd };
	auto_free char *text = NULL;
	size_t size;
	int r;

	if (procfd < 0) {
		hook_say(h, JOURNAL_ERR, "no process %d: %s", (int)options->pid, strerror(-procfd));
		return AUDIT_UNCHECKED;
	}
	r = audit_read_policy(h, get_policy(options), options, &a.policy);
	if (r)
		return r;
	a.record = (struct audit_record){
		.by = "pid",
		.warn = a.policy.policy.mode == POLICY_WARN,
		.policy = &a.policy,
	};
	judge(&a, options->pid);
	r = audit_emit_record(&a.record, &text, &size);
	if (r < 0 || fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0) {
		hook_say(h, JOURNAL_ERR, "cannot write the verdict: %s",
			 strerror(r < 0 ? -r : errno));
		r = AUDIT_UNCHECKED;
	} else {
		r = audit_get_exit(&a.record);
	}
	audit_policy_done(&a.policy);
	return r;
}
