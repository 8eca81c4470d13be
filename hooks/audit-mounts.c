/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-mounts.h. */
#include "config.h"

#include "hooks/audit-mounts.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/mountinfo.h"

/* A guest with CAP_SYS_ADMIN can make any number; the search below is quadratic. */
#define CONTAINER_MOUNTS_MAX 4096

struct state {
	const struct audit_mounts *in;
	const struct policy *policy;
	struct audit_findings *f;
	struct mountinfo *mount; /* the container's */
	size_t n;
	uint64_t *host_device; /* sorted */
	size_t n_host;
	/* The host's "/" and "/dev", the container's "/"; .root.p is NULL if there is none. */
	struct mountinfo host_root, host_dev, root;
};

static uint64_t device_of(const struct mountinfo *m)
{
	return (uint64_t)m->major << 32 | m->minor;
}

static bool same(struct span a, struct span b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* path is the folder, or below it. */
static bool is_within(struct span path, struct span folder)
{
	if (folder.n == 1)
		return true;
	return path.n >= folder.n && memcmp(path.p, folder.p, folder.n) == 0 &&
	       (path.n == folder.n || path.p[folder.n] == '/');
}

static bool is_writable(const struct mountinfo *m)
{
	return !mountinfo_has_option(m->options, "ro") &&
	       !mountinfo_has_option(m->super_options, "ro");
}

/* Another mount lies on the root of this one, so that no path leads to it. */
static bool is_covered(const struct state *s, const struct mountinfo *m)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->mount[i].parent == m->id && same(s->mount[i].target, m->target) &&
		    s->mount[i].id != m->id)
			return true;
	}
	return false;
}

/*
 * Another mount lies on target + below, or on a folder between: what is seen there is
 * that one's, and it is judged on its own.
 */
static bool is_shielded(const struct state *s, const struct mountinfo *m, struct span below)
{
	for (size_t i = 0; i < s->n; i++) {
		struct span t = s->mount[i].target;
		size_t skip = m->target.n == 1 ? 0 : m->target.n;

		if (!is_within(t, m->target) || t.n <= m->target.n)
			continue;
		t.p += skip;
		t.n -= skip;
		if (is_within(below, t))
			return true;
	}
	return false;
}

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
		if (is_within(m->root, path)) {
			if (!x->except || !is_within(m->root, span_of(x->except)))
				audit_add(s->f, "mount.proc", "'%s' is writable (it is proc's %s)",
					  show(&target, m->target), x->path);
		} else if (m->root.n == 1 && !is_shielded(s, m, path)) {
			audit_add(s->f, "mount.proc", "'%s%s' is writable",
				  m->target.n == 1 ? "" : show(&target, m->target), x->path);
		}
	}
}

static void judge_sysfs(const struct state *s, const struct mountinfo *m)
{
	struct text target;

	/* sys:mixed leaves this part writable: the container's own network devices. */
	if (is_within(m->root, span_of("/devices/virtual/net")) && m->root.n > 1)
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
			if (same(option, name))
				return true;
		}
	}
	return false;
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
	if (find_cgroup(s, m, &own) &&
	    (s->in->in_own_cgroup ? same(m->root, own) : is_within(own, m->root)))
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
			      : !s->host_dev.root.p || device_of(m) != device_of(&s->host_dev))
			continue;
		if (x->kind == ROOT_ANY || (x->kind == ROOT_PATH && span_is(m->root, x->root)) ||
		    (x->kind == ROOT_BELOW && is_within(m->root, span_of(x->root)) &&
		     m->root.n > 1) ||
		    (x->kind == ROOT_PTY && is_pty(m->root)))
			return true;
	}
	return false;
}

static int compare_devices(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool is_on_host(const struct state *s, const struct mountinfo *m)
{
	uint64_t device = device_of(m);

	return s->n_host &&
	       bsearch(&device, s->host_device, s->n_host, sizeof(device), compare_devices);
}

/* A piece of its root file system in a second place. */
static bool is_own(const struct state *s, const struct mountinfo *m)
{
	return s->root.root.p && device_of(m) == device_of(&s->root) &&
	       is_within(m->root, s->root.root);
}

/* The container's root file system may lie on a file system of the host's, but not be its root. */
static void judge_root(const struct state *s, const struct mountinfo *m)
{
	if (s->host_root.root.p && device_of(m) == device_of(&s->host_root) &&
	    same(m->root, s->host_root.root))
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
	if (!is_writable(m))
		return;
	if (!s->in->idmapped && span_is(m->fstype, "proc"))
		judge_proc(s, m);
	if (!s->in->idmapped && span_is(m->fstype, "sysfs"))
		judge_sysfs(s, m);
	else if (is_on_host(s, m) && !is_own(s, m) && !is_exception(s, m))
		audit_add(s->f, "mount.host",
			  "the host's '%s' is writable at '%s'; if that is wanted, the policy "
			  "needs mount.allow for it",
			  show(&root, m->root), show(&target, m->target));
}

/* Reads a table into *ret; limit 0: none. */
static int read_table(struct span text, size_t limit, struct mountinfo **ret, size_t *ret_n)
{
	auto_free struct mountinfo *table = NULL;
	size_t n = 0, room = 0;
	struct mountinfo m;
	int r;

	while ((r = mountinfo_next(&text, &m)) > 0) {
		if (limit && n == limit)
			return -E2BIG;
		if (n == room) {
			struct mountinfo *p;

			room = room ? room * 2 : 64;
			p = reallocarray(table, room, sizeof(*p));
			if (!p)
				return -ENOMEM;
			table = p;
		}
		table[n++] = m;
	}
	if (r < 0)
		return r;
	if (!n)
		return -EINVAL;
	*ret = take_ptr(&table);
	*ret_n = n;
	return 0;
}

/* The host's table is only asked which file systems it shows; it may be long. */
static int read_host(struct state *s)
{
	auto_free struct mountinfo *table = NULL;
	size_t n;
	int r;

	r = read_table(s->in->host, 0, &table, &n);
	if (r < 0)
		return r;
	s->host_device = calloc(n, sizeof(*s->host_device));
	if (!s->host_device)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		s->host_device[i] = device_of(&table[i]);
		/* The last one on a place is the one that is seen. */
		if (span_is(table[i].target, "/"))
			s->host_root = table[i];
		else if (span_is(table[i].target, "/dev"))
			s->host_dev = table[i];
	}
	s->n_host = n;
	qsort(s->host_device, n, sizeof(*s->host_device), compare_devices);
	return 0;
}

int audit_judge_mounts(const struct audit_mounts *in, const struct policy *policy,
		       struct audit_findings *f)
{
	struct state s = { .in = in, .policy = policy, .f = f };
	auto_free struct mountinfo *table = NULL;
	auto_free uint64_t *devices = NULL;
	int r;

	r = read_table(in->container, CONTAINER_MOUNTS_MAX, &table, &s.n);
	if (r < 0)
		return r;
	s.mount = table;
	r = read_host(&s);
	devices = s.host_device;
	if (r < 0)
		return r;
	for (size_t i = 0; i < s.n; i++) {
		if (span_is(table[i].target, "/"))
			s.root = table[i];
	}
	for (size_t i = 0; i < s.n; i++) {
		if (in->may_unmount || !is_covered(&s, &s.mount[i]))
			judge(&s, &s.mount[i]);
	}
	return 0;
}
