/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mounts of a throw-away container: what the guest would write to the host goes to a
 * copy, and what cannot be copied is left out.  See template.h.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/copy/maker.h"

#define FSTAB_MAX (1u << 20)

struct entry {
	struct span source, target, type, options, rest;
};

static bool has_option(struct span options, const char *name)
{
	struct span field;

	while (span_next_field(&options, ',', &field)) {
		if (span_is(field, name))
			return true;
	}
	return false;
}

static bool parse_entry(struct span text, struct entry *ret)
{
	if (!span_next_word(&text, &ret->source) || !span_next_word(&text, &ret->target) ||
	    !span_next_word(&text, &ret->type) || !span_next_word(&text, &ret->options))
		return false;
	ret->rest = span_trim(text);
	return true;
}

/* File systems that are made anew with each mount, or are the kernel's own. */
static bool is_harmless_type(struct span type)
{
	static const char *const types[] = { "proc",	 "sysfs",      "tmpfs",	   "ramfs",
					     "devpts",	 "mqueue",     "cgroup",   "cgroup2",
					     "debugfs",	 "securityfs", "configfs", "fusectl",
					     "bpf",	 "tracefs",    "pstore",   "binfmt_misc",
					     "efivarfs", "hugetlbfs" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (span_is(type, types[i]))
			return true;
	}
	return false;
}

static bool is_api_path(struct span path)
{
	return span_starts(path, "/proc/") || span_starts(path, "/sys/") ||
	       span_starts(path, "/dev/");
}

static int add_bind(struct prove_maker *m, const char *source, bool folder)
{
	struct prove_setup *s = m->setup;
	struct prove_bind *binds = reallocarray(s->binds, s->n_binds + 1, sizeof(*binds));

	if (!binds)
		return -ENOMEM;
	s->binds = binds;
	binds[s->n_binds].source = strdup(source);
	binds[s->n_binds].folder = folder;
	return binds[s->n_binds++].source ? 0 : -ENOMEM;
}

/* What the guest would write to the host goes to a copy. */
static int emit_bind(struct prove_maker *m, const struct entry *e, const char *source)
{
	struct stat st;
	bool there = stat(source, &st) == 0;
	int r;

	if (there && (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))) {
		r = add_bind(m, source, S_ISDIR(st.st_mode));
		if (r < 0)
			return r;
		fprintf(m->out, "lxc.mount.entry = %cbind%zu %.*s %.*s %.*s %.*s\n",
			PROVE_CONFIG_DIR, m->setup->n_binds - 1, (int)e->target.n, e->target.p,
			(int)e->type.n, e->type.p, (int)e->options.n, e->options.p, (int)e->rest.n,
			e->rest.p);
		return 0;
	}
	prove_config_note(m, "left out, neither folder nor file: mount of '%s'", source);
	return 0;
}

int prove_config_emit_mount(struct prove_maker *m, const char *value)
{
	char source[4096];
	struct entry e;
	bool bind;

	if (!parse_entry(span_of(value), &e) || span_copy(e.source, source, sizeof(source)) < 0) {
		prove_config_note(m, "left out, not understood: mount '%s'", value);
		return 0;
	}
	bind = has_option(e.options, "bind") || has_option(e.options, "rbind");
	if (bind && source[0] == '/' && !is_api_path(e.source) && !has_option(e.options, "ro") &&
	    !span_starts(e.source, PKGLIBEXECDIR "/"))
		return emit_bind(m, &e, source);
	if (bind || is_harmless_type(e.type)) {
		fprintf(m->out, "lxc.mount.entry = %s\n", value);
		return 0;
	}
	prove_config_note(m, "left out, it would not be a copy: mount of '%s'", source);
	return 0;
}

int prove_config_emit_fstab(struct prove_maker *m, const char *path)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	auto_free char *text = NULL;
	struct span rest, line;
	char value[8192];
	size_t size = 0;
	int r = fd < 0 ? -errno : io_read_fd(fd, FSTAB_MAX, &text, &size);

	if (r < 0)
		return r;
	rest = (struct span){ text, size };
	while (r == 0 && span_next_line(&rest, &line)) {
		line = span_trim(line);
		if (line.n && line.p[0] != '#' && span_copy(line, value, sizeof(value)) == 0)
			r = prove_config_emit_mount(m, value);
	}
	return r;
}
