/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mount entries: their faults, and what of the host's they put into the container.
 */
#include "config.h"

#include "tools/check/work.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/apifs.h"
#include "lib/cleanup.h"
#include "lib/mountinfo.h"
#include "lib/rootfs.h"

/* --- What of the host's is inside ------------------------------------------------ */

/* A later entry lies on it, as the fragments' covers do on what Ubuntu's and Incus' bind. */
static bool is_covered_later(const struct check_work *w, size_t index)
{
	for (size_t i = index + 1; i < w->n_entries; i++) {
		if (span_is_within(w->entries[index].target, w->entries[i].target) &&
		    span_is(w->entries[i].m.type, "tmpfs"))
			return true;
	}
	return false;
}

/* Programs that are one inode for all who have them; their root owns it only with its own ids. */
static bool is_shared(const struct check_work *w, const char *source)
{
	struct stat st;

	return !w->out->idmapped && stat(source, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111) && st.st_uid == 0;
}

static void open_entry(struct check_work *w, enum check_fact fact, const struct check_entry *e,
		       const char *source)
{
	check_open(&w->config, fact, check_place_of(w, e->setting),
		   check_print(w->arena, "'%s' at '/%.*s'", source, (int)e->target.n, e->target.p),
		   NULL);
}

/* A new mount of such a file system is the kernel's own, whether or not the host has it. */
static void judge_new(struct check_work *w, size_t index)
{
	const struct check_entry *e = &w->entries[index];

	if (check_is_kernel_wide(e->m.type) && !is_covered_later(w, index))
		open_entry(w, mountentry_has(&e->m, "ro") ? FACT_MOUNT_SECRETS : FACT_MOUNT_KERNEL,
			   e, check_copy(w->arena, e->m.type));
}

static void judge_exposure(struct check_work *w, size_t index)
{
	const struct check_entry *e = &w->entries[index];
	char source[PATH_MAX];
	enum check_fact fact;
	bool by_nature;

	/* A file system on a disk of the host's is not the disk. */
	if (!mountentry_is_bind(&e->m)) {
		judge_new(w, index);
		return;
	}
	if (mountinfo_unescape(e->m.source, source, sizeof(source)) < 0 || source[0] != '/' ||
	    mountentry_has(&e->m, "relative"))
		return;
	fact = check_classify_bind(&e->m, source, &by_nature);
	if (by_nature && is_covered_later(w, index))
		return;
	if (fact != FACT_N)
		open_entry(w, fact, e, source);
	if (is_shared(w, source))
		open_entry(w, FACT_MOUNT_SHARED, e, source);
}

static bool has_word_of(const struct check_work *w, const char *key, const char *text)
{
	const struct lxcconf_setting *s;
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, key, &pos))) {
		if (strstr(s->value, text))
			return true;
	}
	return false;
}

/* Beneath what LXC itself mounts: nothing is in there yet that a guest made. */
static bool is_beneath_lxcs(const struct check_work *w, struct span target)
{
	const struct lxcconf_setting *autodev = lxcconf_find_last(w->conf, "lxc.autodev");

	return (span_is_within(target, span_of("dev")) &&
		(!autodev || strcmp(autodev->value, "0") != 0)) ||
	       (span_is_within(target, span_of("proc")) &&
		has_word_of(w, "lxc.mount.auto", "proc")) ||
	       (span_is_within(target, span_of("sys")) && has_word_of(w, "lxc.mount.auto", "sys"));
}

/* File systems that are new, or the kernel's own, at each start. */
static bool is_fresh(const struct mountentry *m)
{
	static const char *const types[] = { "tmpfs",  "proc",	 "sysfs",  "devpts",
					     "mqueue", "cgroup", "cgroup2" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (span_is(m->type, types[i]))
			return true;
	}
	return false;
}

/*
 * The entry in which the target of that one lies when its turn comes; NULL: in what LXC mounts,
 * or in the root file system.  One that may be left out is there if that is the worse.
 */
static const struct check_entry *find_above(const struct check_work *w, size_t index)
{
	const struct check_entry *above = NULL;

	for (size_t i = 0; i < index; i++) {
		const struct check_entry *e = &w->entries[i];

		if (span_is_within(w->entries[index].target, e->target) &&
		    (!mountentry_has(&e->m, "optional") || !is_fresh(&e->m)))
			above = e;
	}
	return above;
}

/*
 * A mount point that LXC makes by a path of which the guest has written a part: a link there
 * leads it to the host.  In an id-mapped container it has no more than the guest's own powers.
 */
static void judge_create(struct check_work *w, size_t index)
{
	const struct check_entry *e = &w->entries[index], *above = find_above(w, index);
	struct span below = e->target;

	if (w->out->idmapped || !mountentry_has(&e->m, "create="))
		return;
	if (above ? is_fresh(&above->m) : is_beneath_lxcs(w, e->target))
		return;
	if (above) {
		below.p += above->target.n;
		below.n -= above->target.n;
		below = mountentry_strip(below);
	}
	/* One name, if it is a link, is there already, and LXC mounts on none. */
	if (memchr(below.p, '/', below.n))
		check_open(&w->config, FACT_MOUNT_CREATE, check_place_of(w, e->setting),
			   check_print(w->arena, "'/%.*s'", (int)e->target.n, e->target.p), NULL);
}

/* --- Faults --------------------------------------------------------------------- */

