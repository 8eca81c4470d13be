/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The second opinion, from inside the container: not what the bits say but what the
 * kernel answers.  Started by the guest's /bin/sh, in the guest's file system: it can be
 * skipped or fooled by a hostile guest, so the host's audit decides; see audit.h.
 */
#include "config.h"

#include "hooks/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/audit-findings.h"
#include "lib/audit-process.h"
#include "hooks/audit-trials.h"
#include "hooks/audit/filter.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/report.h"

struct inside {
	const struct policy *policy;
	bool joined; /* without the container's seccomp filter, but for this */
	const struct audit_filter *filter;
	struct caps bounding, inheritable, ambient;
	bool wanted[AUDIT_TRIALS_MAX];
	enum audit_answer answer[AUDIT_TRIALS_MAX];
	struct audit_findings findings;
	char lsm[256];
};

/* By system call: the /proc in here is the guest's. */
static void read_caps(struct inside *in)
{
	cap_t set = cap_get_proc();

	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		cap_flag_value_t value = CAP_CLEAR;
		int r = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);

		if (r < 0)
			break; /* beyond the last one this kernel has */
		if (r > 0)
			caps_add(&in->bounding, cap);
		if (set && cap_get_flag(set, (cap_value_t)cap, CAP_INHERITABLE, &value) == 0 &&
		    value == CAP_SET)
			caps_add(&in->inheritable, cap);
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) > 0)
			caps_add(&in->ambient, cap);
	}
	(void)cap_free(set); /* it can only fail for what is not libcap's */
}

static void read_label(struct inside *in)
{
	static const char *const names[] = { "/proc/self/attr/apparmor/current",
					     "/proc/self/attr/current" };

	/*
	 * Who joined has no "self" in a /proc of the container's, as it is in another pid
	 * namespace, and its own label in one of the host's.  And where no proc is mounted,
	 * "proc/self/attr/current" is a text of the guest's choice and "proc/self/fd/3", by which
	 * it would be opened, a device or a FIFO.
	 */
	if (in->joined)
		return;
	for (size_t i = 0; i < 2 && !in->lsm[0]; i++) {
		auto_free char *text = NULL;
		bool complain;
		size_t size;

		if (io_read_file_at(AT_FDCWD, names[i], 4096, &text, &size) == 0)
			audit_parse_label((struct span){ text, size }, in->lsm, sizeof(in->lsm),
					  &complain);
	}
}

static bool is_named(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->refuse.n; i++) {
		if (span_is(policy->refuse.item[i], name))
			return true;
	}
	return false;
}

/* All capabilities up to the kernel's last. */
static struct caps get_known(void)
{
	struct caps all = { 0 };

	for (unsigned int cap = 0; cap <= CAPS_MAX && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0;
	     cap++)
		caps_add(&all, cap);
	return all;
}

/* What no capability guards is refused by the filter alone. */
static bool is_by_filter(const struct audit_trial *t)
{
	return !t->file && !t->granted_by.bits;
}

/* Tried whatever the policy says: what base leaves open has to be known. */
static bool is_noted(const struct inside *in, const struct audit_trial *t)
{
	return t->run == audit_try_host_network && !is_named(in->policy, t->name);
}

static void choose_trials(struct inside *in)
{
	struct caps refused = policy_get_excess(in->policy, get_known());

	for (size_t i = 0; i < audit_n_trials; i++) {
		const struct audit_trial *t = &audit_trials[i];
		unsigned int cap;

		if (is_by_filter(t) && in->joined && !in->filter)
			continue;
		if (is_named(in->policy, t->name) || is_noted(in, t))
			in->wanted[i] = true;
		else if (t->file)
			in->wanted[i] = in->policy->mounts_private;
		else if (t->granted_by.bits && caps_parse_name(span_of(t->name), &cap) == 0)
			/* An allowed capability may stand for it: sys_admin for bpf. */
			in->wanted[i] = caps_has(refused, cap) &&
					policy_get_excess(in->policy, t->granted_by).bits ==
						t->granted_by.bits;
	}
}

