/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See open.h. */
#include "config.h"

#include "tools/container/open.h"

#include <errno.h>
#include <string.h>

#include "tools/config/config-read.h"
#include "tools/container/trust.h"

int container_open(const struct command *cmd, struct lxc_container **ret, const char **ret_path)
{
	struct config_error error = { .text = "" };
	struct command_text name, path;

	for (size_t i = 0; i < cmd->n_lxcpaths; i++) {
		struct lxc_container *c;
		int r = trust_check(cmd, cmd->lxcpaths[i]);

		if (r < 0)
			return r;
		r = config_check_container(cmd->lxcpaths[i], cmd->name, &error);
		if (r < 0 && error.kind == CONFIG_ERROR_MISSING)
			continue;
		if (r < 0) {
			command_error(cmd->verb, "%s", error.text[0] ? error.text : strerror(-r));
			return r;
		}
		c = lxc_container_new(cmd->name, cmd->lxcpaths[i]);
		if (c && c->is_defined(c)) {
			*ret = c;
			*ret_path = cmd->lxcpaths[i];
			return 0;
		}
		if (c)
			(void)lxc_container_put(c); /* the only reference */
	}
	command_error(cmd->verb, "no container '%s' in '%s', or its configuration does not load",
		      command_escape(&name, cmd->name), command_escape(&path, cmd->lxcpaths[0]));
	return -EINVAL;
}
