/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See lxcconf.h.  Function names in comments are those of liblxc's confile.c. */
#include "config.h"

#include "tools/config/lxcconf-parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Ending an earlier setting looks at all of them: what is allowed is still under a second. */
#define SETTINGS_MAX 20000
#define FILES_MAX 10000

struct lxcconf *lxcconf_new(unsigned int version, unsigned int last_cap)
{
	struct lxcconf *conf = calloc(1, sizeof(*conf));

	if (!conf)
		return NULL;
	conf->version = version;
	conf->last_cap = last_cap > CAPS_MAX ? CAPS_MAX : last_cap;
	for (size_t i = 0; i <= CAPS_MAX; i++)
		conf->caps[i] = (struct lxcconf_cap){ true, LXCCONF_NONE };
	for (size_t i = 0; i < LXCCONF_N_AUTOS; i++)
		conf->auto_by[i] = LXCCONF_NONE;
	return conf;
}

void lxcconf_free(struct lxcconf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < conf->n_files; i++)
		free(conf->files[i].path);
	for (size_t i = 0; i < conf->n_settings; i++) {
		free(conf->settings[i].key);
		free(conf->settings[i].value);
	}
	free(conf->files);
	free(conf->settings);
	free(conf);
}

/* Room for one more of size bytes; capacities are powers of two from 16 on. */
static int make_room(void **array, size_t n, size_t size)
{
	void *p;

	if (n && (n < 16 || (n & (n - 1))))
		return 0;
	p = reallocarray(*array, n ? n * 2 : 16, size);
	if (!p)
		return -ENOMEM;
	*array = p;
	return 0;
}

int lxcconf_add_file(struct lxcconf *conf, const char *path, size_t from, size_t *ret_index)
{
	char *copy;

	if (conf->n_files == FILES_MAX)
		return -E2BIG;
	if (make_room((void **)&conf->files, conf->n_files, sizeof(conf->files[0])) < 0)
		return -ENOMEM;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	*ret_index = conf->n_files;
	conf->files[conf->n_files++] = (struct lxcconf_file){ copy, from };
	return 0;
}

static int append(struct lxcconf *conf, size_t file, const struct lxcconf_line *line,
		  enum lxcconf_state state, size_t *ret_index)
{
	char *key, *value;

	if (conf->n_settings == SETTINGS_MAX)
		return -E2BIG;
	if (make_room((void **)&conf->settings, conf->n_settings, sizeof(conf->settings[0])) < 0)
		return -ENOMEM;
	key = strndup(line->key.p, line->key.n);
	value = strndup(line->value.p ? line->value.p : "", line->value.n);
	if (!key || !value) {
		free(key);
		free(value);
		return -ENOMEM;
	}
	*ret_index = conf->n_settings;
	conf->settings[conf->n_settings++] = (struct lxcconf_setting){
		.key = key,
		.value = value,
		.file = (unsigned int)file,
		.line = line->line,
		.state = state,
		.by = LXCCONF_NONE,
	};
	return 0;
}

/* Emptied with top: "lxc.hook" has lists below it, and one key that is no list. */
static bool is_below(const char *key, struct span top)
{
	if (key[top.n] != '.')
		return false;
	return strcmp(key, "lxc.hook.version") != 0 && strcmp(key, "lxc.cgroup.relative") != 0 &&
	       strncmp(key, "lxc.cgroup.dir", strlen("lxc.cgroup.dir")) != 0;
}

void lxcconf_end_settings(struct lxcconf *conf, struct span key, bool below, size_t index,
			  enum lxcconf_state state)
{
	for (size_t i = 0; i < index; i++) {
		struct lxcconf_setting *s = &conf->settings[i];

		if (s->state != LXCCONF_IN_FORCE || strncmp(s->key, key.p, key.n) != 0)
			continue;
		if (s->key[key.n] == '\0' || (below && is_below(s->key, key))) {
			s->state = state;
			s->by = index;
		}
	}
}

/* --- lxc.mount.auto ---------------------------------------------------------- */

const char *const lxcconf_autos[LXCCONF_N_AUTOS] = { "proc", "sys", "cgroup", "shmounts" };

static int auto_group(struct span word)
{
	struct span rest = word, name;

	if (!span_next_field(&rest, ':', &name))
		return -EINVAL;
	if (span_is(name, "cgroup2") || span_is(name, "cgroup-full"))
		return LXCCONF_AUTO_CGROUP;
	for (int i = 0; i < LXCCONF_N_AUTOS; i++) {
		if (span_is(name, lxcconf_autos[i]))
			return i;
	}
	return -EINVAL;
}

static int take_auto(struct lxcconf *conf, size_t index, const struct lxcconf_line *line,
		     struct lxcconf_error *error)
{
	struct span rest = line->value, word;

	while (span_next_word(&rest, &word)) {
		int group = auto_group(word);

		if (group < 0 ||
		    (span_starts(word, "cgroup2") && conf->version < LXCCONF_VERSION(4, 0, 12))) {
			*error = (struct lxcconf_error){ "lxc.mount.auto does not know", word,
							 LXCCONF_FAULT_VALUE };
			return -EINVAL;
		}
		conf->auto_by[group] = index;
	}
	for (size_t i = 0; i < index; i++) {
		struct lxcconf_setting *s = &conf->settings[i];
		bool used = false;

		if (s->state != LXCCONF_IN_FORCE || strcmp(s->key, "lxc.mount.auto") != 0)
			continue;
		for (size_t g = 0; g < LXCCONF_N_AUTOS; g++)
			used = used || conf->auto_by[g] == i;
		if (!used) {
			s->state = LXCCONF_OVERRIDDEN;
			s->by = index;
		}
	}
	return 0;
}

