/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a configuration leaves open, as LXC will set the container up: namespaces, /proc and
 * /sys, devices, limits, mounts, the security module.  What its system call filter lets
 * through is in check-calls.c.
 */
#include "config.h"

#include "tools/check-work.h"

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NOWHERE ((struct check_place){ NULL, 0 })

static void set(struct check_work *w, enum check_fact fact, size_t setting)
{
	const struct lxcconf_setting *s = &w->conf->settings[setting];

	check_open(&w->config, fact, check_setting_place(w, setting),
		   check_print(w->arena, "%s = %s", s->key, s->value), NULL);
}

/* The index of the last setting in force of that key; LXCCONF_NONE. */
static size_t find_last(const struct lxcconf *conf, const char *key)
{
	const struct lxcconf_setting *s;
	size_t pos = 0, last = LXCCONF_NONE;

	while ((s = lxcconf_find(conf, key, &pos)))
		last = (size_t)(s - conf->settings);
	return last;
}

/* --- Ids -------------------------------------------------------------------- */

/* "u 0 100000 65536": any of it that is the host's 0 makes root of it. */
static bool maps_host_root(struct span value)
{
	struct span kind, inside, outside;
	uint64_t first;

	return span_next_word(&value, &kind) && span_next_word(&value, &inside) &&
	       span_next_word(&value, &outside) &&
	       span_parse_u64(outside, 10, UINT32_MAX, &first) == 0 && first == 0;
}

static void judge_ids(struct check_work *w)
{
	const struct lxcconf_setting *s;
	bool any = false;
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, "lxc.idmap", &pos))) {
		any = true;
		if (maps_host_root(span_of(s->value)))
			set(w, FACT_PRIVILEGED, (size_t)(s - w->conf->settings));
	}
	if (!any)
		check_open(&w->config, FACT_PRIVILEGED, NOWHERE, NULL, NULL);
	w->out->idmapped = !check_has_fact(&w->config.facts, FACT_PRIVILEGED);
}

/* --- Namespaces ------------------------------------------------------------- */

static const struct {
	const char *name;
	enum check_fact fact;
} namespaces[] = {
	{ "net", FACT_NS_NET }, { "pid", FACT_NS_PID },	      { "ipc", FACT_NS_IPC },
	{ "uts", FACT_NS_UTS }, { "cgroup", FACT_NS_CGROUP }, { "mnt", FACT_NS_MNT },
};
#define N_NAMESPACES (sizeof(namespaces) / sizeof(namespaces[0]))

static bool has_word(const char *value, const char *wanted)
{
	struct span rest = span_of(value), word;

	while (span_next_word(&rest, &word)) {
		if (span_is(word, wanted))
			return true;
	}
	return false;
}

/* keep names those that stay the host's; clone those that do not. */
static void judge_namespaces(struct check_work *w)
{
	size_t clone = find_last(w->conf, "lxc.namespace.clone"), pos = 0;
	const struct lxcconf_setting *s;

	for (size_t i = 0; i < N_NAMESPACES; i++) {
		pos = 0;
		while ((s = lxcconf_find(w->conf, "lxc.namespace.keep", &pos))) {
			if (has_word(s->value, namespaces[i].name))
				set(w, namespaces[i].fact, (size_t)(s - w->conf->settings));
		}
		if (clone != LXCCONF_NONE &&
		    !has_word(w->conf->settings[clone].value, namespaces[i].name))
			set(w, namespaces[i].fact, clone);
	}
	pos = 0;
	while ((s = lxcconf_find(w->conf, "lxc.namespace.share.", &pos)))
		set(w, FACT_NS_CONTAINER, (size_t)(s - w->conf->settings));
}

/* "none" shares the host's network, unless there is another interface. */
static void judge_network(struct check_work *w)
{
	const struct lxcconf_setting *s;
	size_t pos = 0, none = LXCCONF_NONE;
	bool other = false;

	while ((s = lxcconf_find(w->conf, "lxc.net.", &pos))) {
		const char *end = strrchr(s->key, '.');

		if (strcmp(end, ".type") != 0)
			continue;
		if (strcmp(s->value, "none") == 0)
			none = (size_t)(s - w->conf->settings);
		else
			other = true;
	}
	if (none != LXCCONF_NONE && !other)
		set(w, FACT_NS_NET, none);
}

/* --- /proc, /sys, cgroups ----------------------------------------------------- */

enum { AUTO_PROC, AUTO_SYS, AUTO_CGROUP };

