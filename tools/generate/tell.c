/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tell.h. */
#include "config.h"

#include "tools/generate/tell.h"

#include <stdio.h>
#include <string.h>

#include <linux/capability.h>

#include "lib/emit.h"
#include "tools/command/command.h"

static void print_caps(const char *head, struct caps caps)
{
	char names[1024];
	struct emit e = EMIT_INIT(names);

	caps_emit(&e, caps, " ");
	printf("  %-8s %s\n", head, names);
}

static void print_losses(const struct plan *plan, const char *where)
{
	size_t skips = 0;

	for (size_t i = 0; i < plan->guest->n_losses; i++) {
		const struct guest_loss *loss = &plan->guest->losses[i];
		int fails = plan_loss(plan, loss);

		skips += fails == 0;
		if (fails == 1)
			printf("  unit '%s' will fail: %s\n", loss->unit, loss->what);
	}
	if (skips)
		printf("  %zu units run without part of their own sandbox: see %s\n", skips, where);
}

/* What somebody has asked for himself, and does not get. */
static void print_missing(const struct plan *plan, const char *where)
{
	size_t bound = 0;

	for (size_t i = 0; i < plan->guest->n_needs; i++) {
		const struct guest_need *need = &plan->guest->needs[i];
		struct caps missing = caps_minus(need->caps, plan->kept);

		if (!missing.bits)
			continue;
		if (need->want == GUEST_FILE)
			printf("  '%s' cannot be executed any more, without:\n", need->who);
		else if (need->want < GUEST_BOUND)
			printf("  unit '%s' asks for more than is kept:\n", need->who);
		else
			bound++;
		if (need->want < GUEST_BOUND)
			print_caps("", missing);
	}
	if (bound)
		printf("  %zu units may use capabilities that are not kept: see %s\n", bound,
		       where);
}

static void print_users(const struct plan *plan)
{
	for (size_t i = 0; i < plan->guest->n_users; i++) {
		const struct guest_user *user = &plan->guest->users[i];

		if (plan_closes(plan, user->use))
			printf("  warning: %s closes %s: %s\n", plan->level,
			       plan_use_text(user->use), user->who);
	}
}

/* What is kept on a wish and acts on the host; a network that will not come up. */
static void print_network(const struct plan *plan)
{
	for (unsigned int cap = 0; !plan->idmapped && cap <= CAPS_MAX; cap++) {
		if (caps_has(plan->kept, cap) && plan_host_risk(cap))
			printf("  warning: the container is privileged: %s\n", plan_host_risk(cap));
	}
	if (plan->guest && plan->guest->network && !caps_has(plan->kept, CAP_NET_ADMIN))
		printf("  warning: the guest sets up its network by '%s', for which net_admin is "
		       "not "
		       "kept: set lxc.net.0.ipv4.address and .gateway, or --add net_admin\n",
		       plan->guest->network);
}

static void print_guest(const struct plan *plan, const char *where)
{
	print_losses(plan, where);
	print_missing(plan, where);
	print_users(plan);
	for (size_t i = 0; i < plan->guest->n_notes; i++)
		printf("  note: %s\n", plan->guest->notes[i]);
}

void generate_print_text(const char *name, const struct plan *plan, bool wrote, bool changed)
{
	struct command_text shown;

	printf("%s: level %s, %u of %u capabilities kept%s\n", command_escape(&shown, name),
	       plan->level, caps_count(plan->kept), caps_count(plan->all),
	       changed ? (wrote ? "" : " (nothing written)")
	       : wrote ? " (as it was already)"
		       : " (nothing written, it is so already)");
	print_caps("before:", plan->before);
	print_caps("after:", plan->kept);
	print_caps("- ", caps_minus(plan->before, plan->kept));
	print_caps("+ ", caps_minus(plan->kept, plan->before));
	print_network(plan);
	if (plan->seccomp_kept)
		printf("  warning: the level's seccomp profile is not in force: %s\n",
		       plan->seccomp_kept);
	else if (plan->seccomp)
		printf("  seccomp: the container's own profile and the level's, as '%s'\n",
		       plan->seccomp);
	if (plan->guest)
		print_guest(plan, wrote ? plan->fragment : "what --stdout prints");
}
