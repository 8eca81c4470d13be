/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all throw-away copies of one container have in common. */
#ifndef TOOLS_COPY_SETUP_H
#define TOOLS_COPY_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/caps.h"

/* A folder or file of the host that the container sees: the copy gets a copy of it. */
struct prove_bind {
	char *source;
	bool folder;
};

/* What all tries have in common. */
struct prove_setup {
	const char *name; /* the container */
	const char *lxcpath;
	const char *room;   /* the folder of the throw-away containers, on a tmpfs */
	const char *run_id; /* begins their names */
	char *config;	    /* a template, see template.h */
	char *root;	    /* the value of lxc.rootfs.path */
	char *rootfs;	    /* what is copied: a folder, the container's own or of the room */
	char *lower;	    /* the same, as overlayfs takes it */
	struct prove_bind *binds;
	size_t n_binds;
	bool systemd, idmapped;
	char *const *checks;
	size_t n_checks;
	unsigned int check_seconds, boot_seconds;
	bool restart, stop;
};

/* In the template, stands for the folder of the try. */
#define PROVE_CONFIG_DIR '\1'

struct prove_config {
	const char *level; /* "base", "keep", "strict": asked for, or NULL; then the one found */
	bool all;	   /* start from all capabilities of the kernel, not the level's */
	bool network;	   /* keep the container's network */
	bool hooks;	   /* keep the container's own hooks */
	/* Results. */
	struct caps max;       /* the most that a try may hold */
	struct caps before;    /* what the configuration gives now */
	unsigned int last_cap; /* of the kernel */
	bool included;	       /* it has a level of ours already */
	char *notes;	       /* a line each: what was left out, escaped */
};

#endif