/* The word of lxc.mount.auto that decides a group, without a word empty. */
static struct span auto_word(const struct lxcconf *conf, int group)
{
	static const char *const names[] = { "proc", "sys", "cgroup" };
	struct span rest, word, found = { "", 0 };

	if (conf->auto_by[group] == LXCCONF_NONE)
		return found;
	rest = span_of(conf->settings[conf->auto_by[group]].value);
	while (span_next_word(&rest, &word)) {
		if (span_starts(word, names[group]))
			found = word; /* the last one counts */
	}
	return found;
}

bool check_entry_covers(const struct check_work *w, const char *path, bool ro_is_enough)
{
	bool covered = false;

	for (size_t i = 0; i < w->n_entries; i++) {
		const struct check_entry *e = &w->entries[i];

		/* On all of /proc or /sys: that one's own matter. */
		if (!memchr(e->target.p, '/', e->target.n) ||
		    !mountentry_is_within(span_of(path), e->target))
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
		if (!check_entry_covers(w, *paths, ro_is_enough))
			emit_printf(&e, "%s/%s", e.len ? ", " : "", *paths);
	}
	return e.len ? check_copy(w->arena, span_of(text)) : NULL;
}

static void judge_paths(struct check_work *w, enum check_fact fact, enum check_paths paths,
			bool ro_is_enough)
{
	const char *text = uncovered(w, paths, ro_is_enough);

	if (text)
		check_open(&w->config, fact, NOWHERE, text, NULL);
}

static void judge_proc(struct check_work *w)
{
	struct span word = auto_word(w->conf, AUTO_PROC);

	if (span_is(word, "proc:rw"))
		set(w, FACT_PROC_SYS, w->conf->auto_by[AUTO_PROC]);
	else if (!word.n && caps_has(w->out->configured, CAP_SYS_ADMIN))
		check_open(&w->config, FACT_PROC_SYS, NOWHERE,
			   "no proc in lxc.mount.auto: the guest mounts it itself", NULL);
	judge_paths(w, FACT_PROC_SWITCHES, CHECK_PATHS_SWITCHES, true);
	judge_paths(w, FACT_PROC_KERNEL, CHECK_PATHS_KERNEL, false);
	judge_paths(w, FACT_PROC_HOST, CHECK_PATHS_HOST, false);
}

static void judge_sys(struct check_work *w)
{
	static const char fuse[] = "sys/fs/fuse/connections";
	struct span word = auto_word(w->conf, AUTO_SYS);

	if (span_is(word, "sys:rw"))
		set(w, FACT_SYS_RW, w->conf->auto_by[AUTO_SYS]);
	else if (!word.n && caps_has(w->out->configured, CAP_SYS_ADMIN))
		check_open(&w->config, FACT_SYS_RW, NOWHERE,
			   "no sys in lxc.mount.auto: the guest mounts it itself", NULL);
	judge_paths(w, FACT_SYS_HOST, CHECK_PATHS_SYS, false);
	for (size_t i = 0; i < w->n_entries; i++) {
		if (span_is(w->entries[i].target, fuse) &&
		    !mountentry_has(&w->entries[i].m, "ro") && !check_entry_covers(w, fuse, true))
			set(w, FACT_SYS_FUSE, w->entries[i].setting);
	}
}

static void judge_cgroup(struct check_work *w)
{
	if (span_starts(auto_word(w->conf, AUTO_CGROUP), "cgroup-full"))
		set(w, FACT_CGROUP_HOST, w->conf->auto_by[AUTO_CGROUP]);
}

/* --- Devices and limits ------------------------------------------------------- */

/* "b 8:0 rwm", "a", "c 1:1 r": disks, memory, or everything; to make a node is not to use it. */
static bool allows_disks(const char *value)
{
	struct span rest = span_of(value), type, number, access;

	if (!span_next_word(&rest, &type))
		return false;
	if (span_is(type, "a"))
		return true;
	if (!span_next_word(&rest, &number) || !span_next_word(&rest, &access) ||
	    (!memchr(access.p, 'r', access.n) && !memchr(access.p, 'w', access.n)))
		return false;
	return span_is(type, "b") || span_starts(number, "*:") || span_is(number, "1:1") ||
	       span_is(number, "1:2") || span_is(number, "1:4") || span_is(number, "1:*");
}

