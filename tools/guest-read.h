/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest's root file system says about the capabilities and mounts that it needs,
 * read from outside.  All of it is hostile: see lib/rootfs.h.  Nothing is run, every size
 * and number is limited, and what goes past a limit is told, not guessed.
 */
#ifndef TOOLS_GUEST_READ_H
#define TOOLS_GUEST_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/caps.h"
#include "lib/initver.h"

/* Why a capability is wanted. */
enum guest_want {
	GUEST_FILE,    /* a file's capabilities: without it the file cannot be executed */
	GUEST_AMBIENT, /* AmbientCapabilities= of an enabled unit */
	GUEST_SCHED,   /* Nice=, CPUSchedulingPolicy=: the unit fails without */
	GUEST_BOUND,   /* CapabilityBoundingSet= names it: it may use it */
};

struct guest_need {
	enum guest_want want;
	struct caps caps;
	char *who; /* escaped: a path or a unit */
};

/* A unit's setting that does not do without CAP_SYS_ADMIN what it says. */
struct guest_loss {
	bool fails; /* the unit does not start; else the setting is passed over */
	char *unit; /* escaped */
	char *what; /* escaped: the settings, separated by blanks */
};

/* A mount that init would make itself, as the value of lxc.mount.entry. */
struct guest_mount {
	char *target; /* relative to the root, plain characters only */
	char *entry;
	char *who; /* escaped */
};

struct guest {
	struct initver init;
	struct guest_need *needs;
	size_t n_needs;
	struct guest_loss *losses;
	size_t n_losses;
	struct guest_mount *mounts; /* in nesting order, one for each target */
	size_t n_mounts;
	char **notes; /* escaped: what was not understood or not read */
	size_t n_notes;
	size_t n_files, n_units, n_setuid;
};

/*
 * 0 and an owned *ret (guest_free()), or -errno; -E2BIG for a tree of more files than are
 * looked at.
 */
int guest_read(int rootfd, bool idmapped, struct guest **ret);
void guest_free(struct guest *guest);

#endif