/* What was granted, by the kind of surprise it is. */
enum grant {
	GRANT_HELD,
	GRANT_UNHELD,
	GRANT_FILE,
	GRANT_OTHER,
	N_GRANTS,
};

static enum grant get_grant(const struct inside *in, const struct audit_trial *t)
{
	if (t->file)
		return GRANT_FILE;
	if (!t->granted_by.bits)
		return GRANT_OTHER;
	return in->bounding.bits & t->granted_by.bits ? GRANT_HELD : GRANT_UNHELD;
}

static void judge_trials(struct inside *in)
{
	static const char *const texts[N_GRANTS] = {
		[GRANT_HELD] = "the kernel grants",
		[GRANT_UNHELD] = "the kernel grants, though the bounding set is without it",
		[GRANT_FILE] = "can be opened for writing",
		[GRANT_OTHER] = "is not refused",
	};

	for (enum grant kind = 0; kind < N_GRANTS; kind++) {
		char names[300] = "";
		struct emit e = EMIT_INIT(names);

		for (size_t i = 0; i < audit_n_trials; i++) {
			if (in->answer[i] == AUDIT_GRANTED && !is_noted(in, &audit_trials[i]) &&
			    get_grant(in, &audit_trials[i]) == kind)
				emit_printf(&e, " %s", audit_trials[i].name);
		}
		if (e.len)
			audit_add(&in->findings, "trial", "%s:%s", texts[kind], names);
	}
}

static bool has_trial(unsigned int cap)
{
	char name[64] = "";
	struct emit e = EMIT_INIT(name);

	caps_emit_name(&e, cap);
	return audit_find_trial(span_of(name));
}

struct lists {
	char text[REPORT_N_TRIALS][512];
};

static void add_name(struct emit *e, const char *name)
{
	emit_printf(e, "%s%s", e->len ? " " : "", name);
}

/* The names of the trials by what came of them, and the refused capabilities that have none. */
static void list_trials(const struct inside *in, struct lists *lists, struct report *r)
{
	static const enum report_trial list_of[] = {
		[AUDIT_NOT_RUN] = REPORT_TRIAL_UNCLEAR,
		[AUDIT_DENIED] = REPORT_TRIAL_REFUSED,
		[AUDIT_GRANTED] = REPORT_TRIAL_GRANTED,
		[AUDIT_UNCLEAR] = REPORT_TRIAL_UNCLEAR,
	};
	struct caps refused = policy_get_excess(in->policy, get_known());
	struct emit e[REPORT_N_TRIALS];

	for (size_t i = 0; i < REPORT_N_TRIALS; i++) {
		lists->text[i][0] = '\0';
		e[i] = EMIT_INIT(lists->text[i]);
	}
	for (size_t i = 0; i < audit_n_trials; i++) {
		if (in->wanted[i])
			add_name(&e[list_of[in->answer[i]]], audit_trials[i].name);
		else if (is_named(in->policy, audit_trials[i].name))
			add_name(&e[REPORT_TRIAL_UNTRIED], audit_trials[i].name);
	}
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		if (!caps_has(refused, cap) || has_trial(cap))
			continue;
		if (e[REPORT_TRIAL_UNTRIED].len)
			emit_str(&e[REPORT_TRIAL_UNTRIED], " ");
		caps_emit_name(&e[REPORT_TRIAL_UNTRIED], cap);
	}
	for (size_t i = 0; i < REPORT_N_TRIALS; i++)
		r->trials[i] = (struct span){ lists->text[i], e[i].len };
}

static void make_report(const struct inside *in, struct emit *e)
{
	struct report r = {
		.verdict = in->findings.n ? REPORT_REFUSED : REPORT_CONFORMS,
		.warn = in->policy->mode == POLICY_WARN,
		.policy = in->policy->name,
		.lsm = span_of(in->lsm),
	};
	struct lists lists;

	for (size_t i = 0; i < in->findings.n && i < REPORT_FINDINGS_MAX; i++)
		r.finding[r.n_findings++] = (struct report_finding){
			span_of(in->findings.item[i].key),
			span_of(in->findings.item[i].text),
		};
	list_trials(in, &lists, &r);
	report_emit(e, &r);
}