static void judge_devices(struct check_work *w)
{
	const char *top = w->host->unified ? "lxc.cgroup2.devices." : "lxc.cgroup.devices.";
	const struct lxcconf_setting *s;
	bool denied = false;
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, top, &pos))) {
		bool deny = strcmp(s->key + strlen(top), "deny") == 0;

		if (deny && s->value[0] == 'a') {
			denied = true;
			check_close(&w->config, FACT_DEVICES);
		} else if (!deny && allows_disks(s->value)) {
			set(w, FACT_DEVICES, (size_t)(s - w->conf->settings));
		}
	}
	if (!denied)
		check_open(&w->config, FACT_DEVICES, NOWHERE,
			   check_print(w->arena, "no %sdeny = a", top), NULL);
}

static bool is_limit(const char *value)
{
	return value && strcmp(value, "max") != 0 && value[0] != '-';
}

static void judge_limits(struct check_work *w)
{
	bool v2 = w->host->unified;
	const char *memory = v2 ? "lxc.cgroup2.memory.max" : "lxc.cgroup.memory.limit_in_bytes";
	const char *pids = v2 ? "lxc.cgroup2.pids.max" : "lxc.cgroup.pids.max";

	if (!is_limit(lxcconf_get(w->conf, memory)))
		check_open(&w->config, FACT_LIMIT_MEMORY, NOWHERE, NULL,
			   check_print(w->arena, "%s = 1G (or what it needs)", memory));
	if (!is_limit(lxcconf_get(w->conf, pids)))
		check_open(&w->config, FACT_LIMIT_PIDS, NOWHERE, NULL,
			   check_print(w->arena, "%s = 1000 (or what it needs)", pids));
}

/* --- Root file system, security module, the rest ------------------------------ */

/* Every folder above it lets other users of the host through. */
static void judge_rootfs(struct check_work *w)
{
	const char *value = lxcconf_get(w->conf, "lxc.rootfs.path");
	char path[4096];
	struct stat st;

	if (!value || strcmp(lxcconf_rootfs_path(value, NULL).p, "/") == 0) {
		size_t setting = find_last(w->conf, "lxc.rootfs.path");

		check_open(&w->config, FACT_ROOTFS_HOST,
			   setting == LXCCONF_NONE ? NOWHERE : check_setting_place(w, setting),
			   value ? value : "there is no lxc.rootfs.path", NULL);
		return;
	}
	if (!w->rootfs || span_copy(span_of(w->rootfs), path, sizeof(path)) < 0)
		return;
	for (char *slash = strrchr(path, '/'); slash && slash != path; slash = strrchr(path, '/')) {
		*slash = '\0';
		if (stat(path, &st) < 0 || !(st.st_mode & S_IXOTH))
			return;
	}
	check_open(&w->config, FACT_ROOTFS_OPEN, NOWHERE, w->rootfs, NULL);
}

static void judge_lsm(struct check_work *w)
{
	size_t setting = find_last(w->conf, "lxc.apparmor.profile");
	size_t nesting = find_last(w->conf, "lxc.apparmor.allow_nesting");

	if (!w->host->apparmor)
		check_open(&w->config, FACT_LSM_NONE, NOWHERE, "this host has none that LXC uses",
			   NULL);
	else if (setting != LXCCONF_NONE &&
		 strcmp(w->conf->settings[setting].value, "unconfined") == 0)
		set(w, FACT_LSM_NONE, setting);
	if (nesting != LXCCONF_NONE && strcmp(w->conf->settings[nesting].value, "0") != 0) {
		for (size_t i = 0; i < w->n_entries; i++) {
			if (span_is(w->entries[i].target, "dev/.lxc"))
				return; /* covered before LXC mounts there: base.conf */
		}
		set(w, FACT_NESTING, nesting);
	}
}

static void judge_rest(struct check_work *w)
{
	size_t keyring = find_last(w->conf, "lxc.keyring.session");
	const struct lxcconf_setting *s;
	size_t pos = 0;

	if (keyring != LXCCONF_NONE && strcmp(w->conf->settings[keyring].value, "0") == 0)
		set(w, FACT_KEYRING, keyring);
	while ((s = lxcconf_find(w->conf, "lxc.hook.start", &pos)))
		set(w, FACT_HOOK_START, (size_t)(s - w->conf->settings));
}

void check_config(struct check_work *w)
{
	w->config.facts.caps = w->out->configured;
	judge_ids(w);
	judge_namespaces(w);
	judge_network(w);
	judge_proc(w);
	judge_sys(w);
	judge_cgroup(w);
	judge_devices(w);
	judge_limits(w);
	judge_rootfs(w);
	judge_lsm(w);
	judge_rest(w);
}
