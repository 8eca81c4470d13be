/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See check.h: the words for its enums. */
#include "config.h"

#include "tools/check/check.h"

bool check_is_known(const struct check *c)
{
	return c->state == CHECK_RUNNING || c->state == CHECK_STOPPED;
}

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
