/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each line of the configuration did to each capability, by going through lxc.cap.keep
 * and lxc.cap.drop as LXC does (tools/config/lxcconf has the result, this has the way there), and
 * the lists that a later line took back.
 */
#include "config.h"

#include "tools/check/work.h"

#include <string.h>

#include "lib/cleanup.h"
#include "lib/emit.h"

#define EVENTS_MAX 16 /* of one capability: the first ones are left out */

struct replay {
	struct check_work *w;
	bool one_list; /* since 4.0.11 an empty value clears both */
	bool keeps;
	struct caps keep, drop;
	struct check_cap_event (*events)[EVENTS_MAX]; /* [cap][] */
	size_t n_events[CAPS_MAX + 1];
};

static struct caps held(const struct replay *r)
{
	struct caps all = caps_up_to(r->w->conf->last_cap);

	return (struct caps){ all.bits & (r->keeps ? r->keep.bits : ~r->drop.bits) };
}

static void note(struct replay *r, unsigned int cap, enum check_cap_action action,
		 const struct lxcconf_setting *s)
{
	size_t *n = &r->n_events[cap];

	if (*n == EVENTS_MAX) {
		memmove(&r->events[cap][0], &r->events[cap][1],
			(EVENTS_MAX - 1) * sizeof(r->events[cap][0]));
		(*n)--;
	}
	r->events[cap][(*n)++] = (struct check_cap_event){ action, check_place_of(r->w, s) };
}

static struct caps named(const char *value, bool *ret_none)
{
	struct span rest = span_of(value), word;
	struct caps set = { 0 };
	unsigned int cap;

	*ret_none = false;
	while (span_next_word(&rest, &word)) {
		if (span_is(word, "none")) {
			set = (struct caps){ 0 };
			*ret_none = true;
		} else if (caps_parse_name(word, &cap) == 0) {
			caps_add(&set, cap);
		}
	}
	return set;
}

static void clear(struct replay *r, bool keep)
{
	if (keep || r->one_list) {
		r->keeps = false;
		r->keep = (struct caps){ 0 };
	}
	if (!keep || r->one_list)
		r->drop = (struct caps){ 0 };
}

static void step(struct replay *r, const struct lxcconf_setting *s)
{
	bool keep = strcmp(s->key, "lxc.cap.keep") == 0, none = false;
	struct caps before = held(r), set = named(s->value, &none), after;

	if (!s->value[0]) {
		clear(r, keep);
	} else if (keep) {
		if (none || !r->keeps)
			r->keep = (struct caps){ 0 };
		r->keeps = true;
		r->keep.bits |= set.bits;
	} else {
		r->drop.bits |= set.bits;
	}
	after = held(r);
	for (unsigned int cap = 0; cap <= r->w->conf->last_cap; cap++) {
		bool was = caps_has(before, cap), is = caps_has(after, cap);

		if (!s->value[0]) {
			if (is && !was)
				note(r, cap, CHECK_CAP_WIPED, s);
		} else if (caps_has(set, cap)) {
			note(r, cap, keep ? CHECK_CAP_GRANTED : CHECK_CAP_REMOVED, s);
		} else if (was && !is) {
			note(r, cap, CHECK_CAP_REMOVED, s);
		}
	}
}

/* LXC's own common.conf drops five that userns.conf gives back: that is its design. */
static bool is_stock(const char *file)
{
	return strstr(file, "/lxc/config/") != NULL;
}

static bool was_wiped(const struct lxcconf *conf, size_t i, size_t by)
{
	const struct lxcconf_setting *s = &conf->settings[i];

	return s->state == LXCCONF_CLEARED && s->by == by &&
	       (strcmp(s->key, "lxc.cap.keep") == 0 || strcmp(s->key, "lxc.cap.drop") == 0);
}

/* Of those that were lost, what the lines of one file had taken away, from its first one on. */
static struct caps taken_by_file(const struct lxcconf *conf, size_t first, size_t by,
				 struct caps lost)
{
	struct caps taken = { 0 };
	bool none;

	for (size_t i = first; i < by; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		if (!was_wiped(conf, i, by) || s->file != conf->settings[first].file)
			continue;
		if (strcmp(s->key, "lxc.cap.keep") == 0)
			return lost; /* all that it does not name */
		taken.bits |= named(s->value, &none).bits;
	}
	return (struct caps){ taken.bits & lost.bits };
}

/*
 * An empty value, about to clear what came before: those of the capabilities taken away
 * until then that are held in the end are given back by it.  Told once for each file whose
 * lines it wipes, at the first of them.
 */
static void judge_wiped(struct check_work *w, size_t by, struct caps before)
{
	struct caps lost = caps_minus(w->out->configured, before);
	const struct lxcconf *conf = w->conf;

	for (size_t i = 0; i < by && lost.bits; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];
		struct check_place place = check_place_of(w, s);
		struct check_finding *f;
		char names[CAPS_TEXT_MAX];
		struct emit e = EMIT_INIT(names);
		struct caps back;

		if (!was_wiped(conf, i, by) || s->file == conf->settings[by].file ||
		    is_stock(place.file))
			continue;
		back = taken_by_file(conf, i, by, lost);
		if (!back.bits)
			continue;
		lost = caps_minus(lost, back);
		caps_emit(&e, back, " ");
		f = check_add(w, REASON_CAP_WIPED, place, NULL,
			      "'%s =' at %s clears '%s = %s': held again: %s",
			      conf->settings[by].key,
			      check_place_text(w, check_place_of(w, &conf->settings[by])), s->key,
			      s->value, names);
		if (f && w->out->idmapped)
			f->severity = CHECK_KERNEL;
	}
}

/* "keep = chown kill" and then "keep = none". */
static void judge_none(struct check_work *w, const struct lxcconf_setting *s)
{
	const struct lxcconf_setting *by;

	if (s->state != LXCCONF_CLEARED)
		return;
	by = &w->conf->settings[s->by];
	if (by->value[0])
		check_add(w, REASON_CAP_NONE, check_place_of(w, by), NULL,
			  "'%s = %s' at %s counts for nothing", s->key, s->value,
			  check_place_text(w, check_place_of(w, s)));
}

static void judge(struct check_work *w, struct replay *r)
{
	for (size_t i = 0; i < w->conf->n_settings; i++) {
		const struct lxcconf_setting *s = &w->conf->settings[i];
		bool keep = strcmp(s->key, "lxc.cap.keep") == 0;
		struct caps before = held(r);

		if (s->state == LXCCONF_IGNORED || (!keep && strcmp(s->key, "lxc.cap.drop") != 0))
			continue;
		step(r, s);
		if (!s->value[0])
			judge_wiped(w, i, before);
		if (keep)
			judge_none(w, s);
	}
}

void check_caps(struct check_work *w)
{
	struct replay r = {
		.w = w,
		.one_list = w->conf->version >= LXCCONF_VERSION(4, 0, 11),
	};
	auto_free void *memory = calloc(CAPS_MAX + 1, sizeof(r.events[0]));

	if (!memory)
		return;
	r.events = memory;
	judge(w, &r);
	for (unsigned int cap = 0; cap <= w->conf->last_cap && cap <= CAPS_MAX; cap++) {
		struct check_cap *c = &w->out->caps[cap];
		size_t size = r.n_events[cap] * sizeof(r.events[cap][0]);
		void *copy = size ? check_alloc(w->arena, size) : NULL;

		c->configured = c->held = caps_has(w->out->configured, cap);
		if (!copy)
			continue;
		memcpy(copy, r.events[cap], size);
		c->events = copy;
		c->n_events = r.n_events[cap];
	}
}
