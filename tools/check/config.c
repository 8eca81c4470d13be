/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a configuration leaves open, as LXC will set the container up: ids, namespaces,
 * devices, limits, the root file system, the security module.
 */
#include "config.h"

#include "tools/check/work.h"

#include <string.h>
#include <sys/stat.h>

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
			check_open_by(w, FACT_PRIVILEGED, s);
	}
	if (!any)
		check_open(&w->config, FACT_PRIVILEGED, CHECK_NOWHERE, NULL, NULL);
	w->out->idmapped = !check_has_fact(&w->config.facts, FACT_PRIVILEGED);
}

/* --- Namespaces ------------------------------------------------------------- */

const struct check_namespace check_namespaces[CHECK_N_NAMESPACES] = {
	{ "net", FACT_NS_NET }, { "pid", FACT_NS_PID },	      { "ipc", FACT_NS_IPC },
	{ "uts", FACT_NS_UTS }, { "cgroup", FACT_NS_CGROUP }, { "mnt", FACT_NS_MNT },
};

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
	const struct lxcconf_setting *clone = lxcconf_find_last(w->conf, "lxc.namespace.clone");
	const struct lxcconf_setting *s;
	size_t pos;

	for (size_t i = 0; i < CHECK_N_NAMESPACES; i++) {
		const struct check_namespace *ns = &check_namespaces[i];

		pos = 0;
		while ((s = lxcconf_find(w->conf, "lxc.namespace.keep", &pos))) {
			if (has_word(s->value, ns->name))
				check_open_by(w, ns->fact, s);
		}
		if (clone && !has_word(clone->value, ns->name))
			check_open_by(w, ns->fact, clone);
	}
	pos = 0;
	while ((s = lxcconf_find(w->conf, "lxc.namespace.share.", &pos)))
		check_open_by(w, FACT_NS_CONTAINER, s);
}

/* "none" shares the host's network, unless there is another interface. */
static void judge_network(struct check_work *w)
{
	const struct lxcconf_setting *s, *none = NULL;
	bool other = false;
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, "lxc.net.", &pos))) {
		const char *end = strrchr(s->key, '.');

		if (strcmp(end, ".type") != 0)
			continue;
		if (strcmp(s->value, "none") == 0)
			none = s;
		else
			other = true;
	}
	if (none && !other)
		check_open_by(w, FACT_NS_NET, none);
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
			check_open_by(w, FACT_DEVICES, s);
		}
	}
	if (!denied)
		check_open(&w->config, FACT_DEVICES, CHECK_NOWHERE,
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
		check_open(&w->config, FACT_LIMIT_MEMORY, CHECK_NOWHERE, NULL,
			   check_print(w->arena, "%s = 1G (or what it needs)", memory));
	if (!is_limit(lxcconf_get(w->conf, pids)))
		check_open(&w->config, FACT_LIMIT_PIDS, CHECK_NOWHERE, NULL,
			   check_print(w->arena, "%s = 1000 (or what it needs)", pids));
}

/* --- Root file system, security module, the rest ------------------------------ */

/* Every folder above it lets other users of the host through. */
static void judge_rootfs(struct check_work *w)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.rootfs.path");
	char path[4096];
	struct stat st;

	if (!s || strcmp(lxcconf_rootfs_path(s->value, NULL).p, "/") == 0) {
		check_open(&w->config, FACT_ROOTFS_HOST, s ? check_place_of(w, s) : CHECK_NOWHERE,
			   s ? s->value : "there is no lxc.rootfs.path", NULL);
		return;
	}
	if (!w->rootfs || span_copy(span_of(w->rootfs), path, sizeof(path)) < 0)
		return;
	for (char *slash = strrchr(path, '/'); slash && slash != path; slash = strrchr(path, '/')) {
		*slash = '\0';
		if (stat(path, &st) < 0 || !(st.st_mode & S_IXOTH))
			return;
	}
	check_open(&w->config, FACT_ROOTFS_OPEN, CHECK_NOWHERE, w->rootfs, NULL);
}

/* True if the command runs that program. */
static bool is_program(const char *command, const char *path)
{
	struct span rest = span_of(command), word;

	return span_next_word(&rest, &word) && span_is(word, path);
}

static void judge_lsm(struct check_work *w)
{
	const struct lxcconf_setting *profile = lxcconf_find_last(w->conf, "lxc.apparmor.profile");
	const struct lxcconf_setting *nesting =
		lxcconf_find_last(w->conf, "lxc.apparmor.allow_nesting");
	const struct lxcconf_setting *s;
	size_t pos = 0;

	if (!w->host->apparmor)
		check_open(&w->config, FACT_LSM_NONE, CHECK_NOWHERE,
			   "this host has none that LXC uses", NULL);
	else if (profile && strcmp(profile->value, "unconfined") == 0)
		check_open_by(w, FACT_LSM_NONE, profile);
	if (nesting && strcmp(nesting->value, "0") != 0) {
		for (size_t i = 0; i < w->n_entries; i++) {
			if (span_is(w->entries[i].target, "dev/.lxc"))
				return; /* covered before LXC mounts there */
		}
		while ((s = lxcconf_find(w->conf, "lxc.hook.mount", &pos))) {
			if (is_program(s->value, PKGLIBEXECDIR "/mount-cgroup"))
				return; /* takes them away: base.conf */
		}
		check_open_by(w, FACT_NESTING, nesting);
	}
}

static void judge_rest(struct check_work *w)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.keyring.session");
	size_t pos = 0;

	if (s && strcmp(s->value, "0") == 0)
		check_open_by(w, FACT_KEYRING, s);
	while ((s = lxcconf_find(w->conf, "lxc.hook.start", &pos)))
		check_open_by(w, FACT_HOOK_START, s);
}

void check_config(struct check_work *w)
{
	w->config.facts.caps = w->out->configured;
	judge_ids(w);
	judge_namespaces(w);
	judge_network(w);
	judge_devices(w);
	judge_limits(w);
	judge_rootfs(w);
	judge_lsm(w);
	judge_rest(w);
}
