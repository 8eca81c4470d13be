/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See list-facts.h. */
#include "config.h"

#include "tools/report/list-facts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "tools/check/work.h"
#include "tools/config/config-read.h"
#include "tools/container/harden-dir.h"
#include "tools/evidence/proof.h"
#include "tools/evidence/record.h"

#define ARENA_SIZE (1u << 20)

const char *const list_drifts[LIST_N_DRIFTS] = { "more",   "less",     "fragment",
						 "denied", "needless", "missing" };

/* What all processes have from the start. */
struct state {
	const struct container *items;
	const struct check_host *host;
};

/* --- In a process with the owner's rights --------------------------------------- */

/*
 * What LXC itself may not hold, no container gets: that is no drift.  We are given what the
 * administrator's session is given, as lxc-start most often is.
 */
static struct caps read_own_bounding(void)
{
	struct caps own = { 0 };

	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			caps_add(&own, cap);
	}
	return own;
}

static void judge_running(struct list_facts *f)
{
	struct caps less = caps_minus(f->configured, f->held);

	if (f->state != CHECK_RUNNING)
		return;
	f->drift[LIST_DRIFT_MORE] = caps_minus(f->held, f->configured);
	f->drift[LIST_DRIFT_LESS].bits = less.bits & read_own_bounding().bits;
}

/* What the fragment alone would leave; false if there is none, or it is no configuration. */
static bool read_fragment(const struct container *c, const struct list_facts *f, struct caps *ret)
{
	struct lxcconf *conf = NULL;
	struct config_error error;
	char path[PATH_MAX];
	int n;

	if (strcmp(f->level, "generated") == 0)
		n = snprintf(path, sizeof(path), "%s/%s/" HARDEN_DIR "/" HARDEN_CONF, c->lxcpath,
			     c->name);
	else
		n = snprintf(path, sizeof(path), PKGDATADIR "/%s.conf", f->level);
	if (n < 0 || (size_t)n >= sizeof(path) || config_read_file(path, &conf, &error) < 0)
		return false;
	*ret = lxcconf_caps(conf);
	lxcconf_free(conf);
	return true;
}

static void judge_fragment(const struct container *c, struct list_facts *f)
{
	struct caps fragment;

	if (strcmp(f->level, "none") != 0 && read_fragment(c, f, &fragment))
		f->drift[LIST_DRIFT_FRAGMENT] = caps_minus(f->configured, fragment);
}

/* Needs that turned up after the fragment was made, and that are not given since. */
static void judge_record(int dirfd, struct list_facts *f)
{
	auto_record struct record *record = NULL;
	struct record_error error;
	struct stat st = { .st_mtime = 0 };

	if (record_read_at(dirfd, &record, &error) < 0)
		return;
	(void)fstatat(dirfd, HARDEN_CONF, &st, AT_SYMLINK_NOFOLLOW); /* none: since ever */
	for (size_t i = 0; i < record->n_checks; i++) {
		const struct record_check *check = &record->checks[i];

		if (check->answer == RECORD_DENIED && record_counts(check) &&
		    check->last >= st.st_mtime && !caps_has(f->configured, check->cap))
			caps_add(&f->drift[LIST_DRIFT_DENIED], check->cap);
	}
}

/* What was proved, and has not been applied or was changed since. */
static void judge_proof(int dirfd, struct list_facts *f)
{
	auto_proof struct proof *proof = NULL;
	struct proof_error error;

	if (proof_read_at(dirfd, &proof, &error) < 0)
		return;
	f->drift[LIST_DRIFT_NEEDLESS] = caps_minus(f->configured, proof->keep);
	f->drift[LIST_DRIFT_MISSING] = caps_minus(proof->keep, f->configured);
}

