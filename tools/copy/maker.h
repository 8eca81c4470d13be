/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration of the throw-away containers while it is made, for its parts. */
#ifndef TOOLS_COPY_MAKER_H
#define TOOLS_COPY_MAKER_H

#include <stdio.h>

#include "tools/config/lxcconf.h"
#include "tools/copy/setup.h"

struct prove_maker {
	const struct lxcconf *conf;
	struct prove_config *options;
	struct prove_setup *setup;
	FILE *out, *notes;
	const char *level;
};

/* A line for the user: one of our own formats, with one %s, for which text comes escaped. */
void prove_config_note(const struct prove_maker *m, const char *format, const char *text);

/* A value of lxc.mount.entry, or a file of such lines: what is not left out.  0 or -errno. */
int prove_config_emit_mount(struct prove_maker *m, const char *value);
int prove_config_emit_fstab(struct prove_maker *m, const char *path);

#endif
