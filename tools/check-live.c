/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What runs: read from the host's /proc, which the kernel writes, and compared with the
 * configuration.  Nothing is asked of the guest, and nothing is stopped.
 */
#include "config.h"

#include "tools/check-work.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/audit-mounts.h"
#include "lib/audit-process.h"
#include "lib/cleanup.h"
#include "lib/mountinfo.h"
#include "lib/proc.h"

#define NOWHERE ((struct check_place){ NULL, 0 })

struct live {
	struct check_work *w;
	int procfd;
	struct audit_process process;
};

static bool has_config(const struct check_work *w)
{
	return w->conf != NULL;
}

/* --- Capabilities ------------------------------------------------------------- */

static const char *names_of(struct check_work *w, struct caps set)
{
	char names[400] = "";
	struct emit e = EMIT_INIT(names);

	caps_emit(&e, set, " ");
	return check_copy(w->arena, span_of(names));
}

static void judge_caps(struct live *l)
{
	const struct procstatus *s = &l->process.status;
	struct check_work *w = l->w;
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
		check_add(w, REASON_DIFF_INHERITABLE, NOWHERE, NULL, "%s", names_of(w, kept));
	if (!has_config(w))
		return;
	if (more.bits) {
		f = check_add(w, REASON_DIFF_CAPS, NOWHERE, NULL, "%s", names_of(w, more));
		if (f && !l->process.maps_root)
			f->severity = CHECK_KERNEL;
	}
	if (less.bits)
		check_add(w, REASON_DIFF_CAPS_LESS, NOWHERE, NULL, "%s", names_of(w, less));
}

/* --- What it is shut into ------------------------------------------------------ */

static bool configured(const struct check_work *w, enum check_fact fact)
{
	return check_has_fact(&w->config.facts, fact);
}

/* From here on the fact is what runs: open, and how; or closed. */
static void replace(struct check_work *w, enum check_fact fact, bool open, const char *detail)
{
	if (!open)
		check_close(&w->live, fact);
	else if (!check_has_fact(&w->live.facts, fact))
		check_open(&w->live, fact, NOWHERE, detail, NULL);
}

static void judge_seccomp(struct live *l)
{
	struct check_work *w = l->w;

	/* Which filter it is the kernel does not say; if there is one, it is taken for ours. */
	if (l->process.status.seccomp == PROCSTATUS_SECCOMP_FILTER) {
		replace(w, FACT_SECCOMP_NONE, false, NULL);
		return;
	}
	if (has_config(w) && !configured(w, FACT_SECCOMP_NONE))
		check_add(w, REASON_DIFF_SECCOMP, NOWHERE, NULL, "lxc.seccomp.profile = %s",
			  lxcconf_get(w->conf, "lxc.seccomp.profile"));
	for (int fact = FACT_CALL_USERNS; fact <= FACT_CALL_RARE; fact++)
		replace(w, (enum check_fact)fact, true, "no filter is in force");
	replace(w, FACT_SECCOMP_NONE, true, NULL);
}

static void judge_lsm(struct live *l)
{
	const char *label = l->process.lsm;
	bool open = !label[0] || strcmp(label, "unconfined") == 0 || l->process.lsm_complain;
	struct check_work *w = l->w;

	if (open && has_config(w) && !configured(w, FACT_LSM_NONE))
		check_add(w, REASON_DIFF_LSM, NOWHERE, NULL, "its label is '%s'%s", label,
			  l->process.lsm_complain ? " in complain mode" : "");
	if (open)
		replace(w, FACT_LSM_NONE, true,
			label[0] ? check_copy(w->arena, span_of(label)) : NULL);
	else
		replace(w, FACT_LSM_NONE, false, NULL);
}

