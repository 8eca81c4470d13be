/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See config-read.h: what liblxc itself says to a configuration. */
#include "config.h"

#include "tools/config/config-read.h"

#include <errno.h>
#include <limits.h>
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <string.h>

#include "lib/emit.h"

static int refuse_value(struct config_error *error, const struct lxcconf *conf,
			const struct lxcconf_setting *s)
{
	char key[300], value[900];
	struct emit k = EMIT_INIT(key), v = EMIT_INIT(value);

	emit_escaped(&k, span_of(s->key));
	emit_escaped(&v, span_of(s->value));
	config_error_at(error, CONFIG_ERROR_VALUE, conf, s->file, s->line,
			"LXC %s refuses '%s = %s'", lxc_get_version(), key, value);
	return -EINVAL;
}

int config_ask_lxc(const struct lxcconf *conf, struct config_error *ret_error)
{
	/*
	 * liblxc loads the configuration of a container of that name, if there is one: so not in
	 * LXCPATH, whose owner would have us open the lxc.log.file that it names.
	 */
	struct lxc_container *c = lxc_container_new(".lxc-harden", PKGDATADIR);
	int r = 0;

	if (!c) {
		config_error_say(ret_error, "liblxc cannot make a container object");
		return -ENOMEM;
	}
	for (size_t i = 0; i < conf->n_settings && r == 0; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		if (s->state == LXCCONF_IGNORED || strcmp(s->key, "lxc.include") == 0 ||
		    strncmp(s->key, "lxc.log.", strlen("lxc.log.")) == 0)
			continue;
		if (!c->set_config_item(c, s->key, s->value))
			r = refuse_value(ret_error, conf, s);
	}
	(void)lxc_container_put(c); /* says only whether it was freed */
	return r;
}

int config_load_file(const char *path, struct lxcconf **ret, struct config_error *ret_error)
{
	struct lxcconf *conf;
	int r = config_read_file(path, &conf, ret_error);

	if (r < 0)
		return r;
	r = config_ask_lxc(conf, ret_error);
	if (r < 0)
		lxcconf_free(conf);
	else
		*ret = conf;
	return r;
}

int config_read_container(const char *lxcpath, const char *name, struct lxcconf **ret,
			  struct config_error *ret_error)
{
	char path[PATH_MAX];
	int r = snprintf(path, sizeof(path), "%s/%s/config", lxcpath, name);

	if (r < 0 || (size_t)r >= sizeof(path)) {
		config_error_say(ret_error, "the path of the configuration is too long");
		return -ENAMETOOLONG;
	}
	return config_load_file(path, ret, ret_error);
}

int config_check_container(const char *lxcpath, const char *name, struct config_error *ret_error)
{
	struct lxcconf *conf = NULL;
	int r = config_read_container(lxcpath, name, &conf, ret_error);

	lxcconf_free(conf);
	return r;
}