/* For the host, on the tmpfs that only this container's root can enter. */
static int write_report(const char *text, size_t size)
{
	auto_close int dirfd =
		open(AUDIT_INSIDE_FOLDER, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	auto_close int fd = -EBADF;
	ssize_t n;

	if (dirfd < 0)
		return -errno;
	/* Somebody was quicker: not ours, and the host must not read it as ours. */
	fd = openat(dirfd, AUDIT_REPORT, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	n = write(fd, text, size);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -ENOSPC;
}

static void say_verdict(struct hook *h, const struct inside *in)
{
	bool warn = in->policy->mode == POLICY_WARN;
	char reasons[700] = "";
	struct emit e = EMIT_INIT(reasons);

	audit_emit_findings(&e, &in->findings);
	if (in->findings.n)
		hook_say(h, warn ? JOURNAL_WARNING : JOURNAL_ERR, "%s: %s",
			 warn ? "would be refused" : "refused", reasons);
}

/*
 * The filter last: what a capability guards has to be refused without its help.  Where it cannot be
 * had, nothing is claimed.
 */
static int run_trials(struct inside *in)
{
	bool now[AUDIT_TRIALS_MAX] = { false }, later[AUDIT_TRIALS_MAX] = { false };
	struct audit_plan plan = { .now = now, .later = later, .filter = in->filter };
	bool filtered;
	int r;

	for (size_t i = 0; i < audit_n_trials; i++) {
		bool *when = in->filter && is_by_filter(&audit_trials[i]) ? later : now;

		when[i] = in->wanted[i];
	}
	r = audit_run_trials(&plan, in->answer, &filtered);
	if (r == 0 && !filtered)
		memcpy(in->wanted, now, sizeof(now));
	return r;
}

/* Asks the kernel and fills *in, with its policy set. */
static int ask(struct inside *in)
{
	int r;

	read_caps(in);
	read_label(in);
	choose_trials(in);
	r = run_trials(in);
	if (r < 0)
		return r;
	audit_judge_caps(in->bounding, in->inheritable, in->ambient, in->policy, &in->findings);
	judge_trials(in);
	return 0;
}

int audit_report_inside(const struct policy *policy, const struct audit_filter *filter,
			struct emit *e)
{
	struct inside in = { .policy = policy, .joined = true, .filter = filter };
	int r;

	r = ask(&in);
	if (r == 0)
		make_report(&in, e);
	return r;
}

/* Not fatal if it fails: the host misses the report if its policy requires one. */
static void tell_host(const struct hook *h, const char *text, size_t size)
{
	int r = write_report(text, size);

	if (r < 0)
		hook_say(h, JOURNAL_ERR, "cannot write the report '%s/%s': %s", AUDIT_INSIDE_FOLDER,
			 AUDIT_REPORT, strerror(-r));
}

int audit_inside(struct hook *h, const struct hook_env *env, const struct audit_options *options)
{
	struct audit_policy policy = { 0 };
	char text[REPORT_SIZE_MAX + 1] = "";
	struct emit e = EMIT_INIT(text);
	struct inside in = { 0 };
	bool enforce;
	int r;

	r = audit_read_policy(h, options->policy ? options->policy : AUDIT_INSIDE_POLICY, options,
			      &policy);
	if (r)
		return r;
	in.policy = &policy.policy;
	enforce = policy.policy.mode == POLICY_ENFORCE;
	r = ask(&in);
	if (r < 0) {
		hook_say(h, JOURNAL_ERR, "cannot try from inside: %s", strerror(-r));
		r = enforce ? AUDIT_UNCHECKED : AUDIT_CONFORMS;
	} else {
		make_report(&in, &e);
		say_verdict(h, &in);
		if (env)
			tell_host(h, text, e.len);
		else
			(void)fputs(text, stdout); /* by hand; the exit status tells as well */
		r = in.findings.n && enforce ? AUDIT_REFUSED : AUDIT_CONFORMS;
	}
	audit_policy_done(&policy);
	return r;
}
