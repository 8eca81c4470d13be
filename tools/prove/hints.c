/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See hints.h. */
#include "config.h"

#include "tools/prove/hints.h"

#include <linux/capability.h>

#include "tools/risk/capinfo.h"

#define LIKELY 40 /* percent; those go into the first guess */

/* In percent of the service containers whose smallest sets were found (tests/prove). */
static const struct {
	unsigned char cap, percent;
} needed[] = {
	{ CAP_SETGID, 97 },	  { CAP_SETUID, 97 },	    { CAP_SETPCAP, 90 },
	{ CAP_DAC_OVERRIDE, 75 }, { CAP_KILL, 70 },	    { CAP_NET_BIND_SERVICE, 65 },
	{ CAP_CHOWN, 55 },	  { CAP_FOWNER, 40 },	    { CAP_SYS_CHROOT, 25 },
	{ CAP_NET_ADMIN, 10 },	  { CAP_NET_RAW, 8 },	    { CAP_SYS_PTRACE, 8 },
	{ CAP_AUDIT_WRITE, 6 },	  { CAP_SYS_RESOURCE, 6 },  { CAP_SYS_NICE, 5 },
	{ CAP_FSETID, 6 },	  { CAP_SETFCAP, 5 },	    { CAP_SYS_ADMIN, 4 },
	{ CAP_SYS_BOOT, 4 },	  { CAP_SYS_TIME, 3 },	    { CAP_IPC_LOCK, 3 },
	{ CAP_MKNOD, 2 },	  { CAP_AUDIT_CONTROL, 2 }, { CAP_DAC_READ_SEARCH, 2 },
};

static const struct capsearch_swap swaps[] = {
	{ CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, false },
	{ CAP_NET_ADMIN, CAP_NET_RAW, true },
	{ CAP_SYS_ADMIN, CAP_SYSLOG, true },
	{ CAP_SYS_ADMIN, CAP_PERFMON, true },
	{ CAP_SYS_ADMIN, CAP_CHECKPOINT_RESTORE, true },
	{ CAP_SYS_ADMIN, CAP_SYS_RESOURCE, true },
	{ CAP_SYS_PTRACE, CAP_CHECKPOINT_RESTORE, false },
	{ CAP_SYS_RESOURCE, CAP_IPC_LOCK, true },
	{ CAP_AUDIT_CONTROL, CAP_AUDIT_WRITE, true },
};

/*
 * dac_read_search only reads, but in a container without a user namespace it opens files by
 * handle, the host's among them: there it is no narrower.
 */
static const struct capsearch_swap swaps_idmapped[] = {
	{ CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, true },
	{ CAP_NET_ADMIN, CAP_NET_RAW, true },
	{ CAP_SYS_RESOURCE, CAP_IPC_LOCK, true },
	{ CAP_AUDIT_CONTROL, CAP_AUDIT_WRITE, true },
};

void prove_hints_fill(struct capsearch *search, bool idmapped, struct prove_hints *hints)
{
	struct caps likely = { 0 };

	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		const struct capinfo *info = capinfo_get(cap);

		search->likely[cap] = 1;
		/* The class first; of one class, what fewer guests need. */
		search->strength[cap] = 100;
		if (info)
			search->strength[cap] =
				(unsigned char)((unsigned int)(idmapped ? info->idmapped
									: info->privileged) *
						20);
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		unsigned int cap = needed[i].cap;

		search->likely[cap] = needed[i].percent;
		if (needed[i].percent >= LIKELY)
			caps_add(&likely, cap);
	}
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++)
		search->strength[cap] =
			(unsigned char)(search->strength[cap] + (100 - search->likely[cap]) / 6);
	search->swaps = idmapped ? swaps_idmapped : swaps;
	search->n_swaps = idmapped ? sizeof(swaps_idmapped) / sizeof(swaps_idmapped[0])
				   : sizeof(swaps) / sizeof(swaps[0]);
	hints->sets[0].bits = likely.bits & search->max.bits;
	search->hints = hints->sets;
	search->n_hints = 1;
}

void prove_hints_add_used(struct capsearch *search, struct caps used, struct prove_hints *hints)
{
	/* A record lists too much, three times over; what it does not list is hardly needed. */
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		if (!caps_has(used, cap) && search->likely[cap] > 3)
			search->likely[cap] = 3;
	}
	hints->sets[1] = hints->sets[0];
	hints->sets[0].bits &= used.bits;
	hints->sets[2].bits = used.bits & search->max.bits;
	search->n_hints = 3;
}
