/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See work.h: the arena, findings, and what is known of the host. */
#include "config.h"

#include "tools/check/work.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "lib/cleanup.h"
#include "lib/mountinfo.h"
#include "lib/proc.h"

#ifndef CGROUP2_SUPER_MAGIC
#define CGROUP2_SUPER_MAGIC 0x63677270
#endif

void *check_alloc(struct check_arena *a, size_t size)
{
	size_t at = (a->used + 15) & ~(size_t)15;

	if (at > a->size || size > a->size - at) {
		a->full = true;
		return NULL;
	}
	a->used = at + size;
	return memset(a->base + at, 0, size);
}

const char *check_copy(struct check_arena *a, struct span text)
{
	char *p = check_alloc(a, text.n + 1);

	if (!p)
		return "";
	memcpy(p, text.p, text.n);
	return p;
}

/* At most a line's worth: what is longer is cut. */
static const char *print(struct check_arena *a, const char *format, va_list args)
{
	char text[2048];

	if (vsnprintf(text, sizeof(text), format, args) < 0)
		return "";
	return check_copy(a, span_of(text));
}

const char *check_print(struct check_arena *a, const char *format, ...)
{
	const char *text;
	va_list args;

	va_start(args, format);
	text = print(a, format, args);
	va_end(args);
	return text;
}

struct check_work *check_work_new(const struct check_host *host, const struct container *container,
				  struct check_arena *arena)
{
	struct check *out = check_alloc(arena, sizeof(*out));
	struct check_finding *findings =
		check_alloc(arena, CHECK_FINDINGS_MAX * sizeof(findings[0]));
	struct check_work *w = calloc(1, sizeof(*w));

	if (!out || !findings || !w) {
		free(w);
		return NULL;
	}
	*out = (struct check){
		.lxcpath = check_copy(arena, span_of(container->lxcpath)),
		.name = check_copy(arena, span_of(container->name)),
		.owner = container->owner.uid,
		.level = "none",
		.findings = findings,
	};
	w->host = host;
	w->arena = arena;
	w->out = out;
	w->findings = findings;
	w->rootfd = -EBADF;
	return w;
}

void check_work_free(struct check_work *w)
{
	if (!w)
		return;
	cleanup_close(&w->rootfd);
	lxcconf_free(w->conf);
	free(w);
}

int check_work_set_conf(struct check_work *w, struct lxcconf *conf)
{
	w->conf = conf;
	w->files = check_alloc(w->arena, conf->n_files * sizeof(w->files[0]));
	if (!w->files)
		return -ENOMEM;
	for (size_t i = 0; i < conf->n_files; i++)
		w->files[i] = check_copy(w->arena, span_of(conf->files[i].path));
	return 0;
}

struct check_place check_place_of(const struct check_work *w, const struct lxcconf_setting *s)
{
	return (struct check_place){ w->files[s->file], s->line };
}

struct check_place check_cap_place(const struct check_work *w, unsigned int cap)
{
	const struct check_cap *c = &w->out->caps[cap];

	return c->n_events ? c->events[c->n_events - 1].place : CHECK_NOWHERE;
}

const char *check_place_text(struct check_work *w, struct check_place place)
{
	return check_print(w->arena, "%s:%u", place.file, place.line);
}

struct check_finding *check_add(struct check_work *w, enum reason_id id, struct check_place place,
				const char *remedy, const char *format, ...)
{
	const struct reason *r = &reasons[id];
	struct check_finding *f;
	const char *detail;
	va_list args;

	if (w->out->n_findings == CHECK_FINDINGS_MAX) {
		w->out->left_out++;
		return NULL;
	}
	va_start(args, format);
	detail = print(w->arena, format, args);
	va_end(args);
	f = &w->findings[w->out->n_findings++];
	*f = (struct check_finding){
		.id = r->id,
		.kind = r->kind,
		.severity = r->severity,
		.place = place,
		.text = detail[0] ? check_print(w->arena, "%s: %s", r->title, detail) : r->title,
		.remedy = remedy ? remedy : r->remedy,
		.cost = r->cost,
	};
	return f;
}

void check_open(struct check_view *view, enum check_fact fact, struct check_place place,
		const char *detail, const char *remedy)
{
	check_set_fact(&view->facts, fact, true);
	if (view->n_opened < CHECK_OPENED_MAX)
		view->opened[view->n_opened++] =
			(struct check_opened){ fact, place, detail, remedy };
}

void check_open_by(struct check_work *w, enum check_fact fact, const struct lxcconf_setting *s)
{
	check_open(&w->config, fact, check_place_of(w, s),
		   check_print(w->arena, "%s = %s", s->key, s->value), NULL);
}

void check_close(struct check_view *view, enum check_fact fact)
{
	size_t n = 0;

	check_set_fact(&view->facts, fact, false);
	for (size_t i = 0; i < view->n_opened; i++) {
		if (view->opened[i].fact != fact)
			view->opened[n++] = view->opened[i];
	}
	view->n_opened = n;
}

static const char *const all_paths[CHECK_N_PATHS][12] = {
	[CHECK_PATHS_SWITCHES] = { "proc/irq", "proc/bus", "proc/fs", "proc/acpi", "proc/scsi" },
	[CHECK_PATHS_KERNEL] = { "proc/kallsyms", "proc/kcore", "proc/modules", "proc/iomem",
				 "proc/slabinfo", "proc/timer_list", "proc/sched_debug",
				 "proc/vmallocinfo" },
	[CHECK_PATHS_HOST] = { "proc/cmdline", "proc/diskstats", "proc/partitions",
			       "proc/interrupts", "proc/keys", "proc/swaps", "proc/locks",
			       "proc/buddyinfo" },
	[CHECK_PATHS_SYS] = { "sys/firmware", "sys/module", "sys/bus", "sys/block", "sys/kernel" },
};

static void find_paths(struct check_host *host)
{
	char full[64];
	struct stat st;

	for (size_t which = 0; which < CHECK_N_PATHS; which++) {
		size_t n = 0;

		for (size_t i = 0; all_paths[which][i]; i++) {
			(void)snprintf(full, sizeof(full), "/%s", all_paths[which][i]); /* fits */
			if (stat(full, &st) == 0)
				host->paths[which][n++] = all_paths[which][i];
		}
	}
}

static bool has_nsdelegate(void)
{
	auto_close int fd = proc_open(0);
	auto_free char *text = NULL;
	struct span table = { 0 };
	struct mountinfo m;
	bool found = false;

	if (fd < 0 || proc_read(fd, "mountinfo", &text, &table.n) < 0)
		return false;
	table.p = text;
	while (mountinfo_next(&table, &m) > 0)
		found = found || (span_is(m.fstype, "cgroup2") &&
				  mountinfo_has_option(m.super_options, "nsdelegate"));
	return found;
}

void check_host_init(struct check_host *host)
{
	struct statfs fs;
	struct stat st;

	*host = (struct check_host){
		.unified = statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC,
		.apparmor = stat("/sys/kernel/security/apparmor", &st) == 0 ||
			    stat("/sys/fs/selinux/enforce", &st) == 0,
	};
	host->nsdelegate = has_nsdelegate();
	find_paths(host);
}
