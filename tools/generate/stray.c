/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A second look at the fragment before it is written: see plan.h. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools/generate/plan.h"

static bool is_of_level(const struct plan *plan, const struct lxcconf_line *line)
{
	const struct lxcconf *conf = plan->level_conf;

	for (size_t i = 0; i < conf->n_settings; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		if (span_is(line->key, s->key) && span_is(line->value, s->value))
			return true;
	}
	return false;
}

static bool is_of_guest(const struct plan *plan, const struct lxcconf_line *line)
{
	for (size_t i = 0; plan->guest && i < plan->guest->n_mounts; i++) {
		if (span_is(line->key, "lxc.mount.entry") &&
		    span_is(line->value, plan->guest->mounts[i].entry))
			return true;
	}
	return false;
}

static bool is_audit(const struct plan *plan, const struct lxcconf_line *line)
{
	static const char program[] = PKGLIBEXECDIR "/cap-audit --policy ";
	size_t n = sizeof(program) - 1;
	struct span file;

	if (!span_is(line->key, "lxc.hook.start-host") || !span_starts(line->value, program))
		return false;
	file = (struct span){ line->value.p + n, line->value.n - n };
	/* Of the level itself, which is_of_level() knows, in a text that stands by itself. */
	return !plan->raw && span_is(file, plan->policy);
}

static bool is_seccomp(const struct plan *plan, const struct lxcconf_line *line)
{
	return plan->seccomp && span_is(line->key, "lxc.seccomp.profile") &&
	       span_is(line->value, plan->seccomp);
}

/* What of these comes out is compared with the plan by those who load it. */
static bool is_list(const struct lxcconf_line *line)
{
	return span_is(line->key, "lxc.cap.keep") || span_is(line->key, "lxc.cap.drop");
}

unsigned int plan_find_stray(const struct plan *plan, const char *text, size_t size)
{
	struct lxcconf_text rest = LXCCONF_TEXT_INIT(((struct span){ text, size }));
	struct lxcconf_line line;
	int r;

	while ((r = lxcconf_next(&rest, &line)) > 0) {
		if (line.ignored ||
		    (!is_list(&line) && !is_of_level(plan, &line) && !is_of_guest(plan, &line) &&
		     !is_audit(plan, &line) && !is_seccomp(plan, &line)))
			return line.line;
	}
	return r < 0 ? line.line : 0;
}
