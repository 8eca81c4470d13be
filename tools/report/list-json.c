/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See list-show.h: all that is known, as lxc-harden-list(8) documents it. */
#include "config.h"

#include "tools/report/list-show.h"

#include <stdio.h>

#include "tools/command/command-json.h"

#define ROOM (256u << 10) /* for one container: sets of names, and texts of limited length */

static void put_audit(struct json *j, const struct list_facts *f)
{
	if (!f->has_audit) {
		json_null(j, "audit");
		return;
	}
	json_begin_object(j, "audit");
	json_str(j, "verdict", audit_words[f->audit.verdict]);
	json_str(j, "mode", f->audit.warn ? "warn" : "enforce");
	json_str(j, "time", f->audit.time[0] ? f->audit.time : NULL);
	json_str(j, "policy", f->audit.policy[0] ? f->audit.policy : NULL);
	json_str(j, "text", f->audit.text[0] ? f->audit.text : NULL);
	json_end_object(j);
}

static void put_known(struct json *j, const struct list_facts *f)
{
	if (f->pid)
		json_u64(j, "pid", (uint64_t)f->pid);
	else
		json_null(j, "pid");
	json_str(j, "level", f->level);
	json_bool(j, "idmapped", f->idmapped);
	json_caps(j, "configured", f->configured);
	json_caps(j, "held", f->held);
	json_u64(j, "score", f->score);
	json_str(j, "meaning", check_score_name(f->score));
	json_u64(j, "findings", f->n_findings);
	json_begin_object(j, "drift");
	for (size_t i = 0; i < LIST_N_DRIFTS; i++)
		json_caps(j, list_drifts[i], f->drift[i]);
	json_end_object(j);
}

static void put_one(struct json *j, const struct container *c, const struct list_facts *f)
{
	json_begin_object(j, NULL);
	json_str(j, "name", c->name);
	json_str(j, "lxcpath", c->lxcpath);
	json_u64(j, "owner", c->owner.uid);
	json_str(j, "state", check_state_name(f->state));
	json_str(j, "failure", f->known ? NULL : f->failure);
	if (f->known)
		put_known(j, f);
	put_audit(j, f);
	json_end_object(j);
}

int list_print_json(const struct list *list)
{
	struct command_json d;

	command_json_begin(&d, stdout, ROOM);
	json_u64(&d.j, "schema", 1);
	json_begin_array(&d.j, "containers");
	for (size_t i = 0; i < list->containers.n && command_json_flush(&d) == 0; i++)
		put_one(&d.j, &list->containers.items[i], &list->facts[i]);
	json_end_array(&d.j);
	return command_json_end(&d);
}