/* --- Adding ------------------------------------------------------------------ */

static void clear(struct lxcconf *conf, size_t index, enum lxcconf_kind kind)
{
	const char *key = conf->settings[index].key;

	switch (kind) {
	case LXCCONF_CAPS:
		lxcconf_clear_caps(conf, index);
		break;
	case LXCCONF_AUTO:
		for (size_t i = 0; i < LXCCONF_N_AUTOS; i++)
			conf->auto_by[i] = LXCCONF_NONE;
		lxcconf_end_settings(conf, span_of(key), false, index, LXCCONF_CLEARED);
		break;
	case LXCCONF_INCLUDE:
		break; /* what was included stays */
	default:
		lxcconf_end_settings(conf, span_of(key), kind == LXCCONF_CLEAR_ONLY, index,
				     LXCCONF_CLEARED);
		break;
	}
}

static int take(struct lxcconf *conf, size_t index, const struct lxcconf_line *line,
		enum lxcconf_kind kind, struct lxcconf_error *error)
{
	switch (kind) {
	case LXCCONF_CLEAR_ONLY:
		*error = (struct lxcconf_error){ "only an empty value is taken by", line->key,
						 LXCCONF_FAULT_VALUE };
		return -EINVAL;
	case LXCCONF_CAPS:
		return lxcconf_take_caps(conf, index, line, error);
	case LXCCONF_AUTO:
		return take_auto(conf, index, line, error);
	case LXCCONF_SCALAR:
		lxcconf_end_settings(conf, line->key, false, index, LXCCONF_OVERRIDDEN);
		return 0;
	default:
		return 0; /* one more of a list */
	}
}

int lxcconf_add(struct lxcconf *conf, size_t file, const struct lxcconf_line *line,
		struct lxcconf_error *ret_error)
{
	enum lxcconf_kind kind = LXCCONF_SCALAR;
	size_t index;
	int r;

	if (line->ignored)
		return append(conf, file, line, LXCCONF_IGNORED, &index);
	*ret_error = (struct lxcconf_error){ .fault = LXCCONF_FAULT_VALUE };
	if (lxcconf_key_kind(conf->version, line->key, &kind) < 0) {
		*ret_error = (struct lxcconf_error){ "this LXC knows no key", line->key,
						     LXCCONF_FAULT_KEY };
		return -EINVAL;
	}
	r = append(conf, file, line, line->value.n ? LXCCONF_IN_FORCE : LXCCONF_CLEARS, &index);
	if (r < 0)
		return r;
	if (line->value.n)
		return take(conf, index, line, kind, ret_error);
	clear(conf, index, kind);
	return 0;
}

struct lxcconf *lxcconf_new_like(const struct lxcconf *conf)
{
	struct lxcconf *copy = lxcconf_new(conf->version, conf->last_cap);
	size_t file;

	for (size_t i = 0; copy && i < conf->n_files; i++) {
		if (lxcconf_add_file(copy, conf->files[i].path, LXCCONF_NONE, &file) < 0) {
			lxcconf_free(copy);
			copy = NULL;
		}
	}
	return copy;
}

int lxcconf_add_copy(struct lxcconf *copy, const struct lxcconf_setting *s)
{
	struct lxcconf_line line = { span_of(s->key), span_of(s->value), s->line,
				     s->state == LXCCONF_IGNORED };
	struct lxcconf_error why;

	return lxcconf_add(copy, s->file, &line, &why);
}

/* --- Asking ------------------------------------------------------------------ */

const struct lxcconf_setting *lxcconf_find(const struct lxcconf *conf, const char *key, size_t *pos)
{
	size_t n = strlen(key);
	bool below = n && key[n - 1] == '.';

	while (*pos < conf->n_settings) {
		const struct lxcconf_setting *s = &conf->settings[(*pos)++];

		if (s->state == LXCCONF_IN_FORCE &&
		    (below ? strncmp(s->key, key, n) == 0 : strcmp(s->key, key) == 0))
			return s;
	}
	return NULL;
}

const struct lxcconf_setting *lxcconf_find_last(const struct lxcconf *conf, const char *key)
{
	const struct lxcconf_setting *s, *last = NULL;
	size_t pos = 0;

	while ((s = lxcconf_find(conf, key, &pos)))
		last = s;
	return last;
}

const char *lxcconf_get(const struct lxcconf *conf, const char *key)
{
	const struct lxcconf_setting *s = lxcconf_find_last(conf, key);

	return s ? s->value : NULL;
}

struct span lxcconf_rootfs_path(const char *value, struct span *ret_type)
{
	const char *colon = strchr(value, ':');

	if (ret_type)
		*ret_type = (struct span){ value, colon ? (size_t)(colon - value) : 0 };
	return span_of(colon ? colon + 1 : value);
}
