/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The same of what runs, by the mount table alone: nothing is opened by a path of the guest's.
 */
#include "config.h"

#include "tools/check/work.h"

#include <string.h>

#include "lib/mountinfo.h"

/* What is mounted last on a target is what a path meets there. */
static bool is_topmost(struct span table, const struct mountinfo *m)
{
	struct mountinfo other;
	bool behind = false;

	while (mountinfo_next(&table, &other) > 0) {
		if (other.id == m->id)
			behind = true;
		else if (behind && span_is_within(mountentry_strip(m->target),
						  mountentry_strip(other.target)))
			return false;
	}
	return true;
}

/* The same file system as the host's own one of that type: of its pid or network namespace. */
static bool is_hosts(struct span host, const struct mountinfo *m, const char *target)
{
	struct mountinfo other;

	while (mountinfo_next(&host, &other) > 0) {
		if (span_is(other.target, target) && span_same(other.fstype, m->fstype) &&
		    other.major == m->major && other.minor == m->minor)
			return true;
	}
	return false;
}

static void open_mount(struct check_work *w, enum check_fact fact, const struct mountinfo *m)
{
	if (check_has_fact(&w->live.facts, fact))
		return;
	check_open(&w->live, fact, CHECK_NOWHERE,
		   check_print(w->arena, "%.*s on '%.*s'", (int)m->fstype.n, m->fstype.p,
			       (int)m->target.n, m->target.p),
		   NULL);
}

/*
 * The directory in sysfs on which fusectl is mounted, where the host has not mounted it: LXC's
 * common.conf binds it all the same.  The kernel keeps it empty (sysfs_create_mount_point()),
 * and nobody makes anything in it.  The root of a mount is the kernel's word, not the guest's.
 */
static bool is_kept_empty(const struct mountinfo *m)
{
	return span_is(m->fstype, "sysfs") && span_is(m->root, "/fs/fuse/connections");
}

static void judge_mount(struct check_work *w, const struct mountinfo *m, struct span host)
{
	bool ro = mountinfo_has_option(m->options, "ro") ||
		  mountinfo_has_option(m->super_options, "ro");

	/* What its switches there do is a finding of its own: sys.fuse. */
	if (is_kept_empty(m))
		return;
	if (span_is(m->fstype, "fusectl") && (ro || span_is(m->target, "/sys/fs/fuse/connections")))
		return;
	if (check_is_kernel_wide(m->fstype))
		open_mount(w, ro ? FACT_MOUNT_SECRETS : FACT_MOUNT_KERNEL, m);
	else if (span_is(m->fstype, "proc") && !check_has_fact(&w->live.facts, FACT_NS_PID) &&
		 is_hosts(host, m, "/proc"))
		open_mount(w, FACT_MOUNT_PROC, m);
	else if (span_is(m->fstype, "sysfs") && !check_has_fact(&w->live.facts, FACT_NS_NET) &&
		 is_hosts(host, m, "/sys"))
		open_mount(w, ro ? FACT_MOUNT_SECRETS : FACT_MOUNT_SYSTEM, m);
}

/* Limits of memory and processes, by their files in the container's own cgroup. */
static bool holds_limits(const struct check_work *w, const struct mountinfo *m)
{
	if (mountinfo_has_option(m->options, "ro") || mountinfo_has_option(m->super_options, "ro"))
		return false;
	if (span_is(m->fstype, "cgroup2"))
		return w->host->unified && !w->host->nsdelegate &&
		       !lxcconf_get(w->conf, "lxc.cgroup.dir.container.inner");
	return span_is(m->fstype, "cgroup") && (mountinfo_has_option(m->super_options, "memory") ||
						mountinfo_has_option(m->super_options, "pids"));
}

void check_live_objects(struct check_work *w, struct span container, struct span host)
{
	bool limited = !check_has_fact(&w->live.facts, FACT_LIMIT_MEMORY) ||
		       !check_has_fact(&w->live.facts, FACT_LIMIT_PIDS);
	struct span rest = container;
	struct mountinfo m;

	check_close(&w->live, FACT_ROOTFS_DEV);
	check_close(&w->live, FACT_LIMIT_OWN);
	while (mountinfo_next(&rest, &m) > 0) {
		if (!is_topmost(container, &m))
			continue;
		judge_mount(w, &m, host);
		if (span_is(m.target, "/") && !mountinfo_has_option(m.options, "nodev"))
			open_mount(w, FACT_ROOTFS_DEV, &m);
		if (limited && !w->out->idmapped && holds_limits(w, &m))
			open_mount(w, FACT_LIMIT_OWN, &m);
	}
}