static void judge_hidden(struct check_work *w, size_t index)
{
	const struct check_entry *e = &w->entries[index], *later;
	struct check_place place = check_place_of(w, e->setting);

	/* There a later one is a mask, and meant. */
	if (span_starts(e->target, "proc") || span_starts(e->target, "sys") ||
	    span_starts(e->target, "dev/.lx"))
		return;
	for (size_t i = index + 1; i < w->n_entries; i++) {
		later = &w->entries[i];
		if (!span_is_within(e->target, later->target))
			continue;
		/* The same again, as when a fragment and the configuration both have a tmpfs. */
		if (e->target.n == later->target.n && span_is(e->m.type, "tmpfs"))
			continue;
		check_add(w, REASON_MOUNT_HIDDEN, place, NULL, "'/%.*s', hidden at %s by '/%.*s'",
			  (int)e->target.n, e->target.p,
			  check_place_text(w, check_place_of(w, later->setting)),
			  (int)later->target.n, later->target.p);
		return;
	}
}

static void judge_source(struct check_work *w, const struct check_entry *e)
{
	char source[PATH_MAX];
	struct stat st;

	if (!mountentry_is_bind(&e->m) || mountentry_has(&e->m, "optional") ||
	    mountentry_has(&e->m, "relative") ||
	    mountinfo_unescape(e->m.source, source, sizeof(source)) < 0 || source[0] != '/' ||
	    stat(source, &st) == 0 || errno != ENOENT)
		return;
	check_add(w, REASON_MOUNT_SOURCE, check_place_of(w, e->setting), NULL, "'%s'", source);
}

/* True if the target is on a file system that is empty then, and no entry has been at it. */
static bool is_new_above(const struct check_work *w, size_t index)
{
	const struct check_entry *above = find_above(w, index);

	for (size_t i = 0; i < index; i++) {
		if (span_is_within(w->entries[i].target, w->entries[index].target))
			return false;
	}
	return above ? span_is(above->m.type, "tmpfs")
		     : is_beneath_lxcs(w, w->entries[index].target);
}

static void judge_target(struct check_work *w, size_t index)
{
	const struct check_entry *e = &w->entries[index];
	char target[PATH_MAX], strip[PATH_MAX];

	if (w->rootfd < 0 || mountentry_has(&e->m, "create=") ||
	    mountentry_has(&e->m, "optional") || span_copy(e->target, strip, sizeof(strip)) < 0 ||
	    !strip[0] || mountinfo_unescape(span_of(strip), target, sizeof(target)) < 0)
		return;
	/* On a new file system nothing is there; mount-cgroup makes these after all entries. */
	if (apifs_is(target) && is_new_above(w, index)) {
		check_add(w, REASON_MOUNT_TARGET, check_place_of(w, e->setting), NULL, "'/%s'",
			  target);
		return;
	}
	/* LXC mounts these itself, and what is below them is not the root file system's. */
	if (span_is_within(e->target, span_of("dev")) ||
	    span_is_within(e->target, span_of("proc")) || span_is_within(e->target, span_of("sys")))
		return;
	for (size_t i = 0; i < index; i++) {
		if (span_is_within(e->target, w->entries[i].target))
			return;
	}
	auto_close int fd = rootfs_open_at(w->rootfd, target, O_PATH);

	if (fd == -ENOENT)
		check_add(w, REASON_MOUNT_TARGET, check_place_of(w, e->setting), NULL, "'/%s'",
			  target);
}

/*
 * LXC takes an absolute target for one that begins with the root file system's path, and passes
 * over any other.  False: it is one of those.
 */
static bool find_target(const struct check_work *w, struct span value, struct span *ret)
{
	char own[PATH_MAX], target[PATH_MAX];
	const char *at, *path;

	*ret = mountentry_strip(value);
	if (value.p[0] != '/' || span_copy(value, target, sizeof(target)) < 0)
		return true;
	(void)snprintf(own, sizeof(own), "%s/%s/rootfs", w->out->lxcpath,
		       w->out->name); /* or cut */
	path = own;
	at = strstr(target, own);
	if (!at && w->rootfs) {
		path = w->rootfs;
		at = strstr(target, path);
	}
	if (!at)
		return false;
	value.p += (size_t)(at - target) + strlen(path);
	value.n -= (size_t)(at - target) + strlen(path);
	*ret = mountentry_strip(value);
	return true;
}

static void judge_fstab(struct check_work *w)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.mount.fstab");
	struct stat st;

	if (s && stat(s->value, &st) < 0 && errno == ENOENT)
		check_add(w, REASON_FSTAB_MISSING, check_place_of(w, s), NULL, "'%s'", s->value);
}

void check_entries(struct check_work *w)
{
	const struct lxcconf_setting *s;
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, "lxc.mount.entry", &pos))) {
		struct check_place place = check_place_of(w, s);
		struct check_entry e = { .setting = s };
		int r = mountentry_parse(span_of(s->value), &e.m);

		if (r < 0 || !e.m.type.n || !e.m.options.n)
			check_add(w, REASON_MOUNT_FIELDS, place, NULL, "%s", s->value);
		if (r < 0)
			continue;
		if (!find_target(w, e.m.target, &e.target))
			check_add(w, REASON_MOUNT_IGNORED, place, NULL, "%s", s->value);
		else if (w->n_entries < CHECK_ENTRIES_MAX)
			w->entries[w->n_entries++] = e;
	}
}

void check_mounts(struct check_work *w)
{
	judge_fstab(w);
	for (size_t i = 0; i < w->n_entries; i++) {
		judge_exposure(w, i);
		judge_create(w, i);
		judge_hidden(w, i);
		judge_source(w, &w->entries[i]);
		judge_target(w, i);
	}
}
