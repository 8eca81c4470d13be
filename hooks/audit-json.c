/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-record.h: the record as JSON. */
#include "config.h"

#include "hooks/audit-log.h"
#include "hooks/audit-record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/idmap.h"
#include "lib/json.h"

/* Far more than the longest: 32 findings of 400 bytes, each byte six at worst, and the rest. */
#define RECORD_SIZE_MAX (256 << 10)

static const char *const verdicts[] = {
	[AUDIT_VERDICT_CONFORMS] = "conforms",
	[AUDIT_VERDICT_REFUSED] = "refused",
	[AUDIT_VERDICT_UNCHECKED] = "unchecked",
};

static void emit_words(struct json *j, const char *key, struct span words)
{
	struct span word;

	json_begin_array(j, key);
	while (span_next_word(&words, &word))
		json_span(j, NULL, word);
	json_end_array(j);
}

static void emit_map(struct json *j, const char *key, const char *text)
{
	struct span rest = span_of(text);
	struct idmap map;

	json_begin_array(j, key);
	while (idmap_next(&rest, &map) > 0) {
		json_begin_object(j, NULL);
		json_u64(j, "inside", map.inside);
		json_u64(j, "outside", map.outside);
		json_u64(j, "count", map.count);
		json_end_object(j);
	}
	json_end_array(j);
}

static void emit_process(struct json *j, const struct audit_record *r)
{
	static const char *const seccomp[] = { "off", "strict", "filter", "unknown" };
	const struct audit_process *p = r->process;

	json_u64(j, "pid", (uint64_t)p->pid);
	json_u64(j, "init_start_time", p->start_time);
	json_begin_object(j, "capabilities");
	json_caps(j, "bounding", p->status.bounding);
	json_caps(j, "inheritable", p->status.inheritable);
	json_caps(j, "ambient", p->status.ambient);
	if (r->policy)
		json_caps(j, "excess", policy_get_excess(&r->policy->policy, p->status.bounding));
	json_end_object(j);
	json_str(j, "seccomp", seccomp[p->status.seccomp]);
	json_bool(j, "no_new_privs", p->status.no_new_privs);
	json_str(j, "lsm", p->lsm[0] ? p->lsm : NULL);
	json_begin_object(j, "idmap");
	json_bool(j, "host_root", p->maps_root);
	emit_map(j, "uid", p->uid_map);
	emit_map(j, "gid", p->gid_map);
	json_end_object(j);
	json_begin_object(j, "namespaces");
	for (size_t i = 0; i < POLICY_N_NAMESPACES; i++) {
		json_begin_object(j, policy_namespaces[i]);
		json_u64(j, "inode", p->ns[i].inode);
		json_bool(j, "shared", p->ns[i].shared);
		json_end_object(j);
	}
	json_end_object(j);
}

static void emit_guest(struct json *j, const struct audit_record *r)
{
	static const char *const states[] = {
		[AUDIT_GUEST_REPORT] = "report",
		[AUDIT_GUEST_NOTHING] = "none",
		[AUDIT_GUEST_ABSENT] = "absent",
		[AUDIT_GUEST_HOSTILE] = "hostile",
	};
	const struct audit_guest *g = r->guest;

	json_begin_object(j, "inside");
	json_str(j, "state", states[g->state]);
	json_str(j, "note", r->note);
	if (g->state == AUDIT_GUEST_REPORT) {
		json_str(j, "verdict", report_get_verdict(g->report.verdict));
		json_str(j, "mode", g->report.warn ? "warn" : "enforce");
		json_span(j, "policy", g->report.policy);
		for (size_t i = 0; i < REPORT_N_TRIALS; i++)
			emit_words(j, report_trials[i], g->report.trials[i]);
	}
	json_end_object(j);
}

static void emit_policy(struct json *j, const struct audit_record *r)
{
	json_begin_object(j, "policy");
	json_span(j, "name", r->policy ? r->policy->policy.name : r->policy_name);
	json_str(j, "path", r->policy ? r->policy->path : NULL);
	json_end_object(j);
}