static void take_check(const struct check *c, struct list_facts *f)
{
	f->state = c->state;
	f->known = c->state != CHECK_FAILED && c->state != CHECK_UNREADABLE;
	f->pid = c->pid;
	f->idmapped = c->idmapped;
	f->configured = c->configured;
	f->held = c->held;
	f->score = c->score;
	f->n_findings = c->n_findings;
	(void)snprintf(f->level, sizeof(f->level), "%s", c->level); /* fits */
	if (c->failure)
		(void)snprintf(f->failure, sizeof(f->failure), "%s", c->failure); /* cut at most */
	for (size_t i = 0; i < c->n_findings && !f->known && !f->failure[0]; i++) {
		const struct check_finding *x = &c->findings[i];

		if (x->severity == CHECK_BROKEN && x->place.file && x->place.line)
			(void)snprintf(f->failure, sizeof(f->failure), "%.150s:%u: %.200s",
				       x->place.file, x->place.line, x->text);
		else if (x->severity == CHECK_BROKEN)
			(void)snprintf(f->failure, sizeof(f->failure), "%.300s", x->text);
	}
}

static void look(size_t index, void *result, const void *state)
{
	const struct state *s = state;
	const struct container *c = &s->items[index];
	auto_free char *memory = calloc(1, ARENA_SIZE);
	struct check_arena arena = { .base = memory, .size = ARENA_SIZE };
	const struct check *check = memory ? check_container(s->host, c, &arena) : NULL;
	auto_close int dirfd = harden_dir_find(c->lxcpath, c->name, 0);
	struct list_facts *f = result;

	if (!check) {
		(void)snprintf(f->failure, sizeof(f->failure), "out of memory"); /* fits */
		f->state = CHECK_FAILED;
		return;
	}
	take_check(check, f);
	if (strcmp(f->level, "custom") == 0 && dirfd >= 0 &&
	    faccessat(dirfd, HARDEN_CONF, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		(void)snprintf(f->level, sizeof(f->level), "generated"); /* fits */
	if (dirfd >= 0)
		f->has_audit = audit_read_last(dirfd, &f->audit) == 0;
	if (!f->known)
		return;
	judge_running(f);
	judge_fragment(c, f);
	if (dirfd >= 0) {
		judge_record(dirfd, f);
		judge_proof(dirfd, f);
	}
}

/* --- With the caller's ------------------------------------------------------------ */

static void keep_only(struct containers *list, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct container *c = &list->items[i];

		if (strcmp(c->name, name) == 0)
			list->items[n++] = *c;
		else
			free((void *)c->name); /* const only for its readers */
	}
	list->n = n;
}

/* Those whose process ended before it had an answer. */
static void tell_lost(struct list *list)
{
	struct list_facts *facts = list->results.results;

	for (size_t i = 0; i < list->containers.n; i++) {
		const char *why = list->results.ends[i] == WORKERS_TIMED_OUT
					  ? "reading it did not come to an end in time"
					  : "reading it crashed";

		if (list->results.ends[i] == WORKERS_DONE)
			continue;
		facts[i] = (struct list_facts){ .state = CHECK_FAILED };
		(void)snprintf(facts[i].failure, sizeof(facts[i].failure), "%s", why); /* fits */
	}
	list->facts = facts;
}

static int read_facts(struct list *list)
{
	struct check_host host;
	struct state state = { list->containers.items, &host };
	struct workers w = {
		.size = sizeof(struct list_facts),
		.run = look,
		.state = &state,
	};
	int r;

	check_host_init(&host);
	r = containers_run(list->containers.items, list->containers.n, &w, &list->results);
	if (r == 0)
		tell_lost(list);
	return r;
}

int list_read(const char *const *lxcpaths, size_t n, bool of_users, const char *only,
	      struct list *ret, struct containers_error *ret_error)
{
	struct list list = { .facts = NULL };
	int r = containers_find(lxcpaths, n, of_users, &list.containers, ret_error);

	if (r < 0)
		return r;
	if (only)
		keep_only(&list.containers, only);
	r = read_facts(&list);
	if (r < 0) {
		(void)snprintf(ret_error->text, sizeof(ret_error->text),
			       "cannot read the containers: %s", strerror(-r)); /* fits */
		containers_done(&list.containers);
		return r;
	}
	*ret = list;
	return 0;
}

void list_done(struct list *list)
{
	workers_done(&list->results);
	containers_done(&list->containers);
	list->facts = NULL;
}
