/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All containers of a host, as "lxc-harden list" and "check --all" walk over them: those of
 * the LXCPATHs given, or LXC's own and ~/.local/share/lxc of every user.  A user's folder is
 * hostile: it is read with that user's rights and no more (tools/process/workers.h), so that
 * neither a link nor an include in it can show what only root may read.
 */
#ifndef TOOLS_CONTAINER_CONTAINERS_H
#define TOOLS_CONTAINER_CONTAINERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tools/process/workers.h"

/* Of a folder; what is behind that is counted, not kept.  Each costs a caller memory. */
#define CONTAINERS_MAX 65536
#define CONTAINERS_OF_USER_MAX 4096 /* ... that is not root's */

struct container {
	const char *lxcpath, *name; /* the name is as the folder has it: escape it */
	struct workers_owner owner; /* with whose rights it is to be read: LXCPATH's owner */
};

/* Sorted: as the LXCPATHs came, then by name.  Those of one owner lie together. */
struct containers {
	struct container *items;
	size_t n, n_paths;
	/* Containers behind CONTAINERS_MAX, and folders of users that did not answer. */
	size_t left_out;
	struct workers_held held; /* of those that looked for them */
	void *paths;
};

/* Of .left_out, for a line to people. */
#define CONTAINERS_LEFT_OUT "left out %zu: containers that are too many, folders that do not answer"

struct containers_error {
	char text[512]; /* one line, escaped */
};

/*
 * A container is a folder with a regular file "config"; its name begins with no dot.  A path
 * that is given must be there; a user's need not, and one that cannot be read is passed over.
 * 0 and *ret (containers_done()), or -errno and *ret_error.
 */
int containers_find(const char *const *lxcpaths, size_t n, bool of_users, struct containers *ret,
		    struct containers_error *ret_error);
void containers_done(struct containers *list);

/*
 * Whose a folder of containers is, whoever's it looks like now: the first besides root who can
 * change what its path leads to, or nobody if everybody can.
 */
struct workers_owner containers_find_owner(const char *lxcpath);

/*
 * workers_run() with a job for each of n containers, by its owner's rights; where the caller
 * cannot take those, by its own.  Fills in w->n and w->owners.
 */
int containers_run(const struct container *items, size_t n, struct workers *w,
		   struct workers_results *ret);

/*
 * A monitor of LXC's listens for that container, and it is root's or its owner's: anybody
 * can bind an abstract socket of that name.  Asks nothing of it.
 */
bool containers_is_running(const struct container *c);

/* Somebody else listens: true, and who in *ret_uid. */
bool containers_find_impostor(const struct container *c, uid_t *ret_uid);

enum containers_state { CONTAINERS_STOPPED, CONTAINERS_RUNNING, CONTAINERS_FROZEN };

/*
 * Asks liblxc, which loads the configuration, and waits for the monitor as long as that
 * takes: for a process of tools/process/workers.h only.  *ret_pid is 0 if there is no init.
 */
enum containers_state containers_find_init(const struct container *c, pid_t *ret_pid);

#endif
