/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What decides which capabilities generate keeps: the level, a proof or a record.  A proof
 * that fits is believed without being asked for, as it was made for just this; a record is
 * not, as it lists what a guest could do without, and lacks what did not run.
 */
#include "config.h"

#include "tools/generate/basis.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/emit.h"

static struct caps wanted_by_guest(const struct plan *plan)
{
	struct caps wanted = plan_get_wanted(plan);

	wanted.bits &= plan->grantable.bits;
	return wanted;
}

static const char *say_caps(char *buf, size_t size, const char *head, struct caps caps)
{
	struct emit e = { .buf = buf, .size = size };

	emit_printf(&e, "%s: ", head);
	caps_emit(&e, caps, " ");
	return buf;
}

/* Why the proof says nothing about this container as it is; NULL if it does. */
static const char *check_proof(const struct plan *plan, const char *name, char *buf, size_t size)
{
	const struct proof *proof = plan->proof;
	struct caps allowed = { plan->allowed.bits | plan->add.bits | wanted_by_guest(plan).bits };
	struct caps held = { plan->held.bits | plan->add.bits }, missing, excess;

	if (!proof)
		return "there is no proof, see lxc-harden-prove(8)";
	if (strcmp(proof->container, name) != 0)
		return "the proof is of another container";
	if (strcmp(proof->level, plan->level) != 0)
		return "the proof is of another level";
	if (proof->idmapped != plan->idmapped)
		return "the proof is of a container whose ids are mapped otherwise";
	missing = caps_minus(proof->keep, held);
	if (missing.bits)
		return say_caps(buf, size, "the configuration takes what the proof keeps", missing);
	excess = caps_minus(proof->keep, allowed);
	if (excess.bits)
		return say_caps(buf, size, "the level takes what the proof keeps", excess);
	return NULL;
}

static bool has_losses(const struct record *record)
{
	if (record->n_losses)
		return true;
	for (size_t i = 0; i < record->n_runs; i++) {
		if (record->runs[i].missed || record->runs[i].unassigned)
			return true;
	}
	return false;
}

static const char *check_record(const struct plan *plan, const char *name)
{
	const struct record *record = plan->record;

	if (!record)
		return "there is no record, see lxc-harden-learn(8)";
	if (strcmp(record->container, name) != 0)
		return "the record is of another container";
	if (!record->n_boots)
		return "the record has no boot, so what the start asks for is not in it";
	if (has_losses(record))
		return "the record has losses, so what it lists may not be all";
	return NULL;
}

/* --- What is said of it -------------------------------------------------------- */

static const char *format_day(int64_t seconds, char buf[16])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, 16, "%Y-%m-%d", &tm))
		return "?";
	return buf;
}

static void emit_proof(struct emit *e, const struct proof *proof)
{
	char day[16];

	emit_printf(e, "what was proved on %s, ", format_day(proof->created, day));
	if (proof->n_checks)
		emit_printf(e, "with %zu check%s", proof->n_checks, proof->n_checks > 1 ? "s" : "");
	else
		emit_printf(e, "without a check of its work");
}

static void emit_record(struct emit *e, const struct record *record)
{
	char first[16], last[16];
	size_t n = record->n_runs;

	emit_printf(e, "what was granted in %llu boot%s", (unsigned long long)record->n_boots,
		    record->n_boots > 1 ? "s" : "");
	if (n)
		emit_printf(e, ", %s to %s", format_day(record->runs[0].begin, first),
			    format_day(record->runs[n - 1].end, last));
}

bool basis_emit(const struct plan *plan, FILE *out)
{
	char buf[300];
	struct emit e = EMIT_INIT(buf);

	if (plan->basis == PLAN_PROOF && plan->proof) {
		emit_proof(&e, plan->proof);
		fprintf(out,
			"# Kept is %s: proof.json.\n"
			"# \"generate --unproved\" goes without it.\n",
			buf);
	} else if (plan->basis == PLAN_RECORD && plan->record) {
		emit_record(&e, plan->record);
		fprintf(out,
			"# Kept is %s: record.json; and\n"
			"# what the guest's files ask for.  That is more than it needs, as "
			"programs "
			"ask for\n"
			"# what they can do without, and covers only what ran meanwhile.  "
			"\"lxc-harden prove\"\n"
			"# finds out what is needed.\n",
			buf);
	}
	return !e.full;
}

/* --- The choice ------------------------------------------------------------------ */

static void tell(const struct command *cmd, const struct plan *plan)
{
	struct command_text name;
	char buf[300];
	struct emit e = EMIT_INIT(buf);

	if (cmd->quiet)
		return;
	(void)command_escape(&name, cmd->name);
	if (plan->basis == PLAN_PROOF && plan->proof) {
		emit_proof(&e, plan->proof);
		fprintf(stderr, "note: %s keeps %s (--unproved goes without the proof)\n",
			name.text, buf);
	} else if (plan->basis == PLAN_RECORD && plan->record) {
		emit_record(&e, plan->record);
		fprintf(stderr,
			"note: %s keeps %s: more than it needs, and nothing for what did not run\n",
			name.text, buf);
	}
}

static int refuse(const struct command *cmd, const char *reason)
{
	command_error(cmd->verb, "%s: %s", cmd->name, reason);
	return COMMAND_MISUSE;
}

static int choose_record(const struct command *cmd, struct plan *plan)
{
	const char *why = check_record(plan, cmd->name);

	if (why)
		return refuse(cmd, why);
	plan->basis = PLAN_RECORD;
	return -1;
}

/* damaged: why it could not be read, or "". */
static int choose_proof(const struct command *cmd, enum basis_wish wish, const char *damaged,
			struct plan *plan)
{
	char buf[1200];
	const char *why = check_proof(plan, cmd->name, buf, sizeof(buf));

	if (wish == BASIS_PROVED && damaged[0]) {
		command_error(cmd->verb, "%s", damaged);
		return COMMAND_MISUSE;
	}
	if (wish == BASIS_PROVED && why)
		return refuse(cmd, why);
	if (!why) {
		plan->basis = PLAN_PROOF;
		return -1;
	}
	if (damaged[0])
		command_error(cmd->verb, "ignoring %s", damaged);
	else if (plan->proof)
		command_error(cmd->verb, "%s: ignoring the proof: %s", cmd->name, why);
	/* What it says of each capability would mislead, too. */
	proof_free(plan->proof);
	plan->proof = NULL;
	return -1;
}

int basis_choose(const struct command *cmd, enum basis_wish wish, struct plan *plan)
{
	struct config_error damaged = { .text = "" }, error = { .text = "" };
	bool proof = wish == BASIS_ANY || wish == BASIS_PROVED;
	int r = plan_read_record(plan, cmd->lxcpaths[0], cmd->name, &error);

	if (r == 0 && proof) {
		r = plan_read_proof(plan, cmd->lxcpaths[0], cmd->name, &error);
		if (r == -EINVAL) {
			damaged = error;
			r = 0;
		}
	}
	if (r < 0) {
		command_error(cmd->verb, "%s", error.text);
		return r == -EINVAL ? COMMAND_MISUSE : COMMAND_FAILED;
	}
	if (wish == BASIS_RECORDED)
		r = choose_record(cmd, plan);
	else
		r = proof ? choose_proof(cmd, wish, damaged.text, plan) : -1;
	if (r < 0)
		tell(cmd, plan);
	return r;
}
