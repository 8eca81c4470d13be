/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See check.h: one container from its configuration, and from /proc if it runs. */
#include "config.h"

#include "tools/check.h"

#include <errno.h>
#include <linux/capability.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/capinfo.h"
#include "lib/cleanup.h"
#include "lib/rootfs.h"
#include "tools/check-work.h"
#include "tools/config-read.h"

#define LEVELS PKGDATADIR "/"

/* --- Names -------------------------------------------------------------------- */

const char *check_kind_name(enum check_kind kind)
{
	static const char *const names[] = { "disagreement", "fault", "exposure" };

	return names[kind];
}

const char *check_severity_name(enum check_severity severity)
{
	static const char *const names[] = {
		"note", "denial", "secrets", "kernel", "host", "broken"
	};

	return names[severity];
}

const char *check_state_name(enum check_state state)
{
	static const char *const names[] = { "stopped", "running", "unreadable", "failed" };

	return names[state];
}

const char *check_cap_action_name(enum check_cap_action action)
{
	static const char *const names[] = { "granted", "removed", "wiped" };

	return names[action];
}

const char *check_score_name(unsigned int score)
{
	return score < 100 ? "low" : score < 350 ? "moderate" : score < 600 ? "high" : "critical";
}

/* --- Loading ------------------------------------------------------------------- */

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

static bool is_old_key(const char *text)
{
	const char *key = strstr(text, "'lxc.");

	for (size_t i = 0; key && i < sizeof(old_keys) / sizeof(old_keys[0]); i++) {
		size_t n = strlen(old_keys[i]);

		if (strncmp(key + 1, old_keys[i], n) == 0 &&
		    (old_keys[i][n - 1] == '.' || key[1 + n] == '\''))
			return true;
	}
	return false;
}

static enum reason_id reason_of_line(const struct config_error *error)
{
	const char *reason = error->reason ? error->reason : "";

	if (strstr(reason, "capability") || strstr(reason, "only lxc.cap.keep"))
		return REASON_CAP_UNKNOWN;
	if (strstr(reason, " beside "))
		return REASON_CAP_KEEP_AND_DROP;
	if (strstr(reason, "knows no key"))
		return is_old_key(error->text) ? REASON_KEY_OLD : REASON_KEY_UNKNOWN;
	if (strstr(reason, "no '='"))
		return REASON_LINE_NO_EQUALS;
	return REASON_CONFIG_REFUSED;
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
	const char *text = error->text, *p;
	char line[16];

	if (error->file[0])
		place.file = check_copy(w->arena, span_of(error->file));
	(void)snprintf(line, sizeof(line), ":%u: ", error->line); /* fits */
	p = error->line ? strstr(text, line) : NULL;
	check_add(w, reason_of(error), place, NULL, "%s", p ? p + strlen(line) : text);
}

static int copy_files(struct check_work *w)
{
	w->files = check_alloc(w->arena, w->conf->n_files * sizeof(w->files[0]));
	if (!w->files)
		return -ENOMEM;
	for (size_t i = 0; i < w->conf->n_files; i++)
		w->files[i] = check_copy(w->arena, span_of(w->conf->files[i].path));
	return 0;
}

static const char *level_of(const struct check_work *w)
{
	static const char *const levels[] = { "strict", "keep", "base" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		(void)snprintf(path, sizeof(path), LEVELS "%s.conf", levels[i]); /* fits */
		for (size_t f = 0; f < w->conf->n_files; f++) {
			if (strcmp(w->files[f], path) == 0)
				return levels[i];
		}
	}
	for (size_t f = 0; f < w->conf->n_files; f++) {
		const char *name = strrchr(w->files[f], '/');

		if (name && strcmp(name, "/harden.conf") == 0)
			return "custom";
	}
	return "none";
}

/* --- The root file system --------------------------------------------------------- */

static void open_rootfs(struct check_work *w)
{
	const struct lxcconf_setting *s;
	size_t pos = 0, last = LXCCONF_NONE;
	struct span type, path;
	struct stat st;

	while ((s = lxcconf_find(w->conf, "lxc.rootfs.path", &pos)))
		last = (size_t)(s - w->conf->settings);
	if (last == LXCCONF_NONE)
		return;
	path = lxcconf_rootfs_path(w->conf->settings[last].value, &type);
	if ((type.n && !span_is(type, "dir")) || path.p[0] != '/' || span_is(path, "/"))
		return; /* overlays, disks: what is in them is not looked at */
	w->rootfs = check_copy(w->arena, path);
	if (stat(w->rootfs, &st) < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		check_add(w, REASON_ROOTFS_MISSING, check_setting_place(w, last), NULL, "'%s'",
			  w->rootfs);
		return;
	}
	w->rootfd = rootfs_open(w->rootfs);
	if (w->rootfd >= 0 && initver_read(w->rootfd, &w->init) < 0)
		w->init = (struct initver){ .kind = INITVER_UNKNOWN };
}

