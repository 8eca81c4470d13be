/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What runs: the mount table of the container, as the kernel shows it to the host, by the
 * rules of the audit (lib/audit-mounts), and what covers /proc and /sys.
 */
#include "config.h"

#include "tools/check/work.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/audit-mounts.h"
#include "lib/cleanup.h"
#include "lib/mountinfo.h"
#include "lib/proc.h"

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
		if (keys[i].fact == FACT_MOUNT_HOST)
			check_add(w, REASON_DIFF_MOUNT, CHECK_NOWHERE, NULL, "%s", f->text);
		if (!check_has_fact(&w->live.facts, keys[i].fact) ||
		    keys[i].fact == FACT_MOUNT_HOST)
			check_open(&w->live, keys[i].fact, CHECK_NOWHERE,
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

		if (memchr(target.p, '/', target.n) && span_is_within(span_of(path), target) &&
		    !span_is(m.fstype, "proc") && !span_is(m.fstype, "sysfs"))
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

		if (span_is_within(span_of(path), target))
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
	if (e.len && !check_has_fact(&w->config.facts, fact))
		check_add(w, REASON_DIFF_MASK, CHECK_NOWHERE, NULL, "%s", text);
	check_close(&w->live, fact);
	if (e.len)
		check_open(&w->live, fact, CHECK_NOWHERE, check_copy(w->arena, span_of(text)),
			   NULL);
}

static int judge_table(struct check_work *w, const struct audit_process *process,
		       struct span container, struct span host, struct span cgroup)
{
	char(*allowed)[256] = check_alloc(w->arena, POLICY_LIST_MAX * sizeof(*allowed));
	struct policy policy = { .whitelist = false };
	struct audit_findings *findings = check_alloc(w->arena, sizeof(*findings));
	struct audit_mounts in = {
		.container = container,
		.host = host,
		.cgroup = cgroup,
		.idmapped = !process->maps_root,
		.may_unmount = caps_has(process->status.bounding, CAP_SYS_ADMIN),
		.has_sysrq = access("/proc/sysrq-trigger", F_OK) == 0,
	};
	int r;

	if (!allowed || !findings)
		return -ENOMEM;
	allow_configured(w, &policy, allowed);
	r = audit_judge_mounts(&in, &policy, findings);
	if (r < 0)
		return r;
	/* Seen by the kernel's own table, which knows better than the configuration. */
	if (process->maps_root) {
		check_close(&w->live, FACT_PROC_SYS);
		check_close(&w->live, FACT_SYS_RW);
	}
	check_close(&w->live, FACT_CGROUP_HOST);
	for (size_t i = 0; i < findings->n; i++)
		take_finding(w, &findings->item[i]);
	judge_masks(w, container, FACT_PROC_SWITCHES, CHECK_PATHS_SWITCHES, is_shielded);
	judge_masks(w, container, FACT_PROC_KERNEL, CHECK_PATHS_KERNEL, is_covered);
	judge_masks(w, container, FACT_PROC_HOST, CHECK_PATHS_HOST, is_covered);
	judge_masks(w, container, FACT_SYS_HOST, CHECK_PATHS_SYS, is_covered);
	check_live_objects(w, container, host);
	return 0;
}

void check_live_mounts(struct check_work *w, int procfd, const struct audit_process *process)
{
	auto_free char *container = NULL, *host = NULL, *cgroup = NULL;
	auto_close int ownfd = proc_open(0);
	struct span c = { 0 }, h = { 0 }, g = { 0 };

	if (check_has_fact(&w->live.facts, FACT_NS_MNT) || ownfd < 0 ||
	    proc_read(procfd, "mountinfo", &container, &c.n) < 0 ||
	    proc_read(ownfd, "mountinfo", &host, &h.n) < 0 ||
	    proc_read(procfd, "cgroup", &cgroup, &g.n) < 0)
		return;
	c.p = container;
	h.p = host;
	g.p = cgroup;
	(void)judge_table(w, process, c, h, g); /* what the configuration says then stands */
}