static void judge_namespaces(struct live *l)
{
	static const struct {
		const char *name;
		enum check_fact fact;
	} kinds[] = {
		{ "net", FACT_NS_NET }, { "pid", FACT_NS_PID },	      { "ipc", FACT_NS_IPC },
		{ "uts", FACT_NS_UTS }, { "cgroup", FACT_NS_CGROUP }, { "mnt", FACT_NS_MNT },
	};
	struct check_work *w = l->w;

	for (size_t i = 0; i < POLICY_N_NAMESPACES; i++) {
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			if (strcmp(kinds[k].name, policy_namespaces[i]) != 0)
				continue;
			if (l->process.ns[i].shared && has_config(w) &&
			    !configured(w, kinds[k].fact))
				check_add(w, REASON_DIFF_NS, NOWHERE, NULL, "%s", kinds[k].name);
			replace(w, kinds[k].fact, l->process.ns[i].shared, NULL);
		}
	}
}

static void judge_ids(struct live *l)
{
	struct check_work *w = l->w;

	if (l->process.maps_root && has_config(w) && w->out->idmapped)
		check_add(w, REASON_DIFF_IDMAP, NOWHERE, NULL, "%s", "");
	w->out->idmapped = !l->process.maps_root;
	replace(w, FACT_PRIVILEGED, l->process.maps_root, NULL);
}

/* --- Mounts -------------------------------------------------------------------- */

/* What the configuration binds writable is known; anything else of the host's is news. */
static void allow_configured(const struct check_work *w, struct policy *policy, char (*text)[256])
{
	for (size_t i = 0; i < w->n_entries && policy->mount_allow.n < POLICY_LIST_MAX; i++) {
		const struct check_entry *e = &w->entries[i];
		size_t n = policy->mount_allow.n;

		if (!mountentry_is_bind(&e->m) || mountentry_has(&e->m, "relative") ||
		    e->target.n + 2 > sizeof(text[n]))
			continue;
		(void)snprintf(text[n], sizeof(text[n]), "/%.*s", (int)e->target.n, e->target.p);
		policy->mount_allow.item[policy->mount_allow.n++] = span_of(text[n]);
	}
}

static void take_finding(struct check_work *w, const struct audit_finding *f)
{
	static const struct {
		const char *key;
		enum check_fact fact;
	} keys[] = {
		{ "mount.host", FACT_MOUNT_HOST },    { "mount.root", FACT_ROOTFS_HOST },
		{ "mount.proc", FACT_PROC_SYS },      { "mount.sys", FACT_SYS_RW },
		{ "mount.cgroup", FACT_CGROUP_HOST },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(f->key, keys[i].key) != 0)
			continue;
		if (keys[i].fact == FACT_MOUNT_HOST && has_config(w))
			check_add(w, REASON_DIFF_MOUNT, NOWHERE, NULL, "%s", f->text);
		if (!check_has_fact(&w->live.facts, keys[i].fact) ||
		    keys[i].fact == FACT_MOUNT_HOST)
			check_open(&w->live, keys[i].fact, NOWHERE,
				   check_copy(w->arena, span_of(f->text)), NULL);
	}
}

/* Something lies on that path, or on a folder between it and /proc or /sys. */
static bool is_covered(struct span table, const char *path)
{
	struct mountinfo m;
	bool found = false;

	while (mountinfo_next(&table, &m) > 0) {
		struct span target = mountentry_strip(m.target);

		if (memchr(target.p, '/', target.n) &&
		    mountentry_is_within(span_of(path), target) && !span_is(m.fstype, "proc") &&
		    !span_is(m.fstype, "sysfs"))
			found = true;
	}
	return found;
}

/* A second, read-only view of the same place will do for what may only not be written. */
static bool is_shielded(struct span table, const char *path)
{
	struct mountinfo m;
	bool found = false;

	while (mountinfo_next(&table, &m) > 0) {
		struct span target = mountentry_strip(m.target);

		if (mountentry_is_within(span_of(path), target))
			found = mountinfo_has_option(m.options, "ro");
	}
	return found || is_covered(table, path);
}

static void judge_masks(struct check_work *w, struct span table, enum check_fact fact,
			enum check_paths which, bool (*closed)(struct span, const char *))
{
	const char *const *paths = w->host->paths[which];
	char text[400] = "";
	struct emit e = EMIT_INIT(text);