/* --- Is it running? ---------------------------------------------------------------- */

/* --- Exposure ------------------------------------------------------------------------ */

static const char *cap_remedy(struct check_work *w, const struct check_open *o)
{
	const struct check_cap *c = &w->out->caps[o->cap];
	const char *name = capinfo_get(o->cap)->name;

	if (c->n_events && c->events[c->n_events - 1].action == CHECK_CAP_GRANTED)
		return check_print(w->arena, "take %s out of lxc.cap.keep", name);
	/* Without the rest of base.conf the guest's init does not come up. */
	if (o->cap == CAP_SYS_ADMIN)
		return "include " LEVELS "base.conf last";
	return check_print(w->arena, "lxc.cap.drop = %s", name);
}

static void add_cap(struct check_work *w, const struct check_open *o)
{
	const struct capinfo *info = capinfo_get(o->cap);
	const struct check_cap *c = &w->out->caps[o->cap];
	const char *what = w->out->idmapped ? info->on_host_idmapped : info->on_host;

	if (w->out->n_findings == CHECK_FINDINGS_MAX) {
		w->out->left_out++;
		return;
	}
	w->findings[w->out->n_findings++] = (struct check_finding){
		.id = check_print(w->arena, "cap.%s", info->name),
		.kind = CHECK_EXPOSURE,
		.severity = o->severity,
		.place = c->n_events ? c->events[c->n_events - 1].place
				     : (struct check_place){ NULL, 0 },
		.text = check_print(w->arena, "root inside holds %s: %s", info->name, what),
		.remedy = cap_remedy(w, o),
		.cost = info->without,
	};
}

static void add_opened(struct check_work *w, const struct check_view *view,
		       const struct check_open *o)
{
	for (size_t i = 0; i < view->n_opened; i++) {
		const struct check_opened *opened = &view->opened[i];
		struct check_finding *f;

		if (opened->fact != o->fact)
			continue;
		f = check_add(w, (enum reason_id)(o->reason - reasons), opened->place,
			      opened->remedy, "%s", opened->detail ? opened->detail : "");
		if (f)
			f->severity = o->severity;
	}
}

static void expose(struct check_work *w, const struct check_view *view)
{
	struct check_open open[CHECK_OPEN_MAX];
	size_t n = check_find_open(&view->facts, open);

	for (size_t i = 0; i < n; i++) {
		if (open[i].reason)
			add_opened(w, view, &open[i]);
		else
			add_cap(w, &open[i]);
	}
	w->out->score = check_score(&view->facts, w->out->score_class);
}

/* --- All of it ------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct check_finding *x = a, *y = b;
	int r;

	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	if (x->severity != y->severity)
		return (int)y->severity - (int)x->severity;
	r = strcmp(x->place.file ? x->place.file : "", y->place.file ? y->place.file : "");
	if (r == 0 && x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	return r ? r : strcmp(x->id, y->id);
}

static void finish(struct check_work *w)
{
	qsort(w->findings, w->out->n_findings, sizeof(w->findings[0]), compare);
	for (size_t i = 0; i < w->out->n_findings; i++)
		w->out->n[w->findings[i].kind]++;
}

static void check_text(struct check_work *w, const struct container *c)
{
	unsigned int unused[CHECK_N_SEVERITIES];
	bool live;

	w->out->level = level_of(w);
	open_rootfs(w);
	w->out->last_cap = w->conf->last_cap;
	w->out->configured = w->out->held = lxcconf_caps(w->conf);
	check_entries(w);
	check_config(w);
	check_caps(w); /* it wants to know whether ids are mapped */
	check_config_calls(w);
	check_mounts(w);
	check_hooks(w);
	check_faults(w);
	w->out->score_config = check_score(&w->config.facts, unused);
	/* liblxc is asked only if somebody listens: it reads the configuration once more. */
	if (containers_is_running(c) && containers_find_init(c, &w->out->pid) != CONTAINERS_STOPPED)
		w->out->state = CHECK_RUNNING;
	live = w->out->pid && check_live(w);
	expose(w, live ? &w->live : &w->config);
}

