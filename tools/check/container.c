/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See work.h: one container from its configuration, and from /proc if it runs. */
#include "config.h"

#include "tools/check/work.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/rootfs.h"
#include "tools/risk/capinfo.h"

/* --- The root file system --------------------------------------------------------- */

static void open_rootfs(struct check_work *w)
{
	const struct lxcconf_setting *s = lxcconf_find_last(w->conf, "lxc.rootfs.path");
	struct span type, path;
	struct stat st;

	if (!s)
		return;
	path = lxcconf_rootfs_path(s->value, &type);
	if ((type.n && !span_is(type, "dir")) || path.p[0] != '/' || span_is(path, "/"))
		return; /* overlays, disks: what is in them is not looked at */
	w->rootfs = check_copy(w->arena, path);
	if (stat(w->rootfs, &st) < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		check_add(w, REASON_ROOTFS_MISSING, check_place_of(w, s), NULL, "'%s'", w->rootfs);
		return;
	}
	w->rootfd = rootfs_open(w->rootfs);
	if (w->rootfd >= 0 && initver_read(w->rootfd, &w->init) < 0)
		w->init = (struct initver){ .kind = INITVER_UNKNOWN };
}

/* --- Exposure ------------------------------------------------------------------------ */

static const char *cap_remedy(struct check_work *w, const struct check_open *o)
{
	const struct check_cap *c = &w->out->caps[o->cap];
	const char *name = capinfo_get(o->cap)->name;

	if (c->n_events && c->events[c->n_events - 1].action == CHECK_CAP_GRANTED)
		return check_print(w->arena, "take %s out of lxc.cap.keep", name);
	/* Without the rest of base.conf the guest's init does not come up. */
	if (o->cap == CAP_SYS_ADMIN)
		return "include " CHECK_LEVELS "base.conf last";
	return check_print(w->arena, "lxc.cap.drop = %s", name);
}

static void add_cap(struct check_work *w, const struct check_open *o)
{
	const struct capinfo *info = capinfo_get(o->cap);

	if (w->out->n_findings == CHECK_FINDINGS_MAX) {
		w->out->left_out++;
		return;
	}
	w->findings[w->out->n_findings++] = (struct check_finding){
		.id = check_print(w->arena, "cap.%s", info->name),
		.kind = CHECK_EXPOSURE,
		.severity = o->severity,
		.place = check_cap_place(w, o->cap),
		.text = check_print(w->arena, "root inside holds %s: %s", info->name, o->what),
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

void check_text(struct check_work *w)
{
	open_rootfs(w);
	w->out->last_cap = w->conf->last_cap;
	w->out->configured = w->out->held = lxcconf_caps(w->conf);
	check_entries(w);
	check_config(w);
	check_proc(w);
	check_caps(w); /* it wants to know whether ids are mapped */
	check_calls(w);
	check_mounts(w);
	check_objects(w);
}

static void look_at(struct check_work *w, const struct container *c)
{
	unsigned int unused[CHECK_N_SEVERITIES];
	bool live;

	check_text(w);
	check_hooks(w);
	check_faults(w);
	check_includes(w);
	w->out->score_config = check_score(&w->config.facts, unused);
	/* liblxc is asked only if somebody listens: it reads the configuration once more. */
	if (containers_is_running(c) && containers_find_init(c, &w->out->pid) != CONTAINERS_STOPPED)
		w->out->state = CHECK_RUNNING;
	live = w->out->pid && check_live(w);
	expose(w, live ? &w->live : &w->config);
}

struct check *check_container(const struct check_host *host, const struct container *container,
			      struct check_arena *arena)
{
	struct check_work *w = check_work_new(host, container, arena);
	struct check *out = w ? w->out : NULL;

	if (!w)
		return NULL;
	check_load(w);
	if (w->conf && w->out->state != CHECK_FAILED)
		look_at(w, container);
	finish(w);
	check_work_free(w);
	return out;
}