	for (; *paths; paths++) {
		if (!closed(table, *paths))
			emit_printf(&e, "%s/%s", e.len ? ", " : "", *paths);
	}
	if (e.len && has_config(w) && !configured(w, fact))
		check_add(w, REASON_DIFF_MASK, NOWHERE, NULL, "%s", text);
	check_close(&w->live, fact);
	if (e.len)
		check_open(&w->live, fact, NOWHERE, check_copy(w->arena, span_of(text)), NULL);
}

static int judge_table(struct live *l, struct span container, struct span host, struct span cgroup)
{
	char(*allowed)[256] = check_alloc(l->w->arena, POLICY_LIST_MAX * sizeof(*allowed));
	struct policy policy = { .whitelist = false };
	struct audit_findings *findings = check_alloc(l->w->arena, sizeof(*findings));
	struct audit_mounts in = {
		.container = container,
		.host = host,
		.cgroup = cgroup,
		.idmapped = !l->process.maps_root,
		.may_unmount = caps_has(l->process.status.bounding, CAP_SYS_ADMIN),
		.has_sysrq = access("/proc/sysrq-trigger", F_OK) == 0,
	};
	int r;

	if (!allowed || !findings)
		return -ENOMEM;
	if (has_config(l->w))
		allow_configured(l->w, &policy, allowed);
	r = audit_judge_mounts(&in, &policy, findings);
	if (r < 0)
		return r;
	/* Seen by the kernel's own table, which knows better than the configuration. */
	if (l->process.maps_root) {
		check_close(&l->w->live, FACT_PROC_SYS);
		check_close(&l->w->live, FACT_SYS_RW);
	}
	check_close(&l->w->live, FACT_CGROUP_HOST);
	for (size_t i = 0; i < findings->n; i++)
		take_finding(l->w, &findings->item[i]);
	judge_masks(l->w, container, FACT_PROC_SWITCHES, CHECK_PATHS_SWITCHES, is_shielded);
	judge_masks(l->w, container, FACT_PROC_KERNEL, CHECK_PATHS_KERNEL, is_covered);
	judge_masks(l->w, container, FACT_PROC_HOST, CHECK_PATHS_HOST, is_covered);
	judge_masks(l->w, container, FACT_SYS_HOST, CHECK_PATHS_SYS, is_covered);
	return 0;
}

static void judge_mounts(struct live *l)
{
	auto_free char *container = NULL, *host = NULL, *cgroup = NULL;
	auto_close int ownfd = proc_open(0);
	struct span c = { 0 }, h = { 0 }, g = { 0 };

	if (check_has_fact(&l->w->live.facts, FACT_NS_MNT) || ownfd < 0 ||
	    proc_read(l->procfd, "mountinfo", &container, &c.n) < 0 ||
	    proc_read(ownfd, "mountinfo", &host, &h.n) < 0 ||
	    proc_read(l->procfd, "cgroup", &cgroup, &g.n) < 0)
		return;
	c.p = container;
	h.p = host;
	g.p = cgroup;
	(void)judge_table(l, c, h, g); /* what the configuration says then stands */
}

/* --- Time ----------------------------------------------------------------------- */

static void judge_time(struct live *l)
{
	struct timespec now, boot;
	long hz = sysconf(_SC_CLK_TCK);
	struct check_work *w = l->w;
	time_t started;
	struct stat st;

	if (!has_config(w) || hz <= 0 || clock_gettime(CLOCK_REALTIME, &now) < 0 ||
	    clock_gettime(CLOCK_BOOTTIME, &boot) < 0)
		return;
	started = now.tv_sec - boot.tv_sec + (time_t)(l->process.start_time / (uint64_t)hz);
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
	struct live l = { .w = w, .procfd = procfd };
	const char *what;

	if (procfd < 0 || audit_read_process(procfd, w->out->pid, false, &l.process, &what) < 0)
		return false;
	w->live = w->config;
	judge_caps(&l);
	judge_ids(&l);
	judge_namespaces(&l);
	judge_seccomp(&l);
	judge_lsm(&l);
	judge_mounts(&l);
	judge_time(&l);
	return true;
}
