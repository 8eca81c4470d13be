/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration of the throw-away containers, from that of the real one: all settings
 * in force in one flat file, without what reaches beyond the copy.  Capabilities, root file
 * system and console are left to the try.
 */
#ifndef TOOLS_COPY_TEMPLATE_H
#define TOOLS_COPY_TEMPLATE_H

#include "tools/config/config-read.h"
#include "tools/config/lxcconf.h"
#include "tools/trial/result.h"

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

/*
 * Sets .config, .binds, .root and .idmapped of setup, all owned.  0, or with
 * *ret_error set -EINVAL for what cannot be copied, else -errno.
 */
int prove_config_make(const struct lxcconf *conf, struct prove_config *options,
		      struct prove_setup *setup, struct config_error *ret_error);

/* The template as the try's file: 0 or -errno. */
int prove_config_write(const struct prove_setup *setup, const char *dir, struct caps keep);

#endif
