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
#include "tools/copy/setup.h"

/*
 * Sets .config, .binds, .root and .idmapped of setup, all owned.  0, or with
 * *ret_error set -EINVAL for what cannot be copied, else -errno.
 */
int prove_config_make(const struct lxcconf *conf, struct prove_config *options,
		      struct prove_setup *setup, struct config_error *ret_error);

/* The template as the try's file: 0 or -errno. */
int prove_config_write(const struct prove_setup *setup, const char *dir, struct caps keep);

#endif
