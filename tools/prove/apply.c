/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "generate" with the list that was proved, just that: see report.h. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tools/container/harden-dir.h"
#include "tools/container/open-root.h"
#include "tools/evidence/proof.h"
#include "tools/prove/report.h"

#define ARGS_MAX (CAPS_MAX + 16)

static bool add_arg(char *args[ARGS_MAX], int *n, const char *option, const char *value)
{
	if (*n + 1 >= ARGS_MAX || asprintf(&args[*n], "%s%s", option, value) < 0) {
		args[*n] = NULL;
		return false;
	}
	args[++*n] = NULL;
	return true;
}

/* What the host does not show as a folder, generate cannot look at. */
static bool has_guest(const struct prove_run *run)
{
	const char *reason;
	auto_close int fd = guest_open(run->setup.root, &reason);

	return fd >= 0;
}

/* What was begun with --all may keep more than the level gives: that was asked for. */
static bool fill_args(const struct prove_run *run, const struct proof *proof, char *args[ARGS_MAX],
		      int *n)
{
	bool ok = add_arg(args, n, "generate", "") && add_arg(args, n, "--proved", "") &&
		  add_arg(args, n, "--level=", run->config.level) &&
		  add_arg(args, n, "--lxcpath=", run->setup.lxcpath) &&
		  add_arg(args, n, "--name=", run->setup.name) &&
		  (has_guest(run) || add_arg(args, n, "--no-guest", "")) &&
		  (!run->cmd->json || add_arg(args, n, "--quiet", "")) &&
		  (!run->cmd->quiet || add_arg(args, n, "--quiet", ""));

	for (unsigned int cap = 0; ok && proof->all && cap <= run->config.last_cap; cap++) {
		char name[32];
		struct emit e = EMIT_INIT(name);

		caps_emit_name(&e, cap);
		if (caps_has(proof->keep, cap))
			ok = add_arg(args, n, "--add=", name);
	}
	return ok;
}

int prove_apply(const struct prove_run *run, prove_generate run_generate)
{
	const struct verb generate = { "generate", "", "", NULL, COMMAND_ONE, run_generate };
	auto_proof struct proof *proof = NULL;
	struct proof_error error;
	char *args[ARGS_MAX] = { NULL };
	int n = 0, r = proof_read_at(run->harden, &proof, &error);

	if (r < 0) {
		command_error(run->cmd->verb, "%s: cannot read 'harden/%s': %s", run->cmd->name,
			      HARDEN_PROOF, error.text);
		return COMMAND_FAILED;
	}
	if (fill_args(run, proof, args, &n)) {
		r = run_generate(&generate, n, args);
	} else {
		command_error(run->cmd->verb, "out of memory");
		r = COMMAND_FAILED;
	}
	for (int i = 0; i < n; i++)
		free(args[i]);
	return r;
}
