/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Faults of includes: what a later one undoes, what depends on the order of a folder, what is
 * read twice, and what others can write.
 */
#include "config.h"

#include "tools/check/work.h"

#include <string.h>

#include "tools/config/levels.h"

static bool is_level_file(const char *path)
{
	const char *name = strrchr(path, '/');

	return level_is_installed(path) || (name && strcmp(name, "/harden.conf") == 0);
}

/* Was group of lxc.mount.auto set by that setting, and is it now another's? */
static size_t auto_overridden(const struct lxcconf *conf, size_t setting)
{
	for (size_t g = 0; g < LXCCONF_AUTO_SHMOUNTS; g++) {
		struct span rest = span_of(conf->settings[setting].value), word;

		while (conf->auto_by[g] != LXCCONF_NONE && conf->auto_by[g] > setting &&
		       span_next_word(&rest, &word)) {
			if (span_starts(word, lxcconf_autos[g]))
				return conf->auto_by[g];
		}
	}
	return LXCCONF_NONE;
}

/*
 * What an administrator writes into the container's own file behind the include is meant;
 * what another include does to the fragment is not.
 */
static void judge_level(struct check_work *w)
{
	bool told[64] = { false }, uncovered = false;

	for (size_t i = 0; i < w->conf->n_settings; i++) {
		const struct lxcconf_setting *s = &w->conf->settings[i], *by;
		size_t at = s->by;

		if (!is_level_file(w->files[s->file]) || strncmp(s->key, "lxc.cap.", 8) == 0)
			continue;
		if (strcmp(s->key, "lxc.mount.auto") == 0 && s->state == LXCCONF_IN_FORCE)
			at = auto_overridden(w->conf, i);
		else if (s->state != LXCCONF_OVERRIDDEN && s->state != LXCCONF_CLEARED)
			continue;
		if (at == LXCCONF_NONE)
			continue;
		by = &w->conf->settings[at];
		if (by->file == 0 && !uncovered && s->state == LXCCONF_CLEARED &&
		    strcmp(s->key, "lxc.mount.entry") == 0) {
			uncovered = true;
			check_add(w, REASON_LEVEL_UNCOVERED, check_place_of(w, by), NULL,
				  "the first is '%s' at %s", s->value,
				  check_place_text(w, check_place_of(w, s)));
		}
		if (by->file == 0 || is_level_file(w->files[by->file]) || told[by->file % 64])
			continue;
		told[by->file % 64] = true;
		check_add(w, REASON_LEVEL_UNDONE, check_place_of(w, by), NULL,
			  "'%s = %s' counts, and not '%s = %s' at %s", by->key, by->value, s->key,
			  s->value, check_place_text(w, check_place_of(w, s)));
	}
}

static struct check_place include_place(const struct check_work *w, size_t file)
{
	return check_place_of(w, &w->conf->settings[w->conf->files[file].from]);
}

/* Two files of one folder that both set a key of which only one value can count. */
static const struct lxcconf_setting *find_conflict(const struct check_work *w, size_t a, size_t b)
{
	for (size_t i = 0; i < w->conf->n_settings; i++) {
		const struct lxcconf_setting *x = &w->conf->settings[i];
		enum lxcconf_kind kind;

		if (x->file != a || x->state == LXCCONF_IGNORED ||
		    lxcconf_key_kind(w->conf->version, span_of(x->key), &kind) < 0 ||
		    kind == LXCCONF_INCLUDE)
			continue;
		for (size_t j = 0; j < w->conf->n_settings; j++) {
			const struct lxcconf_setting *y = &w->conf->settings[j];

			if (y->file == b && strcmp(x->key, y->key) == 0 &&
			    (kind == LXCCONF_SCALAR || kind == LXCCONF_AUTO ||
			     !x->value[0] != !y->value[0]) &&
			    strcmp(x->value, y->value) != 0)
				return x;
		}
	}
	return NULL;
}

static void judge_folder(struct check_work *w, size_t first)
{
	const struct lxcconf *conf = w->conf;

	for (size_t b = first + 1; b < conf->n_files; b++) {
		const struct lxcconf_setting *s;

		if (conf->files[b].from != conf->files[first].from)
			continue;
		s = find_conflict(w, first, b);
		if (!s)
			continue;
		check_add(w, REASON_INCLUDE_UNSORTED, include_place(w, first), NULL,
			  "%s in '%s' and in '%s'", s->key, w->files[first], w->files[b]);
		return;
	}
}

static bool has_lists(const struct lxcconf *conf, size_t file)
{
	for (size_t i = 0; i < conf->n_settings; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		if (s->file == file && s->state == LXCCONF_IN_FORCE &&
		    (strncmp(s->key, "lxc.hook.", 9) == 0 ||
		     strcmp(s->key, "lxc.mount.entry") == 0))
			return true;
	}
	return false;
}

/* The files are compared in pairs: their number is bounded first. */
static void judge_files(struct check_work *w)
{
	const struct lxcconf *conf = w->conf;
	size_t n = conf->n_files < 200 ? conf->n_files : 200;

	for (size_t a = 1; a < n; a++) {
		judge_folder(w, a);
		for (size_t b = a + 1; b < n; b++) {
			if (strcmp(w->files[a], w->files[b]) != 0 || !has_lists(conf, b))
				continue;
			check_add(w, REASON_INCLUDE_TWICE, include_place(w, b), NULL,
				  "'%s', first at %s", w->files[b],
				  check_place_text(w, include_place(w, a)));
			break;
		}
	}
}

static void judge_writable(struct check_work *w)
{
	for (size_t i = 0; i < w->conf->n_files; i++) {
		struct check_place place = { w->files[i], 0 };
		const char *which;

		if (check_path_is_writable(w, w->files[i], w->out->owner, &which))
			check_add(w, REASON_CONFIG_WRITABLE, place, NULL, "%s", which);
	}
}

void check_includes(struct check_work *w)
{
	judge_level(w);
	judge_files(w);
	judge_writable(w);
}
