/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What runs: read from the host's /proc, which the kernel writes, and compared with the
 * configuration.  Nothing is asked of the guest, and nothing is stopped.
 */
#include "config.h"

#include "tools/check/work.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/proc.h"

/* --- Capabilities ------------------------------------------------------------- */

static const char *names_of(struct check_work *w, struct caps set)
{
	char names[CAPS_TEXT_MAX];
	struct emit e = EMIT_INIT(names);

	caps_emit(&e, set, " ");
	return check_copy(w->arena, span_of(names));
}

static void judge_caps(struct check_work *w, const struct audit_process *p)
{
	const struct procstatus *s = &p->status;
	/* Root that executes a file has what is in either. */
	struct caps held = { s->bounding.bits | s->inheritable.bits };
	struct caps kept = { s->inheritable.bits | s->ambient.bits };
	struct caps more = caps_minus(held, w->out->configured);
	struct caps less = caps_minus(w->out->configured, held);
	struct check_finding *f;

	w->live.facts.caps = held;
	w->out->held = held;
	for (unsigned int cap = 0; cap <= w->out->last_cap && cap <= CAPS_MAX; cap++)
		w->out->caps[cap].held = caps_has(held, cap);
	if (kept.bits)
		check_add(w, REASON_DIFF_INHERITABLE, CHECK_NOWHERE, NULL, "%s", names_of(w, kept));
	if (more.bits) {
		f = check_add(w, REASON_DIFF_CAPS, CHECK_NOWHERE, NULL, "%s", names_of(w, more));
		if (f && !p->maps_root)
			f->severity = CHECK_KERNEL;
	}
	if (less.bits)
		check_add(w, REASON_DIFF_CAPS_LESS, CHECK_NOWHERE, NULL, "%s", names_of(w, less));
}

/* --- What it is shut into ------------------------------------------------------ */

static bool is_configured(const struct check_work *w, enum check_fact fact)
{
	return check_has_fact(&w->config.facts, fact);
}

/* From here on the fact is what runs: open, and how; or closed. */
static void take_fact(struct check_work *w, enum check_fact fact, bool open, const char *detail)
{
	if (!open)
		check_close(&w->live, fact);
	else if (!check_has_fact(&w->live.facts, fact))
		check_open(&w->live, fact, CHECK_NOWHERE, detail, NULL);
}

static void judge_seccomp(struct check_work *w, const struct audit_process *p)
{
	/* Which filter it is the kernel does not say; if there is one, it is taken for ours. */
	if (p->status.seccomp == PROCSTATUS_SECCOMP_FILTER) {
		take_fact(w, FACT_SECCOMP_NONE, false, NULL);
		return;
	}
	if (!is_configured(w, FACT_SECCOMP_NONE))
		check_add(w, REASON_DIFF_SECCOMP, CHECK_NOWHERE, NULL, "lxc.seccomp.profile = %s",
			  lxcconf_get(w->conf, "lxc.seccomp.profile"));
	for (int fact = FACT_CALL_USERNS; fact <= FACT_CALL_RARE; fact++)
		take_fact(w, (enum check_fact)fact, true, "no filter is in force");
	take_fact(w, FACT_SECCOMP_NONE, true, NULL);
}

static void judge_lsm(struct check_work *w, const struct audit_process *p)
{
	const char *label = p->lsm;
	bool open = !label[0] || strcmp(label, "unconfined") == 0 || p->lsm_complain;

	if (open && !is_configured(w, FACT_LSM_NONE))
		check_add(w, REASON_DIFF_LSM, CHECK_NOWHERE, NULL, "its label is '%s'%s", label,
			  p->lsm_complain ? " in complain mode" : "");
	if (open)
		take_fact(w, FACT_LSM_NONE, true,
			  label[0] ? check_copy(w->arena, span_of(label)) : NULL);
	else
		take_fact(w, FACT_LSM_NONE, false, NULL);
}

static void judge_namespaces(struct check_work *w, const struct audit_process *p)
{
	for (size_t i = 0; i < POLICY_N_NAMESPACES; i++) {
		for (size_t k = 0; k < CHECK_N_NAMESPACES; k++) {
			const struct check_namespace *ns = &check_namespaces[k];

			if (strcmp(ns->name, policy_namespaces[i]) != 0)
				continue;
			if (p->ns[i].shared && !is_configured(w, ns->fact))
				check_add(w, REASON_DIFF_NS, CHECK_NOWHERE, NULL, "%s", ns->name);
			take_fact(w, ns->fact, p->ns[i].shared, NULL);
		}
	}
}

static void judge_ids(struct check_work *w, const struct audit_process *p)
{
	if (p->maps_root && w->out->idmapped)
		check_add(w, REASON_DIFF_IDMAP, CHECK_NOWHERE, NULL, "%s", "");
	w->out->idmapped = !p->maps_root;
	take_fact(w, FACT_PRIVILEGED, p->maps_root, NULL);
}

/* --- Time ----------------------------------------------------------------------- */

static void judge_time(struct check_work *w, const struct audit_process *p)
{
	struct timespec now, boot;
	long hz = sysconf(_SC_CLK_TCK);
	time_t started;
	struct stat st;

	if (hz <= 0 || clock_gettime(CLOCK_REALTIME, &now) < 0 ||
	    clock_gettime(CLOCK_BOOTTIME, &boot) < 0)
		return;
	started = now.tv_sec - boot.tv_sec + (time_t)(p->start_time / (uint64_t)hz);
	for (size_t i = 0; i < w->conf->n_files; i++) {
		struct check_place place = { w->files[i], 0 };

		/* Both are cut to seconds. */
		if (stat(w->files[i], &st) == 0 && st.st_mtime > started + 1)
			check_add(w, REASON_DIFF_NEWER, place, NULL, "%s", "");
	}
}

bool check_live(struct check_work *w)
{
	auto_close int procfd = proc_open(w->out->pid);
	struct audit_process process;
	const char *what;

	if (procfd < 0 || audit_read_process(procfd, w->out->pid, false, &process, &what) < 0)
		return false;
	w->live = w->config;
	judge_caps(w, &process);
	judge_ids(w, &process);
	judge_namespaces(w, &process);
	judge_seccomp(w, &process);
	judge_lsm(w, &process);
	check_live_mounts(w, procfd, &process);
	judge_time(w, &process);
	return true;
}
