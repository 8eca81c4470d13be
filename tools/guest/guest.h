/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest's root file system says about the capabilities and mounts that it needs,
 * read from outside.  All of it is hostile: see lib/rootfs.h.  Nothing is run, every size
 * and number is limited, and what goes past a limit is told, not guessed.
 */
#ifndef TOOLS_GUEST_GUEST_H
#define TOOLS_GUEST_GUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/caps.h"
#include "lib/initver.h"

/* Why a capability is wanted; of those from GUEST_BOUND on it is only told. */
enum guest_want {
	GUEST_FILE,    /* a file's capabilities: without it the file cannot be executed */
	GUEST_AMBIENT, /* AmbientCapabilities= of an enabled unit */
	GUEST_SCHED,   /* a real-time policy, IOSchedulingClass=realtime: fails without */
	GUEST_USER,    /* User=: init gives up root for it */
	GUEST_PORT,    /* a socket unit that listens below 1024 */
	GUEST_CHROOT,  /* RootDirectory= */
	GUEST_BOUND,   /* CapabilityBoundingSet= names it: it may use it */
	GUEST_LIMIT,   /* LimitMEMLOCK= above what everybody may lock, negative Nice= */
};
#define GUEST_N_WANTS (GUEST_LIMIT + 1)

struct guest_need {
	enum guest_want want;
	struct caps caps;
	char *who; /* escaped: a path or a unit */
};

/* What becomes of a unit's setting that needs what a level does not give. */
enum guest_effect {
	GUEST_FAILS,	    /* the unit does not start without CAP_SYS_ADMIN */
	GUEST_FAILS_STRICT, /* it does, but not under the system calls of level strict */
	GUEST_SKIPPED,	    /* systemd passes over the setting, see guest_option_lost() */
};

struct guest_loss {
	enum guest_effect effect;
	char *unit; /* escaped */
	char *what; /* escaped: the settings, separated by blanks */
};

/* What level strict closes, and something of the guest's may use. */
enum guest_use {
	GUEST_IO_URING,
	GUEST_NAMESPACES, /* containers and sandboxes inside */
	GUEST_I386,	  /* 32-bit x86 programs */
	GUEST_SYSV,	  /* scripts that stop another user's daemon */
};
#define GUEST_N_USES (GUEST_SYSV + 1)

struct guest_user {
	enum guest_use use;
	char *who; /* escaped: a path, a unit, a package and why */
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
	bool more_notes; /* than are held */
	struct guest_user *users;
	size_t n_users;
	char **setuid; /* escaped paths of set-user-id programs of root's */
	size_t n_setuid;
	char *network; /* escaped: the file by which it sets up its own network, or NULL */
	size_t n_files, n_units, n_setid; /* n_setid: all set-user-id and set-group-id files */
	size_t unit_bytes;		  /* read of units so far */
};

/*
 * 0 and an owned *ret (guest_free()), or -errno; -E2BIG for a tree of more files than are
 * looked at.
 */
int guest_read(int rootfd, bool idmapped, struct guest **ret);
void guest_free(struct guest *guest);

/* What a unit loses with a setting that is passed over: constant text, or NULL. */
const char *guest_option_lost(struct span key);

#endif
