/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See report.h. */
#include "config.h"

#include "tools/prove/report.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "lib/cleanup.h"
#include "tools/container/harden-dir.h"
#include "tools/evidence/proof.h"

/* --- Filling --------------------------------------------------------------------- */

static void copy(char *buf, size_t size, const char *text)
{
	(void)snprintf(buf, size, "%s", text); /* a longer one is cut */
}

static void fill_evidence(const struct prove_run *run, struct proof *proof)
{
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		struct proof_evidence *ev = &proof->evidence[proof->n_evidence];
		struct caps less = run->result.set;
		const struct capsearch_try *t;
		const struct prove_reason *why;

		if (!caps_has(run->result.set, cap))
			continue;
		less.bits &= ~(UINT64_C(1) << cap);
		t = capsearch_find(&run->tries.tries, less);
		why = prove_tries_find_reason(&run->tries, less);
		ev->cap = cap;
		if (t) {
			ev->fails = t->fails[0] + t->fails[1];
			ev->passes = t->passes[0] + t->passes[1];
		}
		if (why) {
			copy(ev->stage, sizeof(ev->stage), prove_stages[why->stage]);
			copy(ev->unit, sizeof(ev->unit), why->unit);
			copy(ev->what, sizeof(ev->what), why->what);
			copy(ev->line, sizeof(ev->line), why->line);
			ev->timed_out = why->timed_out;
		}
		proof->n_evidence++;
	}
}

/* A check is the administrator's own text; what is not printable in it is escaped. */
static char *escape_check(const char *text)
{
	size_t size = strlen(text) * 4 + 1;
	char *buf = calloc(1, size);
	struct emit e = { .buf = buf, .size = size };

	if (buf)
		emit_printable(&e, span_of(text), "");
	return buf;
}

static int fill(const struct prove_run *run, struct proof *proof)
{
	struct utsname uts;

	copy(proof->container, sizeof(proof->container), run->cmd->name);
	copy(proof->level, sizeof(proof->level), run->config.level);
	if (uname(&uts) == 0)
		copy(proof->kernel, sizeof(proof->kernel), uts.release);
	copy(proof->lxc, sizeof(proof->lxc), lxc_get_version());
	proof->created = time(NULL);
	proof->all = run->config.all;
	proof->idmapped = run->setup.idmapped;
	proof->network = run->config.network;
	proof->restart = run->setup.restart && run->setup.systemd;
	proof->stop = run->setup.stop;
	proof->pairs = run->search.pairs;
	proof->confirmed = run->search.confirm;
	proof->repeat = run->search.repeat;
	proof->max = run->search.max;
	proof->keep = run->result.set;
	proof->flaky = run->result.flaky;
	proof->swappable = run->result.swappable;
	proof->used.bits = run->used.bits | run->result.set.bits;
	proof->boots = run->tries.boots;
	proof->ms = run->ms;
	fill_evidence(run, proof);
	for (size_t i = 0; i < run->setup.n_checks; i++) {
		proof->checks[i] = escape_check(run->setup.checks[i]);
		if (!proof->checks[i])
			return -ENOMEM;
		proof->n_checks++;
	}
	return 0;
}

/* --- Printing ----------------------------------------------------------------------- */

static int fill_row(struct libscols_table *table, const struct proof *proof,
		    const struct proof_evidence *ev)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char name[32], text[1000];
	struct emit e = EMIT_INIT(name), t = EMIT_INIT(text);

	caps_emit_name(&e, ev->cap);
	emit_printf(&t, "%s%s%s", ev->what, ev->line[0] ? ": " : "", ev->line);
	if (caps_has(proof->flaky, ev->cap))
		emit_printf(&t, " (flaky: %u of %u tries)", ev->fails, ev->fails + ev->passes);
	if (!line || scols_line_set_data(line, 0, name) ||
	    scols_line_set_data(line, 1, ev->stage) || scols_line_set_data(line, 2, text))
		return -ENOMEM;
	return 0;
}

static int print_table(const struct proof *proof)
{
	struct libscols_table *table = scols_new_table();
	int r = table ? 0 : -ENOMEM;

	if (r == 0 && (!scols_table_new_column(table, "KEPT", 0, 0) ||
		       !scols_table_new_column(table, "FAILS AT", 0, 0) ||
		       !scols_table_new_column(table, "WITHOUT IT", 0,
					       isatty(STDOUT_FILENO) ? SCOLS_FL_WRAP : 0)))
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < proof->n_evidence; i++)
		r = fill_row(table, proof, &proof->evidence[i]);
	if (r == 0)
		r = scols_print_table(table);
	scols_unref_table(table);
	return r < 0 ? r : 0;
}

static void print_set(const char *head, struct caps set)
{
	char names[1024];
	struct emit e = EMIT_INIT(names);

	if (!set.bits)
		return;
	caps_emit(&e, set, " ");
	printf("%s %s\n", head, names);
}

static int print_text(const struct prove_run *run, const struct proof *proof)
{
	int r = proof->n_evidence ? print_table(proof) : 0;
	struct command_text container;
	char names[1024];
	struct emit e = EMIT_INIT(names);

	if (r < 0)
		return r;
	printf("%s%s: %d of %u capabilities are kept, none can be taken away%s; %u boots, %.1f s\n",
	       proof->n_evidence ? "\n" : "", command_escape(&container, proof->container),
	       (int)proof->n_evidence, caps_count(proof->max), proof->pairs ? ", nor any two" : "",
	       proof->boots, (double)proof->ms / 1000);
	print_set("used, but not needed:", caps_minus(run->used, proof->keep));
	print_set("flaky without, so kept:", proof->flaky);
	print_set("a narrower one would do as well in place of:", proof->swappable);
	if (!proof->n_checks)
		printf("no --check was given: the list is for starting, restarting services and "
		       "shutting down\n");
	caps_emit(&e, proof->keep, " ");
	printf("lxc.cap.keep = %s\n", names);
	return 0;
}

int prove_report(struct prove_run *run)
{
	auto_proof struct proof *proof = proof_new();
	auto_free char *text = NULL;
	size_t size;
	int r = proof ? fill(run, proof) : -ENOMEM;

	if (r == 0)
		r = proof_write_at(run->harden, proof);
	if (r < 0) {
		command_error(run->cmd->verb, "%s: cannot write 'harden/%s': %s", run->cmd->name,
			      HARDEN_PROOF, strerror(-r));
		return COMMAND_FAILED;
	}
	if (run->cmd->json) {
		r = proof_print(proof, &text, &size);
		if (r == 0)
			fputs(text, stdout); /* command_finish() asks ferror() */
	} else if (!run->cmd->quiet) {
		r = print_text(run, proof);
	}
	if (r < 0) {
		command_error(run->cmd->verb, "cannot write the output: %s", strerror(-r));
		return COMMAND_FAILED;
	}
	return command_finish(run->cmd->verb);
}
