/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Faults of a configuration that LXC loads: lines that do not do what they look like, or end
 * the start.  Those of includes, hooks and mounts have files of their own.
 */
#include "config.h"

#include "tools/check/work.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>

/* --- Lines ------------------------------------------------------------------- */

/*
 * The text of a line that is no setting is not shown, but for what looks like a key: whoever
 * owns the container may include any file, and this runs as root.
 */
static struct span key_of(const char *line)
{
	size_t n = 0;

	while ((line[n] >= 'a' && line[n] <= 'z') || line[n] == '.' || line[n] == '_')
		n++;
	if (n > 40 || !strchr(line, '=') || !strchr(" \t=:", line[n]))
		n = 0;
	return (struct span){ line, n };
}

static void judge_ignored(struct check_work *w)
{
	for (size_t i = 0; i < w->conf->n_settings; i++) {
		const struct lxcconf_setting *s = &w->conf->settings[i];
		struct span key;

		if (s->state != LXCCONF_IGNORED)
			continue;
		key = key_of(s->key);
		check_add(w, REASON_LINE_IGNORED, check_place_of(w, s), NULL, "%.*s", (int)key.n,
			  key.p);
	}
}

/* Where a '#' may well be meant: shell commands, mount data, profiles, environment. */
static bool takes_hash(const char *key)
{
	static const char *const keys[] = { "lxc.hook.",       "lxc.mount.",   "lxc.apparmor.raw",
					    "lxc.environment", "lxc.init.cmd", "lxc.execute.cmd" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strncmp(key, keys[i], strlen(keys[i])) == 0)
			return true;
	}
	return false;
}

static void judge_comments(struct check_work *w)
{
	for (size_t i = 0; i < w->conf->n_settings; i++) {
		const struct lxcconf_setting *s = &w->conf->settings[i];
		const char *hash = strchr(s->value, '#');

		if (s->state == LXCCONF_IN_FORCE && hash && hash != s->value &&
		    (hash[-1] == ' ' || hash[-1] == '\t') && !takes_hash(s->key))
			check_add(w, REASON_COMMENT_IN_VALUE, check_place_of(w, s), NULL, "%s = %s",
				  s->key, s->value);
	}
}

/* --- Ids ----------------------------------------------------------------------- */

struct range {
	char kind;
	uint64_t inside, outside, count;
};

static bool parse_range(const char *value, struct range *ret)
{
	struct span rest = span_of(value), kind, inside, outside, count;

	if (!span_next_word(&rest, &kind) || !span_next_word(&rest, &inside) ||
	    !span_next_word(&rest, &outside) || !span_next_word(&rest, &count) ||
	    span_parse_u64(inside, 10, UINT32_MAX, &ret->inside) < 0 ||
	    span_parse_u64(outside, 10, UINT32_MAX, &ret->outside) < 0 ||
	    span_parse_u64(count, 10, UINT32_MAX, &ret->count) < 0)
		return false;
	ret->kind = kind.p[0];
	return true;
}

static bool overlaps(uint64_t a, uint64_t b, const struct range *x, const struct range *y)
{
	return a < b + y->count && b < a + x->count;
}

static void judge_overlap(struct check_work *w, const struct lxcconf_setting *s,
			  const struct range *x)
{
	const struct lxcconf_setting *other;
	size_t pos = (size_t)(s - w->conf->settings) + 1;
	struct range y;

	while ((other = lxcconf_find(w->conf, "lxc.idmap", &pos))) {
		if (parse_range(other->value, &y) &&
		    (y.kind == x->kind || y.kind == 'b' || x->kind == 'b') &&
		    (overlaps(x->inside, y.inside, x, &y) ||
		     overlaps(x->outside, y.outside, x, &y)))
			check_add(w, REASON_IDMAP_OVERLAP, check_place_of(w, other), NULL,
				  "'%s' and '%s' at %s", other->value, s->value,
				  check_place_text(w, check_place_of(w, s)));
	}
}

