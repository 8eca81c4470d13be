/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a container reaches without a path or a capability of its own, as far as its
 * configuration says: init's working directory, device nodes of its root file system, the
 * host's network by the other ends of its interfaces, its own limits.
 */
#include "config.h"

#include "tools/check/work.h"

#include <string.h>

#include "lib/mountinfo.h"

/* Does a hook of that kind run that program? */
static bool has_hook(const struct check_work *w, const char *key, const char *path)
{
	const struct lxcconf_setting *s;
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, key, &pos))) {
		struct span rest = span_of(s->value), word;

		if (span_next_word(&rest, &word) && span_is(word, path))
			return true;
	}
	return false;
}

/* --- Faults ---------------------------------------------------------------------- */

/* LXC enters it by links that the guest has made, and looks at nothing. */
static void judge_cwd(struct check_work *w)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.init.cwd");

	if (s && strcmp(s->value, "/") != 0)
		check_add(w, REASON_INIT_CWD, check_place_of(w, s), NULL, "%s = %s", s->key,
			  s->value);
}

static void judge_autodev(struct check_work *w)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.autodev");
	struct check_finding *f;

	if (!s || strcmp(s->value, "0") != 0)
		return;
	f = check_add(w, REASON_DEV_NONE, check_place_of(w, s), NULL, "%s = %s", s->key, s->value);
	if (f && has_hook(w, "lxc.hook.start-host", PKGLIBEXECDIR "/cap-audit"))
		f->severity = CHECK_BROKEN;
}

/* --- Exposure --------------------------------------------------------------------- */

static void judge_nodes(struct check_work *w)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.rootfs.options");

	if ((s && mountinfo_has_option(span_of(s->value), "nodev")) ||
	    has_hook(w, "lxc.hook.mount", PKGLIBEXECDIR "/mount-cgroup"))
		return;
	check_open(&w->config, FACT_ROOTFS_DEV, s ? check_place_of(w, s) : CHECK_NOWHERE,
		   "its root file system is mounted without 'nodev'", NULL);
}

/* Interfaces whose other end, or lower one, is in the host's network. */
static bool is_linked(const char *type)
{
	static const char *const types[] = { "veth", "macvlan", "ipvlan", "phys", "vlan" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(type, types[i]) == 0)
			return true;
	}
	return false;
}

static void judge_links(struct check_work *w)
{
	const struct lxcconf_setting *s;
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, "lxc.net.", &pos))) {
		const char *end = strrchr(s->key, '.');

		/* lxc.net.0.type, not lxc.net.0.veth.type, should there ever be one. */
		if (strcmp(end, ".type") == 0 && is_linked(s->value))
			check_open_by(w, FACT_NET_LINK, s);
	}
}

static bool is_limit(const struct lxcconf_setting *s)
{
	return s && strcmp(s->value, "max") != 0 && s->value[0] != '-';
}

/* The first of the container's limits of memory and processes that stands there. */
static const struct lxcconf_setting *find_limit(const struct check_work *w)
{
	static const char *const keys[2][2] = {
		{ "lxc.cgroup.memory.limit_in_bytes", "lxc.cgroup.pids.max" },
		{ "lxc.cgroup2.memory.max", "lxc.cgroup2.pids.max" },
	};

	for (size_t i = 0; i < 2; i++) {
		const struct lxcconf_setting *s =
			lxcconf_find_last(w->conf, keys[w->host->unified][i]);

		if (is_limit(s))
			return s;
	}
	return NULL;
}

/*
 * Files of its own cgroup belong to root, so id-mapped they are out of reach.  On v2 the kernel
 * keeps the root of a cgroup namespace from them where the host mounts "nsdelegate".
 */
static void judge_limits(struct check_work *w)
{
	const struct lxcconf_setting *s = find_limit(w);
	const size_t by = w->conf->auto_by[LXCCONF_AUTO_CGROUP];
	const char *words = by == LXCCONF_NONE ? "" : w->conf->settings[by].value;

	if (!s || w->out->idmapped)
		return;
	if (w->host->unified
		    ? w->host->nsdelegate || lxcconf_get(w->conf, "lxc.cgroup.dir.container.inner")
		    : !strstr(words, "cgroup") || strstr(words, "cgroup:ro"))
		return;
	check_open(&w->config, FACT_LIMIT_OWN, check_place_of(w, s),
		   check_print(w->arena, "%s = %s", s->key, s->value), NULL);
}

void check_objects(struct check_work *w)
{
	judge_cwd(w);
	judge_autodev(w);
	judge_nodes(w);
	judge_links(w);
	judge_limits(w);
}
