/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What "prove" and "learn" have found out about a container, for its fragment: see
 * plan.h.  A record alone decides nothing: most of what it saw granted a guest can
 * do without, which only trying shows.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "tools/container/harden-dir.h"
#include "tools/generate/plan.h"

/* LXCPATH/NAME may be another user's: the folders there are no links. */
static int say(struct config_error *error, const char *lxcpath, const char *name, const char *file,
	       const char *text, int r)
{
	struct emit e = EMIT_INIT(error->text);

	emit_escaped(&e, span_of(lxcpath));
	emit_printf(&e, "/%s/" HARDEN_DIR "/%s: %s", name, file, text[0] ? text : strerror(-r));
	return r;
}

int plan_read_record(struct plan *plan, const char *lxcpath, const char *name,
		     struct config_error *ret_error)
{
	auto_close int fd = harden_dir_find(lxcpath, name, O_NOFOLLOW);
	struct record_error error = { .text = "" };
	int r;

	/* What is wrong with the folder is told by those who write there. */
	if (fd < 0)
		return 0;
	r = record_read_at(fd, &plan->record, &error);
	return r < 0 && r != -ENOENT ? say(ret_error, lxcpath, name, HARDEN_RECORD, error.text, r)
				     : 0;
}

int plan_read_proof(struct plan *plan, const char *lxcpath, const char *name,
		    struct config_error *ret_error)
{
	auto_close int fd = harden_dir_find(lxcpath, name, O_NOFOLLOW);
	struct proof_error error = { .text = "" };
	int r;

	if (fd < 0)
		return 0;
	r = proof_read_at(fd, &plan->proof, &error);
	return r < 0 && r != -ENOENT ? say(ret_error, lxcpath, name, HARDEN_PROOF, error.text, r)
				     : 0;
}

static void put_proof(const struct proof *proof, unsigned int cap, FILE *out)
{
	if (!caps_has(proof->keep, cap)) {
		if (caps_has(proof->max, cap))
			fputs("#   proof: all that was checked works without\n", out);
		return;
	}
	for (size_t i = 0; i < proof->n_evidence; i++) {
		const struct proof_evidence *e = &proof->evidence[i];

		if (e->cap == cap)
			fprintf(out, "#   proof: without it, %s: %s%s%s\n", e->stage, e->unit,
				e->unit[0] ? " " : "", e->what);
	}
}

/* The check that was made most often, of those that count; NULL if there is none. */
static const struct record_check *find_most(const struct record *record, unsigned int cap)
{
	const struct record_check *most = NULL;

	for (size_t i = 0; i < record->n_checks; i++) {
		const struct record_check *c = &record->checks[i];

		if (c->cap == cap && record_counts(c) && (!most || c->count > most->count))
			most = c;
	}
	return most;
}

static void put_record(const struct record *record, unsigned int cap, FILE *out)
{
	const struct record_check *most = find_most(record, cap);
	struct record_use use;

	record_get_use(record, cap, &use);
	if (use.verdict == RECORD_UNUSED || use.verdict == RECORD_PROBED) {
		fprintf(out, "#   record: %s\n", record_verdicts[use.verdict]);
		return;
	}
	fprintf(out, "#   record: granted %llu, refused %llu times",
		(unsigned long long)use.granted, (unsigned long long)use.denied);
	if (most)
		fprintf(out, "; most by %s, %s, %s", most->unit ? most->unit : "no unit",
			most->program ? most->program
			: most->comm  ? most->comm
				      : "unknown",
			most->syscall ? most->syscall : "no system call");
	fputc('\n', out);
}

bool plan_emit_evidence(const struct plan *plan, unsigned int cap, FILE *out)
{
	struct record_use use = { .granted = 0 };

	if (plan->proof)
		put_proof(plan->proof, cap, out);
	if (plan->record) {
		put_record(plan->record, cap, out);
		record_get_use(plan->record, cap, &use);
	}
	return use.granted || (plan->proof && caps_has(plan->proof->keep, cap));
}
