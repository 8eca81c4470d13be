/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Faults of hooks: what LXC does not find or cannot run, and what somebody else than the one
 * who starts the container can replace.
 */
#include "config.h"

#include "tools/check/work.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/rootfs.h"
#include "tools/container/path-stranger.h"

static const struct {
	const char *key;
	bool mapped; /* runs as the container's root if ids are mapped */
	bool ends;   /* its failure ends the start */
} host_hooks[] = {
	{ "lxc.hook.pre-start", false, true },	{ "lxc.hook.pre-mount", true, true },
	{ "lxc.hook.mount", true, true },	{ "lxc.hook.autodev", true, true },
	{ "lxc.hook.start-host", false, true }, { "lxc.hook.stop", false, false },
	{ "lxc.hook.post-stop", false, false }, { "lxc.hook.clone", false, false },
	{ "lxc.hook.destroy", false, false },
};

bool check_path_is_writable(struct check_work *w, const char *path, uid_t owner,
			    const char **ret_which)
{
	struct path_stranger stranger;
	char folder[PATH_MAX];
	int n = snprintf(folder, sizeof(folder), "%s/%s", w->out->lxcpath, w->out->name);

	if (n < 0 || (size_t)n >= sizeof(folder) ||
	    !path_find_stranger(path, owner, true, folder, &stranger))
		return false;
	*ret_which = check_print(w->arena, "'%s'", stranger.path);
	return true;
}

/* May "others" get there and read it? */
static bool is_reachable(const char *path, char ret[PATH_MAX])
{
	char real[PATH_MAX];
	struct stat st;
	size_t n;

	if (!realpath(path, real))
		return true; /* told otherwise */
	n = strlen(real);
	for (size_t i = 1; i <= n; i++) {
		mode_t need = i == n ? S_IROTH | S_IXOTH : S_IXOTH;

		if (real[i] && real[i] != '/')
			continue;
		memcpy(ret, real, i);
		ret[i] = '\0';
		if (stat(ret, &st) == 0 && (st.st_mode & need) != need)
			return false;
	}
	return true;
}

static void judge_program(struct check_work *w, struct check_place place, size_t kind,
			  const char *program)
{
	char which[PATH_MAX];
	const char *text;
	struct check_finding *f = NULL;
	struct stat st;

	if (stat(program, &st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			f = check_add(w, REASON_HOOK_MISSING, place, NULL, "%s", program);
	} else if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111)) {
		f = check_add(w, REASON_HOOK_NOT_EXECUTABLE, place, NULL, "%s", program);
	} else if (host_hooks[kind].mapped && w->out->idmapped && !is_reachable(program, which)) {
		f = check_add(w, REASON_HOOK_UNREACHABLE, place, NULL, "'%s'", which);
	}
	if (f && !host_hooks[kind].ends)
		f->severity = CHECK_NOTE;
	if (check_path_is_writable(w, program, w->out->owner, &text))
		check_add(w, REASON_HOOK_WRITABLE, place, NULL, "%s", text);
}

/* The word that the shell takes for the program; false for what only a shell understands. */
static bool find_program(const char *value, char *buf, size_t size)
{
	struct span rest = span_of(value), word;

	if (!span_next_word(&rest, &word) || span_copy(word, buf, size) < 0)
		return false;
	return !strpbrk(buf, "\"'\\$`;|&<>()*?[~=");
}

/* The file that mount-cgroup(8) gives to guests, whose systemd runs it as root. */
static void judge_generator(struct check_work *w, const struct lxcconf_setting *s, size_t kind)
{
	struct span rest = span_of(s->value), word, key = span_of("");
	char file[PATH_MAX];

	while (span_next_word(&rest, &word)) {
		bool value = span_is(key, "--unit-generator") || span_is(key, "-g");

		key = word;
		if (!value && span_starts(word, "--unit-generator="))
			value = span_next_field(&word, '=', &key);
		if (value && span_copy(word, file, sizeof(file)) >= 0)
			judge_program(w, check_place_of(w, s), kind, file);
	}
}

static void judge_host_hook(struct check_work *w, const struct lxcconf_setting *s, size_t kind)
{
	char program[PATH_MAX];

	if (!find_program(s->value, program, sizeof(program)))
		return;
	if (program[0] != '/')
		check_add(w, REASON_HOOK_RELATIVE, check_place_of(w, s), NULL, "%s", program);
	else
		judge_program(w, check_place_of(w, s), kind, program);
	if (strcmp(program, PKGLIBEXECDIR "/mount-cgroup") == 0)
		judge_generator(w, s, kind);
}

/* --- Start hooks: in the guest -------------------------------------------------- */

/* True if it is surely not there: a symlink on the way, or a mount, may lead anywhere. */
static bool is_absent(const struct check_work *w, const char *path)
{
	struct span target = mountentry_strip(span_of(path));
	char buf[PATH_MAX];

	for (size_t i = 0; i < w->n_entries; i++) {
		if (span_is_within(target, w->entries[i].target))
			return false;
	}
	if (span_copy(target, buf, sizeof(buf)) < 0)
		return false;
	auto_close int fd = rootfs_open_at(w->rootfd, buf, O_PATH);

	return fd == -ENOENT || fd == -ENOTDIR;
}

static void judge_start(struct check_work *w)
{
	const struct lxcconf_setting *s, *first = NULL;
	char program[PATH_MAX];
	size_t pos = 0;

	while ((s = lxcconf_find(w->conf, "lxc.hook.start", &pos))) {
		struct check_place place = check_place_of(w, s);

		if (!first && strpbrk(s->value, " \t"))
			check_add(w, REASON_HOOK_ARGUMENTS, place, NULL, "%s", s->value);
		else if (w->rootfd >= 0 && find_program(s->value, program, sizeof(program)) &&
			 program[0] == '/' && is_absent(w, program))
			check_add(w, REASON_HOOK_MISSING, place, NULL, "%s in the guest", program);
		if (!first && w->rootfd >= 0 && is_absent(w, "bin/sh"))
			check_add(w, REASON_SHELL_MISSING, place, NULL, "%s", "");
		first = first ? first : s;
	}
}

static void judge_version(struct check_work *w)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.hook.version");

	if (s && s->file != 0 && strcmp(s->value, "0") != 0)
		check_add(w, REASON_HOOK_VERSION, check_place_of(w, s), NULL, "%s", "");
}

void check_hooks(struct check_work *w)
{
	const struct lxcconf_setting *s;

	for (size_t kind = 0; kind < sizeof(host_hooks) / sizeof(host_hooks[0]); kind++) {
		size_t pos = 0;

		while ((s = lxcconf_find(w->conf, host_hooks[kind].key, &pos)))
			judge_host_hook(w, s, kind);
	}
	judge_start(w);
	judge_version(w);
}
