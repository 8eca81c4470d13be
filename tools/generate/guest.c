/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fragment says about the guest: see plan.h. */
#include "config.h"

#include <string.h>

#include <linux/capability.h>

#include "tools/generate/plan.h"

#define SETUID_TOLD 40

/* A fact of a loss at this level: 1 fails, 0 passed over, -1 neither. */
int plan_loss(const struct plan *plan, const struct guest_loss *loss)
{
	if (loss->effect == GUEST_FAILS_STRICT)
		return strcmp(plan->level, "strict") == 0 ? 1 : -1;
	return loss->effect == GUEST_FAILS;
}

static bool is_lost(const struct plan *plan, struct span key)
{
	for (size_t i = 0; i < plan->guest->n_losses; i++) {
		const struct guest_loss *loss = &plan->guest->losses[i];
		struct span rest = span_of(loss->what), word;

		while (plan_loss(plan, loss) == 0 && span_next_word(&rest, &word)) {
			if (span_same(word, key))
				return true;
		}
	}
	return false;
}

/* Each setting once, in the order of the first unit that has it. */
static void put_legend(FILE *out, const struct plan *plan)
{
	struct span told[64];
	size_t n = 0;

	for (size_t i = 0; i < plan->guest->n_losses; i++) {
		struct span rest = span_of(plan->guest->losses[i].what), word;

		while (span_next_word(&rest, &word)) {
			const char *lost = guest_option_lost(word);
			bool again = false;

			for (size_t k = 0; k < n; k++)
				again = again || span_same(told[k], word);
			if (again || !lost || n == 64 || !is_lost(plan, word))
				continue;
			told[n++] = word;
			fprintf(out, "#     without %.*s: %s\n", (int)word.n, word.p, lost);
		}
	}
}

static void put_losses(FILE *out, const struct plan *plan)
{
	static const char *const heads[] = {
		"Units that run without this protection, as systemd passes over it:",
		"Units that do not start at this level, and by which setting:",
	};

	for (int fails = 1; fails >= 0; fails--) {
		bool any = false;

		for (size_t i = 0; i < plan->guest->n_losses; i++) {
			const struct guest_loss *loss = &plan->guest->losses[i];

			if (plan_loss(plan, loss) != fails)
				continue;
			if (!any)
				fprintf(out, "# %s\n", heads[fails]);
			any = true;
			fprintf(out, "#   %s: %s\n", loss->unit, loss->what);
		}
		if (any && !fails)
			put_legend(out, plan);
	}
}

const char *plan_use_text(enum guest_use use)
{
	static const char *const texts[GUEST_N_USES] = {
		[GUEST_IO_URING] = "io_uring, for which most programs have a fallback",
		[GUEST_NAMESPACES] = "namespaces and mounts: no containers or sandboxes inside",
		[GUEST_I386] = "sockets of 32-bit x86 programs",
		[GUEST_SYSV] = "sys_ptrace: a script reports \"stopped\" and leaves another user's "
			       "daemon running, unless it finds it by start-stop-daemon --name",
	};

	return texts[use];
}

bool plan_closes(const struct plan *plan, enum guest_use use)
{
	if (use == GUEST_SYSV)
		return !caps_has(plan->kept, CAP_SYS_PTRACE);
	return strcmp(plan->level, "strict") == 0;
}

const char *plan_host_risk(unsigned int cap)
{
	if (cap == CAP_NET_ADMIN)
		return "net_admin reaches the host's interfaces; better: lxc.net.0.ipv4.address "
		       "and "
		       ".gateway in the configuration, the guest's own set-up switched off, and "
		       "--without net_admin";
	if (cap == CAP_SYS_PTRACE)
		return "sys_ptrace takes over what lxc-attach brings in, with the host's powers";
	return NULL;
}

static void put_users(FILE *out, const struct plan *plan)
{
	for (unsigned int use = 0; use < GUEST_N_USES; use++) {
		bool any = false;

		for (size_t i = 0; i < plan->guest->n_users; i++) {
			if (plan->guest->users[i].use != use || !plan_closes(plan, use))
				continue;
			if (!any)
				fprintf(out, "# Closed by %s, and used here: %s\n", plan->level,
					plan_use_text(use));
			any = true;
			fprintf(out, "#   %s\n", plan->guest->users[i].who);
		}
	}
}

static void put_setuid(FILE *out, const struct guest *guest)
{
	if (guest->n_setuid)
		fputs("# Programs that give a user root's capabilities of the list above:\n", out);
	for (size_t i = 0; i < guest->n_setuid && i < SETUID_TOLD; i++)
		fprintf(out, "#   %s\n", guest->setuid[i]);
	if (guest->n_setuid > SETUID_TOLD)
		fprintf(out, "#   and %zu more\n", guest->n_setuid - SETUID_TOLD);
}

/* How the entries of a configuration stand to a place in the guest. */
enum mounted { MOUNTED_NOT, MOUNTED_ABOVE, MOUNTED_THERE };

static enum mounted find_mount(const struct lxcconf *conf, const char *target)
{
	enum mounted found = MOUNTED_NOT;
	const struct lxcconf_setting *s;
	size_t pos = 0;

	while ((s = lxcconf_find(conf, "lxc.mount.entry", &pos))) {
		struct span rest = span_of(s->value), source, where;

		if (!span_next_word(&rest, &source) || !span_next_word(&rest, &where))
			continue;
		if (span_is(where, target))
			return MOUNTED_THERE;
		if (span_is_within(span_of(target), where))
			found = MOUNTED_ABOVE;
	}
	return found;
}

static void put_mount(FILE *out, const struct plan *plan, const struct guest_mount *m)
{
	enum mounted own = find_mount(plan->own, m->target);

	if (own == MOUNTED_THERE || find_mount(plan->level_conf, m->target) == MOUNTED_THERE)
		return;
	/* What the guest's file system has there is not what is there when it runs. */
	if (own == MOUNTED_ABOVE)
		fprintf(out,
			"# note: %s: its mount point '/%s' is within another mount; give it by "
			"lxc.mount.entry if it is wanted\n",
			m->who, m->target);
	else
		fprintf(out, "# Mounted by init otherwise: %s\nlxc.mount.entry = %s\n", m->who,
			m->entry);
}

void plan_emit_guest(const struct plan *plan, FILE *out)
{
	const struct guest *guest = plan->guest;

	fputs("\n# --- The guest "
	      "-------------------------------------------------------------------\n",
	      out);
	if (!guest) {
		fputs("# Not looked at (--no-guest).\n", out);
		return;
	}
	if (guest->init.kind == INITVER_SYSTEMD && guest->init.version)
		fprintf(out, "# init: systemd %u\n", guest->init.version);
	else
		fprintf(out, "# init: %s\n",
			guest->init.kind == INITVER_SYSTEMD ? "systemd of an unknown version"
			: guest->init.kind == INITVER_OTHER ? "not systemd"
							    : "none where one is looked for");
	fprintf(out, "# %zu files, %zu of them set-user-id or set-group-id; %zu enabled units\n",
		guest->n_files, guest->n_setid, guest->n_units);
	put_losses(out, plan);
	put_users(out, plan);
	put_setuid(out, guest);
	for (size_t i = 0; i < guest->n_notes; i++)
		fprintf(out, "# note: %s\n", guest->notes[i]);
	for (size_t i = 0; i < guest->n_mounts; i++)
		put_mount(out, plan, &guest->mounts[i]);
}
