/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See refused.h. */
#include "config.h"

#include "tools/generate/refused.h"

#include <string.h>

static void warn(const struct command *cmd, const struct lxcconf *conf,
		 const struct lxcconf_setting *s, const char *what)
{
	struct command_text path, value;

	command_error(cmd->verb, "warning: %s:%u: %s = %s: %s; take the line out",
		      command_escape(&path, conf->files[s->file].path), s->line, s->key,
		      command_escape(&value, s->value), what);
}

void generate_warn_refused(const struct command *cmd, const struct lxcconf *conf)
{
	const struct lxcconf_setting *cwd = lxcconf_find_last(conf, "lxc.init.cwd");
	const struct lxcconf_setting *autodev = lxcconf_find_last(conf, "lxc.autodev");

	if (cwd && strcmp(cwd->value, "/") != 0)
		warn(cmd, conf, cwd,
		     "cap-audit refuses the start where the guest's links lead it outside");
	if (autodev && strcmp(autodev->value, "0") == 0)
		warn(cmd, conf, autodev,
		     "cap-audit refuses the start, as device nodes of the root file system do not "
		     "open");
}
