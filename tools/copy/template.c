/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See template.h. */
#include "config.h"

#include "tools/copy/template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"
#include "tools/config/levels.h"
#include "tools/config/lxcconf.h"
#include "tools/copy/maker.h"

#define AUDIT PKGLIBEXECDIR "/cap-audit"
#define START_HOST "lxc.hook.start-host"

void prove_config_note(const struct prove_maker *m, const char *format, const char *text)
{
	char buf[2048];
	struct emit e = EMIT_INIT(buf);

	emit_escaped(&e, span_of(text));
	/* One of our own formats, each with one %s. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	fprintf(m->notes, format, buf);
#pragma GCC diagnostic pop
	fputc('\n', m->notes);
}

/* --- Whose line it is ------------------------------------------------------------ */

/* What "lxc-harden generate" wrote for this container. */
static bool is_fragment(const struct prove_maker *m, const char *path)
{
	char prefix[4200];
	int n = snprintf(prefix, sizeof(prefix), "%s/%s/harden/", m->setup->lxcpath,
			 m->setup->name);

	return n > 0 && (size_t)n < sizeof(prefix) && span_starts(span_of(path), prefix);
}

static bool is_ours(const struct prove_maker *m, const struct lxcconf_setting *s)
{
	const char *path = m->conf->files[s->file].path;

	return level_is_installed(path) || is_fragment(m, path);
}

static bool is_lxcs(const struct prove_maker *m, const struct lxcconf_setting *s)
{
	return span_starts(span_of(m->conf->files[s->file].path), "/usr/share/lxc/");
}

/* --- The other settings --------------------------------------------------------------- */

/* Of the try, of the host, or of the original alone. */
static const char *const left_out[] = {
	"lxc.include",	"lxc.cap.",	      "lxc.rootfs.path", "lxc.rootfs.mount",
	"lxc.log.",	"lxc.console.",	      "lxc.start.",	 "lxc.group",
	"lxc.monitor.", "lxc.ephemeral",      "lxc.cgroup.dir",	 "lxc.cgroup.relative",
	"lxc.uts.name", "lxc.rootfs.managed",
};

static bool is_left_out(const char *key)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
		if (span_starts(span_of(key), left_out[i]))
			return true;
	}
	return false;
}

static void emit_setting(const struct prove_maker *m, const struct lxcconf_setting *s)
{
	fprintf(m->out, "%s = %s\n", s->key, s->value);
}

static void emit_net(const struct prove_maker *m, const struct lxcconf_setting *s)
{
	struct span key = span_of(s->key);

	/* Names on the host that must not be there twice. */
	if (m->options->network && !span_ends(key, ".hwaddr") && !span_ends(key, ".veth.pair"))
		emit_setting(m, s);
}

static void emit_hook(const struct prove_maker *m, const struct lxcconf_setting *s)
{
	/* The audit is written anew: it is to pass all that may be tried. */
	if (span_starts(span_of(s->value), AUDIT))
		return;
	if (is_ours(m, s) || is_lxcs(m, s) || m->options->hooks ||
	    strcmp(s->key, "lxc.hook.version") == 0)
		emit_setting(m, s);
	else
		prove_config_note(m, "left out, a hook of the container's own (--hooks): '%s'",
				  s->value);
}

static int emit_one(struct prove_maker *m, const struct lxcconf_setting *s)
{
	if (is_left_out(s->key) || !s->value[0])
		return 0;
	if (strcmp(s->key, START_HOST) == 0)
		return 0; /* after the level has been included */
	if (strcmp(s->key, "lxc.mount.entry") == 0)
		return prove_config_emit_mount(m, s->value);
	if (strcmp(s->key, "lxc.mount.fstab") == 0)
		return prove_config_emit_fstab(m, s->value);
	if (span_starts(span_of(s->key), "lxc.hook."))
		emit_hook(m, s);
	else if (span_starts(span_of(s->key), "lxc.net."))
		emit_net(m, s);
	else if (span_starts(span_of(s->key), "lxc.namespace."))
		prove_config_note(m, "left out, it shares namespaces: '%s'", s->key);
	else
		emit_setting(m, s);
	return 0;
}

/*
 * The audit takes part, as it would, but refuses nothing: a copy has mounts, and is to be tried
 * with capabilities, that the container must not have.
 */
static void emit_start_host(const struct prove_maker *m)
{
	const struct lxcconf_setting *s;
	size_t pos = 0;

	fputs(START_HOST " =\n" START_HOST " = " AUDIT " --mode warn --policy ", m->out);
	fprintf(m->out, PKGDATADIR "/%s.policy\n", m->level);
	while ((s = lxcconf_find(m->conf, START_HOST, &pos)))
		emit_hook(m, s);
}