static void emit_findings(struct json *j, const char *key, const struct audit_findings *f)
{
	json_begin_array(j, key);
	for (size_t i = 0; i < f->n; i++) {
		json_begin_object(j, NULL);
		json_str(j, "key", f->item[i].key);
		json_str(j, "text", f->item[i].text);
		json_end_object(j);
	}
	json_end_array(j);
}

int audit_emit_record(const struct audit_record *r, char **ret_text, size_t *ret_size)
{
	auto_free char *text = malloc(RECORD_SIZE_MAX);
	struct emit e = { .buf = text, .size = RECORD_SIZE_MAX };
	struct json j = { .e = &e };
	struct utsname kernel;

	if (!text)
		return -ENOMEM;
	text[0] = '\0';
	json_begin_object(&j, NULL);
	json_u64(&j, "schema", 1);
	json_str(&j, "container", r->container);
	json_str(&j, "verdict", verdicts[r->verdict]);
	json_str(&j, "mode", r->warn ? "warn" : "enforce");
	emit_findings(&j, "findings", &r->findings);
	json_u64(&j, "findings_left_out", r->findings.left_out);
	emit_findings(&j, "notes", &r->notes);
	emit_policy(&j, r);
	json_str(&j, "by", r->by);
	json_time(&j, "time", time(NULL));
	json_str(&j, "kernel", uname(&kernel) == 0 ? kernel.release : NULL);
	json_str(&j, "start", r->start.id[0] ? r->start.id : NULL);
	if (r->start.monitor)
		json_u64(&j, "monitor_pid", (uint64_t)r->start.monitor);
	if (r->process)
		emit_process(&j, r);
	if (r->guest)
		emit_guest(&j, r);
	json_end_object(&j);
	json_finish(&j);
	if (e.full)
		return -ENOSPC;
	*ret_text = take_ptr(&text);
	*ret_size = e.len;
	return 0;
}

/* The longest: keys and text of 32 findings are cut to what a line needs. */
#define LINE_SIZE_MAX (16 << 10)

static void emit_line_findings(struct json *j, const struct audit_findings *f)
{
	json_begin_array(j, "findings");
	for (size_t i = 0; i < f->n; i++)
		json_str(j, NULL, f->item[i].key);
	json_end_array(j);
	/* The first is what decided; all of them are told in audit.json, of the last start. */
	json_str(j, "text", f->n ? f->item[0].text : NULL);
}

int audit_emit_line(const struct audit_record *r, char **ret_line, size_t *ret_size)
{
	auto_free char *text = malloc(LINE_SIZE_MAX);
	struct emit e = { .buf = text, .size = LINE_SIZE_MAX };
	struct json j = { .e = &e, .compact = true };
	struct utsname kernel;

	if (!text)
		return -ENOMEM;
	text[0] = '\0';
	json_begin_object(&j, NULL);
	json_time(&j, "time", time(NULL));
	json_str(&j, "verdict", verdicts[r->verdict]);
	json_str(&j, "mode", r->warn ? "warn" : "enforce");
	json_span(&j, "policy", r->policy ? r->policy->policy.name : r->policy_name);
	json_str(&j, "by", r->by);
	json_str(&j, "kernel", uname(&kernel) == 0 ? kernel.release : NULL);
	json_str(&j, "start", r->start.id[0] ? r->start.id : NULL);
	if (r->process) {
		char bounding[20];

		(void)snprintf(bounding, sizeof(bounding), "%016llx",
			       (unsigned long long)r->process->status.bounding.bits); /* fits */
		json_str(&j, "bounding", bounding);
	}
	emit_line_findings(&j, &r->findings);
	json_end_object(&j);
	json_finish(&j);
	if (e.full)
		return -ENOSPC;
	*ret_line = take_ptr(&text);
	*ret_size = e.len;
	return 0;
}
