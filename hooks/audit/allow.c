/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See allow.h. */
#include "config.h"

#include "hooks/audit/allow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/lxcconf-text.h"

#define DEPTH_MAX 8
#define FILE_SIZE_MAX (1u << 20)

struct state {
	struct audit_policy *policy;
	struct audit_findings *f;
	unsigned int depth;
};

static void add_fault(const struct state *s, const char *path, unsigned int line,
		      const char *reason)
{
	struct hook_text file;

	audit_add(s->f, "allow", "'%s':%u: harden.allow: %s", hook_escape(&file, path), line,
		  reason);
}

/* Whoever could write it could let his container have the host. */
static const char *find_distrust(const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "the file belongs to another user";
	if ((st->st_mode & S_IWOTH) || ((st->st_mode & S_IWGRP) && st->st_gid != 0))
		return "others may write to the file";
	return NULL;
}

static void take_line(const struct state *s, const char *path, const struct stat *st,
		      const struct lxcconf_line *line)
{
	struct span rest = line->key, key;
	const char *reason = find_distrust(st);

	if (!memchr(rest.p, '=', rest.n))
		return;
	(void)span_next_field(&rest, '=', &key); /* there is one */
	if (!span_is(span_trim(key), "harden.allow"))
		return;
	if (!reason)
		(void)policy_add_allow(&s->policy->policy, span_trim(rest), &reason);
	if (reason)
		add_fault(s, path, line->line, reason);
}

static void read_path(struct state *s, const char *path);

/* In the order of the directory, as LXC does; the order does not matter here. */
static void read_directory(struct state *s, const char *path, int pathfd)
{
	int fd = openat(pathfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir && fd >= 0)
		(void)close(fd); /* nothing was written */
	while (dir && (entry = readdir(dir))) {
		char name[PATH_MAX];
		int n = snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);

		if (span_ends(span_of(entry->d_name), ".conf") && n > 0 && n < PATH_MAX)
			read_path(s, name);
	}
	if (dir)
		(void)closedir(dir); /* nothing was written */
}

static void read_text(struct state *s, const char *path, const struct stat *st, struct span span)
{
	struct lxcconf_text text = LXCCONF_TEXT_INIT(span);
	struct lxcconf_line line;
	char include[PATH_MAX];

	while (lxcconf_next(&text, &line) > 0) {
		if (line.ignored)
			take_line(s, path, st, &line);
		else if (span_is(line.key, "lxc.include") &&
			 span_copy(line.value, include, sizeof(include)) == 0)
			read_path(s, include);
	}
}

static void read_path(struct state *s, const char *path)
{
	auto_close int pathfd = open(path, O_PATH | O_CLOEXEC), fd = -EBADF;
	struct audit_policy *p = s->policy;
	struct stat st;
	struct span text;

	if (pathfd < 0 || fstat(pathfd, &st) < 0 || s->depth == DEPTH_MAX)
		return;
	s->depth++;
	if (S_ISDIR(st.st_mode)) {
		read_directory(s, path, pathfd);
	} else if (p->n_config < AUDIT_CONFIGS_MAX && (fd = io_reopen_file(pathfd)) >= 0 &&
		   io_read_fd(fd, FILE_SIZE_MAX, &p->config[p->n_config], &text.n) == 0) {
		text.p = p->config[p->n_config++];
		read_text(s, path, &st, text);
	}
	s->depth--;
}

void audit_read_allow(const char *config_file, struct audit_policy *policy,
		      struct audit_findings *f)
{
	struct state s = { .policy = policy, .f = f };

	if (config_file)
		read_path(&s, config_file);
}
