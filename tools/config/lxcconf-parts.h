/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of tools/config/lxcconf share, and nobody else uses.  index is that of the setting
 * that is being taken, the last one.
 */
#ifndef TOOLS_CONFIG_LXCCONF_PARTS_H
#define TOOLS_CONFIG_LXCCONF_PARTS_H

#include "tools/config/lxcconf.h"

/* Ends every earlier setting in force of that key and, with below, of those below it. */
void lxcconf_end_settings(struct lxcconf *conf, struct span key, bool below, size_t index,
			  enum lxcconf_state state);

/* A line of lxc.cap.keep or lxc.cap.drop: 0, or -EINVAL and *ret_error. */
int lxcconf_take_caps(struct lxcconf *conf, size_t index, const struct lxcconf_line *line,
		      struct lxcconf_error *ret_error);
/* An empty one. */
void lxcconf_clear_caps(struct lxcconf *conf, size_t index);

#endif
