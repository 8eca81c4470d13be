/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a configuration leaves open of /proc, /sys and the cgroups: by lxc.mount.auto, and by
 * the mount entries that cover paths in them.
 */
#include "config.h"

#include "tools/check/work.h"

#include <linux/capability.h>
#include <string.h>

/* The word of lxc.mount.auto that decides a group, without a word empty. */
static struct span auto_word(const struct lxcconf *conf, enum lxcconf_auto group)
{
	struct span rest, word, found = { "", 0 };

	if (conf->auto_by[group] == LXCCONF_NONE)
		return found;
	rest = span_of(conf->settings[conf->auto_by[group]].value);
	while (span_next_word(&rest, &word)) {
		if (span_starts(word, lxcconf_autos[group]))
			found = word; /* the last one counts */
	}
	return found;
}

static void open_auto(struct check_work *w, enum check_fact fact, enum lxcconf_auto group)
{
	check_open_by(w, fact, &w->conf->settings[w->conf->auto_by[group]]);
}

/* Is there an entry that covers that path with nothing, or read-only? */
static bool is_covered(const struct check_work *w, const char *path, bool ro_is_enough)
{
	bool covered = false;

	for (size_t i = 0; i < w->n_entries; i++) {
		const struct check_entry *e = &w->entries[i];

		/* On all of /proc or /sys: that one's own matter. */
		if (!memchr(e->target.p, '/', e->target.n) ||
		    !span_is_within(span_of(path), e->target))
			continue;
		if (span_is(e->m.type, "tmpfs") || span_is(e->m.source, "/dev/null") ||
		    (ro_is_enough && mountentry_has(&e->m, "ro")))
			covered = true;
		else if (!mountentry_has(&e->m, "ro"))
			covered = false; /* a later one uncovers it again */
	}
	return covered;
}

/* Those of the list that nothing covers, as one text; NULL for none. */
static const char *uncovered(struct check_work *w, enum check_paths which, bool ro_is_enough)
{
	const char *const *paths = w->host->paths[which];
	char text[400] = "";
	struct emit e = EMIT_INIT(text);

	for (; *paths; paths++) {
		if (!is_covered(w, *paths, ro_is_enough))
			emit_printf(&e, "%s/%s", e.len ? ", " : "", *paths);
	}
	return e.len ? check_copy(w->arena, span_of(text)) : NULL;
}

static void judge_paths(struct check_work *w, enum check_fact fact, enum check_paths paths,
			bool ro_is_enough)
{
	const char *text = uncovered(w, paths, ro_is_enough);

	if (text)
		check_open(&w->config, fact, CHECK_NOWHERE, text, NULL);
}

static void judge_proc(struct check_work *w)
{
	struct span word = auto_word(w->conf, LXCCONF_AUTO_PROC);

	if (span_is(word, "proc:rw"))
		open_auto(w, FACT_PROC_SYS, LXCCONF_AUTO_PROC);
	else if (!word.n && caps_has(w->out->configured, CAP_SYS_ADMIN))
		check_open(&w->config, FACT_PROC_SYS, CHECK_NOWHERE,
			   "no proc in lxc.mount.auto: the guest mounts it itself", NULL);
	judge_paths(w, FACT_PROC_SWITCHES, CHECK_PATHS_SWITCHES, true);
	judge_paths(w, FACT_PROC_KERNEL, CHECK_PATHS_KERNEL, false);
	judge_paths(w, FACT_PROC_HOST, CHECK_PATHS_HOST, false);
}

static void judge_sys(struct check_work *w)
{
	static const char fuse[] = "sys/fs/fuse/connections";
	struct span word = auto_word(w->conf, LXCCONF_AUTO_SYS);

	if (span_is(word, "sys:rw"))
		open_auto(w, FACT_SYS_RW, LXCCONF_AUTO_SYS);
	else if (!word.n && caps_has(w->out->configured, CAP_SYS_ADMIN))
		check_open(&w->config, FACT_SYS_RW, CHECK_NOWHERE,
			   "no sys in lxc.mount.auto: the guest mounts it itself", NULL);
	judge_paths(w, FACT_SYS_HOST, CHECK_PATHS_SYS, false);
	for (size_t i = 0; i < w->n_entries; i++) {
		if (span_is(w->entries[i].target, fuse) &&
		    !mountentry_has(&w->entries[i].m, "ro") && !is_covered(w, fuse, true))
			check_open_by(w, FACT_SYS_FUSE, w->entries[i].setting);
	}
}

static void judge_cgroup(struct check_work *w)
{
	if (span_starts(auto_word(w->conf, LXCCONF_AUTO_CGROUP), "cgroup-full"))
		open_auto(w, FACT_CGROUP_HOST, LXCCONF_AUTO_CGROUP);
}

void check_proc(struct check_work *w)
{
	judge_proc(w);
	judge_sys(w);
	judge_cgroup(w);
}
