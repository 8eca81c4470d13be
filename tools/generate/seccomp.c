/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See seccomp.h. */
#include "config.h"

#include "tools/generate/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/config/seccomp-merge.h"
#include "tools/generate/sha256.h"

#define PROFILE_MAX (1u << 20)

/* A regular file: a FIFO or a device is not opened. */
static int read_profile(const char *path, char **ret, size_t *ret_size)
{
	auto_close int pathfd = open(path, O_PATH | O_CLOEXEC);
	auto_close int fd = pathfd < 0 ? -errno : io_reopen_file(pathfd);

	return fd < 0 ? fd : io_read_fd(fd, PROFILE_MAX, ret, ret_size);
}

/* The container's own stays in force; a level that tries what it closes cannot have that. */
static int keep_own(struct plan *plan, const struct lxcconf_setting *s, const char *what,
		    struct config_error *ret_error)
{
	if (strcmp(plan->level, "strict") == 0)
		return config_error_say(
			ret_error,
			"%s:%u: %s, so that level strict would open what it closes: take the "
			"line out, or use level keep, which leaves it in force",
			plan->own->files[s->file].path, s->line, what);
	plan->seccomp_kept = strdup(what);
	return plan->seccomp_kept ? 0 : -ENOMEM;
}

static int name_merged(struct plan *plan, const char *folder)
{
	char hex[SHA256_HEX];

	sha256_hex(plan->seccomp_text, strlen(plan->seccomp_text), hex);
	if (asprintf(&plan->seccomp, "%s/%.16s.seccomp", folder, hex) < 0) {
		plan->seccomp = NULL;
		return -ENOMEM;
	}
	return 0;
}

static int merge(struct plan *plan, const struct lxcconf_setting *s, struct span own,
		 struct span level, const char *folder, struct config_error *ret_error)
{
	struct seccomp_merge_why why = { 0, "" };
	auto_free char *text = NULL, *what = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int r = out ? lxcseccomp_merge(own, level, out, &why) : -ENOMEM;

	if (out && fclose(out) != 0)
		r = -ENOMEM;
	if (r == -ENOTSUP) {
		if (asprintf(&what,
			     "cannot join the seccomp profile '%s' with the level's (line %u: %s)",
			     s->value, why.line, why.reason) < 0) {
			what = NULL;
			return -ENOMEM;
		}
		return keep_own(plan, s, what, ret_error);
	}
	if (r <= 0)
		return r;
	plan->seccomp_text = take_ptr(&text);
	return name_merged(plan, folder);
}

int plan_read_seccomp(struct plan *plan, const char *folder, struct config_error *ret_error)
{
	const struct lxcconf_setting *s = lxcconf_find_last(plan->own, "lxc.seccomp.profile");
	const struct lxcconf_setting *l =
		lxcconf_find_last(plan->level_conf, "lxc.seccomp.profile");
	auto_free char *own = NULL, *level = NULL, *what = NULL;
	size_t n_own = 0, n_level = 0;
	int r;

	if (!s || !l || strcmp(s->value, l->value) == 0 || !s->value[0] ||
	    strcmp(s->value, "none") == 0)
		return 0; /* it had none */
	r = read_profile(s->value, &own, &n_own);
	if (r == 0)
		r = read_profile(l->value, &level, &n_level);
	if (r == 0)
		r = merge(plan, s, (struct span){ own, n_own }, (struct span){ level, n_level },
			  folder, ret_error);
	else if (asprintf(&what, "cannot read the seccomp profiles '%s' and '%s': %s", s->value,
			  l->value, strerror(-r)) < 0) {
		what = NULL;
		r = -ENOMEM;
	} else if (r == -ENOENT)
		r = keep_own(plan, s, what, ret_error);
	else { /* another time it may be read: what is written now would depend on luck */
		(void)config_error_say(ret_error, "%s", what);
		r = -EIO;
	}
	if (r == -ENOMEM)
		(void)config_error_say(ret_error, "out of memory");
	return r;
}
