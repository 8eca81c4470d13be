/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-mounts.h. */
#include "config.h"

#include "lib/audit-mounts.h"

#include <errno.h>
#include <limits.h>

#include "lib/audit-mounttable.h"

struct state {
	const struct audit_mounts *in;
	const struct policy *policy;
	struct audit_findings *f;
	const struct audit_mounttable *table;
};

struct text {
	char buf[256];
};

/* A path of mountinfo for a message; the kernel's octal escapes are left in it. */
static const char *show(struct text *text, struct span path)
{
	struct emit e = EMIT_INIT(text->buf);

	text->buf[0] = '\0';
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '\\')
			emit_str(&e, "\\");
		else
			emit_escaped(&e, (struct span){ path.p + i, 1 });
	}
	return text->buf;
}

/*
 * What of proc lets root in a container without an id mapping act on the host, and
 * what of that is the container's own.
 */
static const struct exposed {
	const char *path, *except;
	bool sysrq;
} exposed_proc[] = {
	/* Of /proc/sys only net belongs to a namespace as a whole. */
	{ "/sys", "/sys/net", false },
	/* One letter reboots the host. */
	{ "/sysrq-trigger", NULL, true },
};

static void judge_proc(const struct state *s, const struct mountinfo *m)
{
	struct text target;

	for (size_t i = 0; i < sizeof(exposed_proc) / sizeof(exposed_proc[0]); i++) {
		const struct exposed *x = &exposed_proc[i];
		struct span path = span_of(x->path);

		if (x->sysrq && !s->in->has_sysrq)
			continue;
		if (audit_path_is_within(m->root, path)) {
			if (!x->except || !audit_path_is_within(m->root, span_of(x->except)))
				audit_add(s->f, "mount.proc", "'%s' is writable (it is proc's %s)",
					  show(&target, m->target), x->path);
		} else if (m->root.n == 1 && !audit_mount_is_shielded(s->table, m, path)) {
			audit_add(s->f, "mount.proc", "'%s%s' is writable",
				  m->target.n == 1 ? "" : show(&target, m->target), x->path);
		}
	}
}

static void judge_sysfs(const struct state *s, const struct mountinfo *m)
{
	struct text target;

	/* sys:mixed leaves this part writable: the container's own network devices. */
	if (audit_path_is_within(m->root, span_of("/devices/virtual/net")) && m->root.n > 1)
		return;
	audit_add(s->f, "mount.sys", "'%s' is a writable sysfs", show(&target, m->target));
}

/* The container's own cgroup in the hierarchy that m is a mount of; false if in none. */
static bool find_cgroup(const struct state *s, const struct mountinfo *m, struct span *ret)
{
	struct span text = s->in->cgroup, line, id, names, name;
	bool unified = span_is(m->fstype, "cgroup2");

	while (span_next_line(&text, &line)) {
		if (!span_next_field(&line, ':', &id) || !span_next_field(&line, ':', &names))
			continue;
		*ret = line;
		if (unified && !names.n)
			return true;
		if (unified || !names.n || !span_next_field(&names, ',', &name))
			continue;
		/* A v1 mount carries the names of its controllers as options. */
		for (struct span rest = m->super_options, option;
		     span_next_field(&rest, ',', &option);) {
			if (span_same(option, name))
				return true;
		}
	}
	return false;
}

static bool is_own_cgroup(const struct state *s, struct span path, struct span own)
{
	return s->in->in_own_cgroup ? span_same(path, own) : audit_path_is_within(own, path);
}

/* A file of it, read-only: mount-cgroup(8) puts limits out of reach so. */
static bool is_own_file(const struct state *s, const struct mountinfo *m, struct span own)
{
	struct span dir = m->root;

	while (dir.n > 1 && dir.p[dir.n - 1] != '/')
		dir.n--;
	dir.n -= dir.n > 1;
	return dir.n > 1 && !audit_mount_is_writable(m) && is_own_cgroup(s, dir, own);
}

/*
 * Also one that is read-only: it shows what runs on the host.  The paths are as the
 * host's own cgroup namespace sees them, so "/" is the root of the hierarchy.
 */
static void judge_cgroup(const struct state *s, const struct mountinfo *m)
{
	struct text target, root;
	struct span own;

	if (m->root.n == 1) {
		audit_add(s->f, "mount.cgroup",
			  "'%s' is the root of a cgroup hierarchy of the host",
			  show(&target, m->target));
		return;
	}
	if (find_cgroup(s, m, &own) && (is_own_cgroup(s, m->root, own) || is_own_file(s, m, own)))
		return;
	audit_add(s->f, "mount.cgroup", "'%s' is the cgroup '%s', which is not the container's own",
		  show(&target, m->target), show(&root, m->root));
}

enum root_kind {
	ROOT_ANY,
	ROOT_PATH,  /* just this one */
	ROOT_BELOW, /* something below it */
	ROOT_PTY,   /* "/7" */
};

