/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See work.h: a container as it would be without the lines of lxc-harden. */
#include "config.h"

#include "tools/check/work.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tools/config/config-read.h"
#include "tools/config/levels.h"

static bool is_ours(const struct lxcconf *conf, size_t file, const char *fragment)
{
	for (;;) {
		const struct lxcconf_file *f = &conf->files[file];

		if (level_is_installed(f->path) || strcmp(f->path, fragment) == 0)
			return true;
		if (f->from == LXCCONF_NONE)
			return false;
		file = conf->settings[f->from].file;
	}
}

/* The settings that are not ours, in a configuration of their own; NULL if it is none. */
static struct lxcconf *copy_others(const struct lxcconf *conf, const char *fragment,
				   bool *ret_differs)
{
	struct lxcconf *copy = lxcconf_new_like(conf);

	for (size_t i = 0; copy && i < conf->n_settings; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		if (is_ours(conf, s->file, fragment)) {
			*ret_differs = true;
		} else if (lxcconf_add_copy(copy, s) < 0) {
			lxcconf_free(copy);
			copy = NULL;
		}
	}
	return copy;
}

void check_find_before(const struct check_host *host, const struct container *container,
		       struct check_arena *arena, struct check_before *ret)
{
	struct check_work *w = check_work_new(host, container, arena);
	struct lxcconf *conf = NULL, *others;
	char path[PATH_MAX], fragment[PATH_MAX];
	struct config_error error;
	int n = snprintf(path, sizeof(path), "%s/%s/config", container->lxcpath, container->name);
	int m = snprintf(fragment, sizeof(fragment), "%s/%s/harden/harden.conf", container->lxcpath,
			 container->name);

	if (w && n > 0 && (size_t)n < sizeof(path) && m > 0 && (size_t)m < sizeof(fragment) &&
	    config_read_file(path, &conf, &error) == 0) {
		others = copy_others(conf, fragment, &ret->differs);
		lxcconf_free(conf);
		if (others && check_work_set_conf(w, others) == 0) {
			check_text(w);
			ret->caps = w->out->configured;
			ret->score = check_score(&w->config.facts, ret->score_class);
			ret->known = true;
		}
	}
	check_work_free(w);
}
