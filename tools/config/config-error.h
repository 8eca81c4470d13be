/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a configuration cannot be read, for people and for programs. */
#ifndef TOOLS_CONFIG_CONFIG_ERROR_H
#define TOOLS_CONFIG_CONFIG_ERROR_H

#include "tools/config/lxcconf.h"

enum config_error_kind {
	CONFIG_ERROR_OTHER,
	CONFIG_ERROR_MISSING, /* the file itself */
	CONFIG_ERROR_LINE,    /* .fault says which */
	CONFIG_ERROR_INCLUDE, /* what the line includes cannot be read */
	CONFIG_ERROR_CYCLE,
	CONFIG_ERROR_VALUE, /* liblxc does not take it */
};

struct config_error {
	char text[4096]; /* one line, "FILE:LINE: reason"; names in it are escaped */
	enum config_error_kind kind;
	char file[1024]; /* as it is, cut if need be; "" for no line of a file */
	unsigned int line;
	size_t what; /* where in .text the reason begins, behind the place */
	enum lxcconf_fault fault;
	char word[64]; /* of lxcconf_error, as it is, cut if need be */
};

/* Sets .text; what is hostile in it is escaped by the caller.  -EINVAL, to be handed on. */
int config_error_say(struct config_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sets .kind, .file and .line too, and .text to "FILE:LINE: ..." of that line. */
void config_error_at(struct config_error *error, enum config_error_kind kind,
		     const struct lxcconf *conf, size_t file, unsigned int line, const char *format,
		     ...) __attribute__((format(printf, 6, 7)));

#endif