static void check_one(struct check_work *w, const struct container *c)
{
	struct lxcconf *conf = NULL;
	struct config_error error;
	char path[PATH_MAX];
	int r;

	w->out->owner = c->owner.uid;
	r = snprintf(path, sizeof(path), "%s/%s/config", c->lxcpath, c->name);
	if (r < 0 || (size_t)r >= sizeof(path)) {
		w->out->state = CHECK_FAILED;
		w->out->failure = "the path of its configuration is too long";
		return;
	}
	r = config_read_file(path, &conf, &error);
	w->conf = conf;
	if (r < 0 || copy_files(w) < 0) {
		add_error(w, &error);
		w->out->state = CHECK_UNREADABLE;
	} else if (config_ask_lxc(conf, c->lxcpath, &error) < 0) {
		/* The rest of the text is still worth a look. */
		add_error(w, &error);
		check_text(w, c);
		if (w->out->state == CHECK_STOPPED)
			w->out->state = CHECK_UNREADABLE;
	} else {
		check_text(w, c);
	}
	lxcconf_free(conf);
}

struct check *check_container(const struct check_host *host, const struct container *container,
			      struct check_arena *arena)
{
	struct check *out = check_alloc(arena, sizeof(*out));
	struct check_finding *findings =
		check_alloc(arena, CHECK_FINDINGS_MAX * sizeof(out->findings[0]));
	auto_free struct check_work *w = calloc(1, sizeof(*w));

	if (!out || !findings || !w)
		return NULL;
	w->host = host;
	w->arena = arena;
	w->out = out;
	w->findings = findings;
	w->rootfd = -EBADF;
	out->lxcpath = check_copy(arena, span_of(container->lxcpath));
	out->name = check_copy(arena, span_of(container->name));
	out->level = "none";
	out->findings = findings;
	check_one(w, container);
	finish(w);
	cleanup_close(&w->rootfd);
	return out;
}

/* --- Before ----------------------------------------------------------------------------- */

static bool is_ours(const struct lxcconf *conf, size_t file, const char *fragment)
{
	for (;;) {
		const struct lxcconf_file *f = &conf->files[file];

		if (strncmp(f->path, LEVELS, strlen(LEVELS)) == 0 || strcmp(f->path, fragment) == 0)
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
	struct lxcconf *copy = lxcconf_new(conf->version, conf->last_cap);
	struct lxcconf_error error;
	size_t file;

	/* Which file includes which is of no matter here: all stand for themselves. */
	for (size_t i = 0; copy && i < conf->n_files; i++) {
		if (lxcconf_add_file(copy, conf->files[i].path, LXCCONF_NONE, &file) < 0) {
			lxcconf_free(copy);
			copy = NULL;
		}
	}
	for (size_t i = 0; copy && i < conf->n_settings; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];
		struct lxcconf_line line = { span_of(s->key), span_of(s->value), s->line,
					     s->state == LXCCONF_IGNORED };

		if (is_ours(conf, s->file, fragment)) {
			*ret_differs = true;
		} else if (lxcconf_add(copy, s->file, &line, &error) < 0) {
			lxcconf_free(copy);
			copy = NULL;
		}
	}
	return copy;
}

static void look_at_text(struct check_work *w, struct check_before *ret)
{
	open_rootfs(w);
	w->out->last_cap = w->conf->last_cap;
	w->out->configured = w->out->held = lxcconf_caps(w->conf);
	check_entries(w);
	check_config(w);
	check_caps(w);
	check_config_calls(w);
	ret->caps = lxcconf_caps(w->conf);
	ret->score = check_score(&w->config.facts, ret->score_class);
	ret->known = true;
	cleanup_close(&w->rootfd);
}

void check_find_before(const struct check_host *host, const struct container *container,
		       struct check_arena *arena, struct check_before *ret)
{
	struct check *out = check_alloc(arena, sizeof(*out));
	struct check_finding *findings =
		check_alloc(arena, CHECK_FINDINGS_MAX * sizeof(out->findings[0]));
	auto_free struct check_work *w = calloc(1, sizeof(*w));
	struct lxcconf *conf = NULL, *others;
	char path[PATH_MAX], fragment[PATH_MAX];
	struct config_error error;
	int n = snprintf(path, sizeof(path), "%s/%s/config", container->lxcpath, container->name);
	int m = snprintf(fragment, sizeof(fragment), "%s/%s/harden/harden.conf", container->lxcpath,
			 container->name);

	if (!out || !findings || !w || n < 0 || (size_t)n >= sizeof(path) || m < 0 ||
	    (size_t)m >= sizeof(fragment) || config_read_file(path, &conf, &error) < 0)
		return;
	others = copy_others(conf, fragment, &ret->differs);
	lxcconf_free(conf);
	w->host = host;
	w->arena = arena;
	w->out = out;
	w->findings = findings;
	w->conf = others;
	w->rootfd = -EBADF;
	if (others && copy_files(w) == 0)
		look_at_text(w, ret);
	lxcconf_free(others);
}