static void judge_owner(struct check_work *w, bool owner_mapped)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.rootfs.path");
	const char *options = lxcconf_get(w->conf, "lxc.rootfs.options");
	struct stat st;

	if (owner_mapped || w->rootfd < 0 || fstat(w->rootfd, &st) < 0 ||
	    (options && strstr(options, "idmap=")))
		return;
	check_add(w, REASON_ROOTFS_OWNER, check_place_of(w, s), NULL, "'%s' belongs to uid %u",
		  w->rootfs, st.st_uid);
}

static void judge_ids(struct check_work *w)
{
	const struct lxcconf_setting *s, *first = NULL;
	bool root_u = false, root_g = false, owner = false;
	struct stat st = { 0 };
	struct range r;
	size_t pos = 0;

	if (w->rootfd >= 0 && fstat(w->rootfd, &st) < 0)
		owner = true;
	while ((s = lxcconf_find(w->conf, "lxc.idmap", &pos))) {
		first = first ? first : s;
		if (!parse_range(s->value, &r))
			continue;
		root_u = root_u || (r.kind != 'g' && r.inside == 0);
		root_g = root_g || (r.kind != 'u' && r.inside == 0);
		owner = owner || (r.kind != 'g' && st.st_uid >= r.outside &&
				  st.st_uid < r.outside + r.count);
		judge_overlap(w, s, &r);
	}
	if (!first)
		return;
	if (!root_u || !root_g)
		check_add(w, REASON_IDMAP_PARTIAL, check_place_of(w, first), NULL, "%s",
			  root_u   ? "the group 0 is not mapped"
			  : root_g ? "the user 0 is not mapped"
				   : "neither the user 0 nor the group 0 is mapped");
	judge_owner(w, owner);
}

/* --- What the guest's init needs ------------------------------------------------- */

static bool mounts_on(const struct check_work *w, const char *target)
{
	for (size_t i = 0; i < w->n_entries; i++) {
		if (span_is(w->entries[i].target, target))
			return true;
	}
	return false;
}

static void judge_init(struct check_work *w)
{
	static const unsigned int floor[] = { CAP_SETGID, CAP_SETUID, CAP_SETPCAP };

	if (w->init.kind != INITVER_SYSTEMD)
		return;
	if (!caps_has(w->out->configured, CAP_SYS_ADMIN) && !mounts_on(w, "run"))
		check_add(w, REASON_RUN_MISSING, check_cap_place(w, CAP_SYS_ADMIN), NULL, "%s", "");
	for (size_t i = 0; i < sizeof(floor) / sizeof(floor[0]); i++) {
		char name[32] = "";
		struct emit e = EMIT_INIT(name);

		caps_emit_name(&e, floor[i]);
		if (!caps_has(w->out->configured, floor[i]))
			check_add(w, REASON_CAP_FLOOR, check_cap_place(w, floor[i]), NULL, "%s",
				  name);
	}
}

/* --- Cgroups ------------------------------------------------------------------- */

/* "memory" of "lxc.cgroup2.memory.max" */
static struct span controller_of(const char *key, const char *top)
{
	struct span rest = span_of(key + strlen(top)), controller = { "", 0 };

	(void)span_next_field(&rest, '.', &controller); /* of none it stays empty */
	return controller;
}

/* Settings for the other kind of host, of a controller that this kind has nothing for. */
static void judge_cgroups(struct check_work *w)
{
	const char *dead = w->host->unified ? "lxc.cgroup." : "lxc.cgroup2.";
	const char *alive = w->host->unified ? "lxc.cgroup2." : "lxc.cgroup.";
	const struct lxcconf_setting *s, *twin;
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, dead, &pos))) {
		struct span controller = controller_of(s->key, dead);
		bool found = false;
		size_t at = 0;

		while (!found && (twin = lxcconf_find(w->conf, alive, &at)))
			found = span_same(controller_of(twin->key, alive), controller);
		if (!found && strcmp(s->key, "lxc.cgroup.relative") != 0 &&
		    !span_is(controller, "dir"))
			check_add(w, REASON_CGROUP_IGNORED, check_place_of(w, s), NULL, "%s = %s",
				  s->key, s->value);
	}
}

void check_faults(struct check_work *w)
{
	judge_ignored(w);
	judge_comments(w);
	judge_ids(w);
	judge_init(w);
	judge_cgroups(w);
}
