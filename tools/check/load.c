/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the configuration, and says why LXC does not load it where it does not, by the reasons
 * that config-read and liblxc give.
 */
#include "config.h"

#include "tools/check/work.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tools/config/config-read.h"
#include "tools/config/levels.h"

/* Keys of LXC before 2.1, of which 3.0 knows none. */
static const char *const old_keys[] = {
	"lxc.rootfs",	  "lxc.utsname",
	"lxc.network.",	  "lxc.aa_profile",
	"lxc.id_map",	  "lxc.init_cmd",
	"lxc.se_context", "lxc.mount",
	"lxc.pts",	  "lxc.tty",
	"lxc.seccomp",	  "lxc.devttydir",
	"lxc.console",	  "lxc.haltsignal",
	"lxc.stopsignal", "lxc.rebootsignal",
	"lxc.loglevel",	  "lxc.logfile",
	"lxc.kmsg",	  "lxc.limit.",
	"lxc.syslog",	  "lxc.aa_allow_incomplete",
};

static bool is_old_key(const char *key)
{
	for (size_t i = 0; i < sizeof(old_keys) / sizeof(old_keys[0]); i++) {
		size_t n = strlen(old_keys[i]);

		if (strncmp(key, old_keys[i], n) == 0 &&
		    (old_keys[i][n - 1] == '.' || key[n] == '\0'))
			return true;
	}
	return false;
}

static enum reason_id reason_of_line(const struct config_error *error)
{
	switch (error->fault) {
	case LXCCONF_FAULT_CAP:
		return REASON_CAP_UNKNOWN;
	case LXCCONF_FAULT_LISTS:
		return REASON_CAP_KEEP_AND_DROP;
	case LXCCONF_FAULT_KEY:
		return is_old_key(error->word) ? REASON_KEY_OLD : REASON_KEY_UNKNOWN;
	case LXCCONF_FAULT_LINE:
		return REASON_LINE_NO_EQUALS;
	default:
		return REASON_CONFIG_REFUSED;
	}
}

static enum reason_id reason_of(const struct config_error *error)
{
	switch (error->kind) {
	case CONFIG_ERROR_MISSING:
		return REASON_CONFIG_MISSING;
	case CONFIG_ERROR_INCLUDE:
		return REASON_INCLUDE_MISSING;
	case CONFIG_ERROR_CYCLE:
		return REASON_INCLUDE_CYCLE;
	case CONFIG_ERROR_LINE:
		return reason_of_line(error);
	default:
		return REASON_CONFIG_REFUSED;
	}
}

/* The error's text without the place that the finding has already. */
static void add_error(struct check_work *w, const struct config_error *error)
{
	struct check_place place = { NULL, error->line };

	if (error->file[0])
		place.file = check_copy(w->arena, span_of(error->file));
	check_add(w, reason_of(error), place, NULL, "%s", error->text + error->what);
}

static const char *find_level(const struct check_work *w)
{
	const char *level = level_in(w->conf);

	for (size_t f = 0; !level && f < w->conf->n_files; f++) {
		const char *name = strrchr(w->files[f], '/');

		if (name && strcmp(name, "/harden.conf") == 0)
			level = "custom";
	}
	return level ? level : "none";
}

void check_load(struct check_work *w)
{
	struct lxcconf *conf = NULL;
	struct config_error error;
	char path[PATH_MAX];
	int r = snprintf(path, sizeof(path), "%s/%s/config", w->out->lxcpath, w->out->name);

	if (r < 0 || (size_t)r >= sizeof(path)) {
		w->out->state = CHECK_FAILED;
		w->out->failure = "the path of its configuration is too long";
		return;
	}
	if (config_read_file(path, &conf, &error) < 0) {
		add_error(w, &error);
		w->out->state = CHECK_UNREADABLE;
		return;
	}
	if (check_work_set_conf(w, conf) < 0) {
		w->out->state = CHECK_FAILED;
		w->out->failure = "out of memory";
		return;
	}
	w->out->level = find_level(w);
	/* The rest of the text is still worth a look. */
	if (config_ask_lxc(conf, &error) < 0) {
		add_error(w, &error);
		w->out->state = CHECK_UNREADABLE;
	}
}