static int emit_all(struct prove_maker *m)
{
	const char *uts = lxcconf_get(m->conf, "lxc.uts.name");
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->conf->n_settings; i++) {
		if (m->conf->settings[i].state == LXCCONF_IN_FORCE)
			r = emit_one(m, &m->conf->settings[i]);
	}
	fprintf(m->out, "lxc.uts.name = %s\n", uts && uts[0] ? uts : m->setup->name);
	if (!m->options->network)
		fputs("lxc.net.0.type = empty\nlxc.net.0.flags = up\n", m->out);
	if (!m->options->included)
		fprintf(m->out, "lxc.include = " PKGDATADIR "/%s.conf\n", m->level);
	emit_start_host(m);
	return r;
}

/* --- Capabilities ------------------------------------------------------------------------ */

/* What the configuration gives without our lines; all if it does not say. */
static int read_held(const struct prove_maker *m, struct caps *ret)
{
	struct lxcconf *own = lxcconf_new_like(m->conf);
	int r = own ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < m->conf->n_settings; i++) {
		const struct lxcconf_setting *s = &m->conf->settings[i];

		if (span_starts(span_of(s->key), "lxc.cap.") && !is_ours(m, s))
			r = lxcconf_add_copy(own, s);
	}
	if (r == 0)
		*ret = lxcconf_caps(own);
	lxcconf_free(own);
	return r;
}

static int read_max(struct prove_maker *m, struct config_error *ret_error)
{
	struct caps held = { 0 };
	struct lxcconf *level = NULL;
	char path[300];
	int r;

	m->options->last_cap = m->conf->last_cap;
	m->options->before = lxcconf_caps(m->conf);
	if (m->options->all) {
		m->options->max = caps_up_to(m->conf->last_cap);
		return 0;
	}
	(void)snprintf(path, sizeof(path), PKGDATADIR "/%s.conf", m->level);
	r = config_read_file(path, &level, ret_error);
	if (r < 0)
		return r;
	r = read_held(m, &held);
	if (r < 0)
		(void)config_error_say(ret_error,
				       "the configuration does not load without our lines");
	m->options->max.bits = lxcconf_caps(level).bits & held.bits;
	lxcconf_free(level);
	return r;
}

static int find_level(struct prove_maker *m, struct config_error *ret_error)
{
	const char *found = level_in(m->conf);
	bool fragment = false;

	for (size_t i = 0; i < m->conf->n_files; i++)
		fragment = fragment || is_fragment(m, m->conf->files[i].path);
	m->options->included = found || fragment;
	m->level = m->options->level ? m->options->level : found ? found : "base";
	if (found && strcmp(found, m->level) != 0)
		return config_error_say(ret_error,
					"the configuration includes level %s already, not %s",
					found, m->level);
	m->options->level = m->level;
	return 0;
}

int prove_config_make(const struct lxcconf *conf, struct prove_config *options,
		      struct prove_setup *setup, struct config_error *ret_error)
{
	struct prove_maker m = { .conf = conf, .options = options, .setup = setup };
	const char *root = lxcconf_get(conf, "lxc.rootfs.path");
	size_t n_config, n_notes;
	int r = find_level(&m, ret_error);

	if (r == 0)
		r = read_max(&m, ret_error);
	if (r < 0)
		return r;
	if (!root)
		return config_error_say(ret_error, "lxc.rootfs.path is not set");
	setup->root = strdup(root);
	if (!setup->root)
		return -ENOMEM;
	setup->idmapped = lxcconf_find(conf, "lxc.idmap", &(size_t){ 0 });
	m.out = open_memstream(&setup->config, &n_config);
	m.notes = open_memstream(&options->notes, &n_notes);
	r = m.out && m.notes ? emit_all(&m) : -ENOMEM;
	if (m.out && fclose(m.out) != 0)
		r = -ENOMEM;
	if (m.notes && fclose(m.notes) != 0)
		r = -ENOMEM;
	if (r < 0)
		(void)config_error_say(ret_error, "cannot make the configuration of a copy: %s",
				       strerror(-r));
	return r;
}

int prove_config_write(const struct prove_setup *setup, const char *dir, struct caps keep)
{
	auto_free char *text = NULL;
	char names[1024];
	struct emit e = EMIT_INIT(names);
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	for (const char *p = setup->config; *p; p++) {
		if (*p == PROVE_CONFIG_DIR)
			fprintf(out, "%s/", dir);
		else
			fputc(*p, out);
	}
	caps_emit(&e, keep, " ");
	fprintf(out,
		"lxc.rootfs.path = dir:%s/rootfs\n"
		"lxc.console.logfile = %s/console\n"
		"lxc.console.size = 256kB\n"
		"lxc.cap.drop =\nlxc.cap.keep =\nlxc.cap.keep = %s\n",
		dir, dir, names);
	if (fclose(out) != 0)
		return -ENOMEM;
	auto_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : io_write_file_at(fd, "config", text, size, 0644);
}
