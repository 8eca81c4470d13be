/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/config/lxcconf: a whole file, by the rules of three versions of LXC. */
#include "config.h"

#include "tools/config/lxcconf.h"

#include "tests/fuzz/fuzz.h"

static void check_states(const struct lxcconf *conf)
{
	for (size_t i = 0; i < conf->n_settings; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];
		bool ended = s->state == LXCCONF_OVERRIDDEN || s->state == LXCCONF_CLEARED;

		FUZZ_ASSERT(s->line > 0 && s->file == 0);
		FUZZ_ASSERT(ended == (s->by != LXCCONF_NONE));
		/* Only a later line ends one. */
		FUZZ_ASSERT(!ended || (s->by > i && s->by < conf->n_settings));
	}
	for (unsigned int cap = 0; cap <= conf->last_cap; cap++) {
		const struct lxcconf_cap *c = &conf->caps[cap];

		FUZZ_ASSERT(c->by == LXCCONF_NONE
				    ? c->held == !conf->keeps
				    : conf->settings[c->by].state == LXCCONF_IN_FORCE);
		FUZZ_ASSERT(caps_has(lxcconf_caps(conf), cap) == c->held);
	}
}

static void run(struct span text, unsigned int version)
{
	struct lxcconf_text rest = LXCCONF_TEXT_INIT(text);
	struct lxcconf *conf = lxcconf_new(version, 40);
	struct lxcconf_error error = { .fault = LXCCONF_FAULT_VALUE };
	struct lxcconf_line line;
	size_t file, index;
	int r;

	if (!conf || lxcconf_add_file(conf, "c", LXCCONF_NONE, &file) < 0)
		abort();
	while ((r = lxcconf_next(&rest, &line)) > 0) {
		FUZZ_ASSERT(fuzz_within(line.key, text) && line.key.n);
		FUZZ_ASSERT(line.ignored || fuzz_within(line.value, text));
		r = lxcconf_add(conf, file, &line, &error);
		if (r < 0)
			break;
	}
	if (r == 0) {
		check_states(conf);
		if (lxcconf_finish(conf, &error, &index) < 0)
			FUZZ_ASSERT(error.reason && index < conf->n_settings);
	}
	lxcconf_free(conf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };

	run(text, LXCCONF_VERSION(4, 0, 10));
	run(text, LXCCONF_VERSION(5, 0, 2));
	run(text, LXCCONF_VERSION(7, 0, 0));
	return 0;
}
