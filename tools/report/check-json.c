/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See check-show.h: the JSON of check.schema.json, a container at a time. */
#include "config.h"

#include "tools/report/check-show.h"

#include <stdio.h>

#include "tools/command/command-json.h"
#include "tools/risk/capinfo.h"

/*
 * For one container: 256 findings with two paths each, of 4 KiB, and a text, in which a user whose
 * container it is makes each byte six.  What is not used costs nothing.
 */
#define ROOM (64u << 20)

static void put_place(struct json *j, struct check_place place)
{
	json_str(j, "file", place.file);
	if (place.file && place.line)
		json_u64(j, "line", place.line);
	else
		json_null(j, "line");
}

static void put_finding(struct json *j, const struct check_finding *f)
{
	json_begin_object(j, NULL);
	json_str(j, "id", f->id);
	json_str(j, "kind", check_kind_name(f->kind));
	json_str(j, "severity", check_severity_name(f->severity));
	put_place(j, f->place);
	json_str(j, "text", f->text);
	json_str(j, "remedy", f->remedy);
	json_str(j, "cost", f->cost);
	json_end_object(j);
}

static void put_cap(struct json *j, const struct check *c, unsigned int n)
{
	const struct capinfo *info = capinfo_get(n);
	const struct check_cap *cap = &c->caps[n];
	char number[12];

	(void)snprintf(number, sizeof(number), "%u", n); /* fits */
	json_begin_object(j, NULL);
	json_str(j, "name", info ? info->name : number);
	json_bool(j, "configured", cap->configured);
	json_bool(j, "held", cap->held);
	json_begin_array(j, "events");
	for (size_t i = 0; i < cap->n_events; i++) {
		json_begin_object(j, NULL);
		json_str(j, "action", check_cap_action_name(cap->events[i].action));
		put_place(j, cap->events[i].place);
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
}

static void put_score(struct json *j, const struct check *c)
{
	if (!check_is_known(c)) {
		json_null(j, "score");
		return;
	}
	json_begin_object(j, "score");
	json_u64(j, "value", c->score);
	json_str(j, "meaning", check_score_name(c->score));
	json_u64(j, "configuration", c->score_config);
	for (int s = CHECK_HOST; s >= CHECK_DENIAL; s--)
		json_u64(j, check_severity_name((enum check_severity)s), c->score_class[s]);
	json_end_object(j);
}

static void put_check(struct json *j, const struct check *c)
{
	json_begin_object(j, NULL);
	json_str(j, "name", c->name);
	json_str(j, "lxcpath", c->lxcpath);
	json_str(j, "state", check_state_name(c->state));
	json_str(j, "failure", c->failure);
	json_u64(j, "owner", c->owner);
	if (c->pid)
		json_u64(j, "pid", (uint64_t)c->pid);
	else
		json_null(j, "pid");
	json_str(j, "level", c->level);
	json_bool(j, "idmapped", c->idmapped);
	put_score(j, c);
	json_begin_array(j, "findings");
	for (size_t i = 0; i < c->n_findings; i++)
		put_finding(j, &c->findings[i]);
	json_end_array(j);
	json_u64(j, "findings_left_out", c->left_out);
	json_begin_array(j, "capabilities");
	for (unsigned int n = 0; c->last_cap && n <= c->last_cap && n <= CAPS_MAX; n++)
		put_cap(j, c, n);
	json_end_array(j);
	json_end_object(j);
}

int check_write_json(const struct check_set *set, FILE *f)
{
	struct command_json d;

	command_json_begin(&d, f, ROOM);
	json_u64(&d.j, "schema", 1);
	json_str(&d.j, "version", PACKAGE_VERSION);
	json_begin_array(&d.j, "containers");
	for (size_t i = 0; i < set->n && command_json_flush(&d) == 0; i++)
		put_check(&d.j, set->checks[i]);
	json_end_array(&d.j);
	return command_json_end(&d);
}
