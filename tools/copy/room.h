/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The room in which "prove" works: a folder /run/lxc-harden/prove-XXXXXX with a lock that
 * tells whether its owner lives, and, for the process that does the work, pid, mount and network
 * namespaces of its own.  Whatever ends that process ends all that it started and unmounts
 * all that it mounted; cgroups are the one thing that is left then, and are swept.
 */
#ifndef TOOLS_COPY_ROOM_H
#define TOOLS_COPY_ROOM_H

#include <stdbool.h>
#include <sys/types.h>

struct prove_room {
	char path[64];
	const char *id; /* its last component: "prove-XXXXXX" */
	int lock;
	bool network; /* the host's, for copies that have the container's or its hooks */
};

#define PROVE_ROOM_INIT ((struct prove_room){ .lock = -EBADF })

/* Sweeps the rooms of dead runs, then makes one: 0 or -errno. */
int prove_room_open(struct prove_room *ret);
/* Removes what is left of it on the host. */
void prove_room_done(struct prove_room *room);

/*
 * Runs work in the room's namespaces, hands SIGINT, SIGTERM and SIGHUP on to it, and waits
 * for it: what it returned, or -errno; -ECHILD if it was killed.
 */
int prove_room_work(const struct prove_room *room, int (*work)(void *state), void *state);

/*
 * Removes the cgroups lxc.*.NAME and below; those in use stay.  Looks at the top of each
 * hierarchy, or everywhere.
 */
void prove_room_remove_cgroups(const char *name, bool deep);

#endif