/* Parts of a file system of the host's that may be writable, each for its reason. */
static const struct exception {
	const char *fstype; /* NULL: the one that the host has on /dev */
	enum root_kind kind;
	const char *root;
	bool idmapped; /* only in a container without the host's root */
} exceptions[] = {
	/* Nodes that LXC binds where it cannot make them; they hold nothing. */
	{ NULL, ROOT_PATH, "/null", false },
	{ NULL, ROOT_PATH, "/zero", false },
	{ NULL, ROOT_PATH, "/full", false },
	{ NULL, ROOT_PATH, "/random", false },
	{ NULL, ROOT_PATH, "/urandom", false },
	{ NULL, ROOT_PATH, "/tty", false },
	/* The console and the ttys before LXC 5: terminals of the host made for it. */
	{ "devpts", ROOT_PTY, NULL, false },
	/* lxcfs answers each reader for its own container and takes no writes. */
	{ "fuse.lxcfs", ROOT_BELOW, "/proc", false },
	{ "fuse.lxcfs", ROOT_BELOW, "/sys", false },
	/*
	 * The kernel's own files belong to the host's root, whom such a container does
	 * not have: LXC's distribution files bind them in.
	 */
	{ "sysfs", ROOT_ANY, NULL, true },
	{ "debugfs", ROOT_ANY, NULL, true },
	{ "tracefs", ROOT_ANY, NULL, true },
	{ "securityfs", ROOT_ANY, NULL, true },
	{ "pstore", ROOT_ANY, NULL, true },
	{ "efivarfs", ROOT_ANY, NULL, true },
	{ "configfs", ROOT_ANY, NULL, true },
	{ "binfmt_misc", ROOT_ANY, NULL, true },
};

static bool is_pty(struct span root)
{
	uint64_t number;

	root.p++;
	root.n--;
	return span_parse_u64(root, 10, UINT32_MAX, &number) == 0;
}

static bool is_exception(const struct state *s, const struct mountinfo *m)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
		const struct exception *x = &exceptions[i];

		if (x->idmapped && !s->in->idmapped)
			continue;
		if (x->fstype ? !span_is(m->fstype, x->fstype)
			      : !s->table->host_dev.root.p ||
					audit_mount_device(m) !=
						audit_mount_device(&s->table->host_dev))
			continue;
		if (x->kind == ROOT_ANY || (x->kind == ROOT_PATH && span_is(m->root, x->root)) ||
		    (x->kind == ROOT_BELOW && audit_path_is_within(m->root, span_of(x->root)) &&
		     m->root.n > 1) ||
		    (x->kind == ROOT_PTY && is_pty(m->root)))
			return true;
	}
	return false;
}

/* The container's root file system may lie on a file system of the host's, but not be its root. */
static void judge_root(const struct state *s, const struct mountinfo *m)
{
	if (s->table->host_root.root.p &&
	    audit_mount_device(m) == audit_mount_device(&s->table->host_root) &&
	    span_same(m->root, s->table->host_root.root))
		audit_add(s->f, "mount.root", "the root file system is the host's own");
}

static bool is_allowed(const struct state *s, const struct mountinfo *m)
{
	char target[PATH_MAX];

	return mountinfo_unescape(m->target, target, sizeof(target)) == 0 &&
	       policy_allows_mount(s->policy, span_of(target));
}

static void judge(const struct state *s, const struct mountinfo *m)
{
	struct text target, root;

	if (span_is(m->target, "/")) {
		judge_root(s, m);
		return;
	}
	if (is_allowed(s, m))
		return;
	if (span_starts(m->fstype, "cgroup")) {
		judge_cgroup(s, m);
		return;
	}
	if (!audit_mount_is_writable(m))
		return;
	if (!s->in->idmapped && span_is(m->fstype, "proc"))
		judge_proc(s, m);
	if (!s->in->idmapped && span_is(m->fstype, "sysfs"))
		judge_sysfs(s, m);
	else if (audit_mount_is_on_host(s->table, m) && !audit_mount_is_own(s->table, m) &&
		 !is_exception(s, m))
		audit_add(s->f, "mount.host",
			  "the host's '%s' is writable at '%s'; if that is wanted, the policy "
			  "needs mount.allow for it",
			  show(&root, m->root), show(&target, m->target));
}

void audit_judge_table(const struct audit_mounttable *table, const struct audit_mounts *in,
		       const struct policy *policy, struct audit_findings *f)
{
	struct state s = { .in = in, .policy = policy, .f = f, .table = table };

	for (size_t i = 0; i < table->n; i++) {
		if (in->may_unmount || !audit_mount_is_covered(table, &table->mount[i]))
			judge(&s, &table->mount[i]);
	}
}

int audit_judge_mounts(const struct audit_mounts *in, const struct policy *policy,
		       struct audit_findings *f)
{
	struct audit_mounttable table;
	int r = audit_mounttable_init(&table, in->container, in->host);

	if (r < 0)
		return r;
	audit_judge_table(&table, in, policy, f);
	audit_mounttable_done(&table);
	return 0;
}
