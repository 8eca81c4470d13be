/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See units.h.  A unit counts as enabled when a link in some .wants, .requires or
 * .upholds folder names it, or when it is the service of such a socket, timer or path.
 */
#include "config.h"

#include "tools/guest/units.h"

#include <errno.h>
#include <linux/capability.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/emit.h"
#include "tools/guest/files.h"
#include "tools/guest/unit.h"

#define UNITS_MAX 2000
#define BIT(cap) (UINT64_C(1) << (cap))

/* Not of an ordinary boot. */
static bool is_other_boot(const char *wants)
{
	static const char *const starts[] = { "initrd",	  "rescue", "emergency", "halt.",
					      "poweroff", "reboot", "kexec",	 "soft-reboot" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (strncmp(wants, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

static int add_triggered(struct guest_names *units)
{
	static const char *const triggers[] = { ".socket", ".timer", ".path" };
	size_t n = units->n;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		for (size_t k = 0; k < sizeof(triggers) / sizeof(triggers[0]) && r == 0; k++) {
			char name[NAME_MAX + sizeof(".service")];

			if (!span_ends(span_of(units->list[i]), triggers[k]))
				continue;
			(void)snprintf(name, sizeof(name), "%.*s.service",
				       (int)(strlen(units->list[i]) - strlen(triggers[k])),
				       units->list[i]); /* sized to fit */
			r = guest_names_add(units, name, UNITS_MAX);
		}
	}
	return r;
}

static int find_enabled(int rootfd, struct guest_names *units)
{
	static const char *const wants[] = { ".wants", ".requires", ".upholds", NULL };
	static const char *const kinds[] = { ".service", ".socket", ".timer",
					     ".path",	 ".mount",  NULL };
	int r = 0;

	for (size_t i = 0; i < GUEST_UNIT_FOLDERS && r == 0; i++) {
		struct guest_names parents = { 0 };

		r = guest_list_folder(rootfd, guest_unit_folders[i], wants, &parents, UNITS_MAX);
		guest_names_sort(&parents);
		for (size_t k = 0; k < parents.n && r == 0; k++) {
			char path[PATH_MAX];

			if (is_other_boot(parents.list[k]))
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s", guest_unit_folders[i],
				       parents.list[k]);
			r = guest_list_folder(rootfd, path, kinds, units, UNITS_MAX);
		}
		guest_names_done(&parents);
	}
	if (r == 0)
		r = add_triggered(units);
	guest_names_sort(units);
	return r;
}

/* In a root of its own a sandbox cannot be passed over. */
static enum guest_effect effect_of(const struct guest_unit *u, const struct guest_option *option)
{
	return option->effect == GUEST_SKIPPED && u->root ? GUEST_FAILS : option->effect;
}

static int judge_losses(struct guest *guest, const struct guest_unit *u)
{
	int r = 0;

	for (unsigned int effect = GUEST_FAILS; effect <= GUEST_SKIPPED && r == 0; effect++) {
		char text[900];
		struct emit e = EMIT_INIT(text);

		for (size_t i = 0; i < guest_n_options; i++) {
			if (u->on[i] && effect_of(u, &guest_options[i]) == effect)
				emit_printf(&e, "%s%s", e.len ? " " : "", guest_options[i].key);
		}
		if (e.len)
			r = guest_add_loss(guest, effect, span_of(u->name), span_of(text));
	}
	return r;
}

static int judge_needs(struct guest *guest, const struct guest_unit *u)
{
	const struct {
		bool wanted;
		enum guest_want want;
		struct caps caps;
	} needs[] = {
		{ u->ambient.bits != 0, GUEST_AMBIENT, u->ambient },
		{ u->sched, GUEST_SCHED, { BIT(CAP_SYS_NICE) } },
		{ u->user, GUEST_USER, { BIT(CAP_SETUID) | BIT(CAP_SETGID) } },
		{ u->port, GUEST_PORT, { BIT(CAP_NET_BIND_SERVICE) } },
		{ u->root, GUEST_CHROOT, { BIT(CAP_SYS_CHROOT) } },
		{ u->bounded && u->bounding.bits, GUEST_BOUND, u->bounding },
		{ u->limits,
		  GUEST_LIMIT,
		  { BIT(CAP_IPC_LOCK) | BIT(CAP_SYS_NICE) | BIT(CAP_SYS_RESOURCE) } },
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]) && r == 0; i++) {
		if (needs[i].wanted)
			r = guest_add_need(guest, needs[i].want, needs[i].caps, span_of(u->name));
	}
	return r;
}

/* systemd's own delegate, too, to those that make no namespaces. */
static int judge_delegate(struct guest *guest, const struct guest_unit *u)
{
	char text[300];
	struct emit e = EMIT_INIT(text);

	if (!u->manages || strncmp(u->name, "user@", 5) == 0 ||
	    strncmp(u->name, "systemd-", 8) == 0)
		return 0;
	emit_printf(&e, "unit %s (Delegate=)", u->name);
	return guest_add_user(guest, GUEST_NAMESPACES, span_of(text));
}

static int judge_unit(struct guest *guest, const struct guest_unit *u)
{
	int r = judge_losses(guest, u);

	if (r == 0)
		r = judge_needs(guest, u);
	return r < 0 ? r : judge_delegate(guest, u);
}

static int read_unit(struct guest *guest, int rootfd, const char *name)
{
	struct guest_unit u;
	int r = guest_unit_read(guest, rootfd, name, &u);

	if (r <= 0)
		return r;
	guest->n_units++;
	if (u.skipped)
		return 0;
	if (span_ends(span_of(name), ".mount"))
		return guest_judge_mount(guest, rootfd, &u);
	return judge_unit(guest, &u);
}

int guest_read_units(struct guest *guest, int rootfd)
{
	struct guest_names units = { 0 };
	int r = find_enabled(rootfd, &units);

	if (r == -E2BIG)
		r = guest_add_note(guest, span_of("etc/systemd/system"),
				   "more units than are looked at");
	for (size_t i = 0; i < units.n && r == 0; i++)
		r = read_unit(guest, rootfd, units.list[i]);
	guest_names_done(&units);
	return r;
}
