/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the configuration of a container from its files, as liblxc would, into a struct
 * lxcconf, and asks liblxc itself about the values.  The files are the administrator's:
 * symlinks are followed, as LXC follows them, but nothing that is no regular file is
 * opened, and every size is limited.
 */
#ifndef TOOLS_CONFIG_CONFIG_READ_H
#define TOOLS_CONFIG_CONFIG_READ_H

#include "tools/config/config-error.h"
#include "tools/config/lxcconf.h"

/*
 * Reads the file and all that it includes, with the rules of the liblxc that is installed.
 * 0 and an owned *ret (lxcconf_free()), or with *ret_error set: -EINVAL for what LXC does
 * not load, -ENOENT for no such file, else -errno.
 */
int config_read_file(const char *path, struct lxcconf **ret, struct config_error *ret_error);

/* The same, and that liblxc takes every value of it. */
int config_load_file(const char *path, struct lxcconf **ret, struct config_error *ret_error);
/* So from LXCPATH/NAME/config. */
int config_read_container(const char *lxcpath, const char *name, struct lxcconf **ret,
			  struct config_error *ret_error);

/* The same, and nothing kept: to be asked before liblxc is, which crashes on an include cycle. */
int config_check_container(const char *lxcpath, const char *name, struct config_error *ret_error);

/*
 * Hands every setting to liblxc, in order, in an object that belongs to no container: 0,
 * -EINVAL and file and line of the first that it refuses, or -ENOMEM.  Settings of lxc.log
 * are left out: setting them acts.
 */
int config_ask_lxc(const struct lxcconf *conf, struct config_error *ret_error);

#endif
