/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See write.h. */
#include "config.h"

#include "tools/generate/write.h"

#include <errno.h>
#include <fcntl.h>
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/config/config-edit.h"
#include "tools/container/harden-dir.h"
#include "tools/container/replace.h"

#define FILE_SIZE_MAX (4u << 20)

/* --- Judging --------------------------------------------------------------------- */

/* One value or list of a container, owned; NULL if it has none. */
static char *ask(struct lxc_container *c, const char *key)
{
	int n = c->get_config_item(c, key, NULL, 0);
	char *text = n < 0 ? NULL : calloc(1, (size_t)n + 1);

	if (text && n > 0)
		(void)c->get_config_item(c, key, text, n + 1); /* it has just said its length */
	return text;
}

static bool has_line(const char *text, const char *line)
{
	struct span rest = span_of(text ? text : ""), got;

	while (span_next_line(&rest, &got)) {
		if (span_is(got, line))
			return true;
	}
	return false;
}

/* The names of a list, or "none". */
static bool parse_list(const char *text, struct caps *ret)
{
	struct span rest = span_of(text ? text : ""), name;

	*ret = (struct caps){ 0 };
	while (span_next_line(&rest, &name)) {
		unsigned int cap;

		if (!name.n || span_is(name, "none"))
			continue;
		if (caps_parse_name(span_trim(name), &cap) < 0)
			return false;
		caps_add(ret, cap);
	}
	return true;
}

/* What liblxc holds of the container is what the fragment means.  NULL, or what is not. */
static const char *compare_with_lxc(const struct command *cmd, const struct plan *plan)
{
	struct lxc_container *c = lxc_container_new(cmd->name, cmd->lxcpaths[0]);
	auto_free char *caps = NULL, *hooks = NULL, *audit = NULL;
	struct caps held;
	const char *wrong = NULL;

	if (!c)
		return "the configuration does not load";
	if (asprintf(&audit, PKGLIBEXECDIR "/cap-audit --policy %s", plan->policy) < 0)
		audit = NULL;
	/* Until 7.0 both keys tell the one list; that it is a keep list our own reading told. */
	caps = ask(c, "lxc.cap.keep");
	hooks = ask(c, "lxc.hook.start-host");
	if (!parse_list(caps, &held) || held.bits != plan->kept.bits)
		wrong = "another list of capabilities";
	else if (!audit || !has_line(hooks, audit))
		wrong = "no audit at the start";
	(void)lxc_container_put(c); /* says only whether it was freed */
	return wrong;
}

/* The fragment's own effect by our reading: true if the list comes out as meant. */
static bool comes_out(const struct plan *plan, const struct writer_text *fragment, bool at_end)
{
	struct lxcconf *after = plan_simulate(plan, fragment->p, fragment->n, at_end);
	bool ok = after && lxcconf_caps(after).bits == plan->kept.bits &&
		  (after->version < LXCCONF_VERSION(4, 0, 11) || after->keeps);

	lxcconf_free(after);
	return ok;
}

/* --- Writing --------------------------------------------------------------------- */

static bool make_text(const struct plan *plan, bool (*emit)(const struct plan *, FILE *),
		      struct writer_text *ret)
{
	FILE *out = open_memstream(&ret->p, &ret->n);
	bool ok = out && emit(plan, out);

	return out && fclose(out) == 0 && ok;
}

/* What others can write is no text to keep, whatever it says now: it is replaced. */
static int read_old(int fd, const char *name, struct writer_text *ret)
{
	int r = io_read_file_at(fd, name, FILE_SIZE_MAX, &ret->p, &ret->n);
	struct stat st;

	if (r == 0 && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH))))
		ret->n = 0;
	return r == -ENOENT ? 0 : r;
}

static bool same(const struct writer_text *a, const struct writer_text *b)
{
	return a->p && b->p && a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* What becomes of the three files; the order is that of the steps. */
struct files {
	struct replace between, fragment, policy;
	struct config_edit config;
};

/*
 * At each moment the audit passes what the fragment gives: where both change, a policy that
 * passes either comes in between.
 */
static int stage_files(const struct writer *w, int fd, struct files *f)
{
	bool policy = !same(&w->old_policy, &w->policy);
	int r = 0;

	if (policy && w->old_fragment.p)
		r = replace_stage(fd, &f->between, w->transition.p, w->transition.n);
	if (r == 0 && !same(&w->old_fragment, &w->fragment))
		r = replace_stage(fd, &f->fragment, w->fragment.p, w->fragment.n);
	if (r == 0 && policy)
		r = replace_stage(fd, &f->policy, w->policy.p, w->policy.n);
	return r;
}

static int commit_files(const struct writer *w, int fd, struct files *f)
{
	int r;

	if (!w->old_fragment.p) {
		r = replace_commit(fd, &f->policy);
		return r < 0 ? r : replace_commit(fd, &f->fragment);
	}
	r = replace_commit(fd, &f->between);
	if (r == 0)
		r = replace_commit(fd, &f->fragment);
	return r < 0 ? r : replace_commit(fd, &f->policy);
}

/* Everything as it was, in the other order: 0, or the first failure. */
static int undo(int dirfd, int fd, struct files *f)
{
	int results[] = {
		config_edit_undo(dirfd, &f->config),
		replace_undo(fd, &f->fragment),
		replace_undo(fd, f->policy.committed ? &f->policy : &f->between),
	};

	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		if (results[i] < 0)
			return results[i];
	}
	return 0;
}

static int tidy(int dirfd, int fd)
{
	int r = config_edit_tidy(dirfd), r2 = harden_dir_tidy(fd);

	return r < 0 ? r : r2;
}

static int tell(const struct writer *w, const char *what, int r)
{
	struct command_text path;

	command_error(w->cmd->verb, "cannot write '%s/%s%s': %s",
		      command_escape(&path, w->cmd->lxcpaths[0]), w->cmd->name, what,
		      r == -EAGAIN  ? "somebody else changed it meanwhile"
		      : r == -ELOOP ? "a symbolic link, which is not followed"
				    : strerror(-r));
	return r == -ELOOP || r == -ENOTDIR || r == -EINVAL ? COMMAND_MISUSE : COMMAND_FAILED;
}

/* What is there already and is none of ours: the input's fault. */
static int refuse_old(const struct writer *w, const char *what, const char *reason)
{
	struct command_text path;

	command_error(w->cmd->verb, "'%s/%s/" HARDEN_DIR "%s': %s",
		      command_escape(&path, w->cmd->lxcpaths[0]), w->cmd->name, what, reason);
	return COMMAND_MISUSE;
}

/* -1 to go on, else the exit status. */
static int read_both(struct writer *w, int fd)
{
	const struct {
		const char *name, *path;
		struct writer_text *text;
	} files[] = { { HARDEN_CONF, "/" HARDEN_CONF, &w->old_fragment },
		      { HARDEN_POLICY, "/" HARDEN_POLICY, &w->old_policy } };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int r = read_old(fd, files[i].name, files[i].text);

		if (r == -EINVAL || r == -EFBIG)
			return refuse_old(w, files[i].path,
					  r == -EFBIG ? "too large to be generate's"
						      : "not a regular file");
		if (r < 0)
			return tell(w, "/" HARDEN_DIR, r);
	}
	return -1;
}

/* Its name tells its content: what has it already is that, and copies may refer to it. */
static int write_profile(struct writer *w, int fd)
{
	const char *text = w->plan->seccomp_text, *name;

	if (!text)
		return 0;
	name = strrchr(w->plan->seccomp, '/') + 1;
	w->made_profile = faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
	return io_write_file_at(fd, name, text, strlen(text), 0644);
}

static int write_all(struct writer *w, int dirfd, int fd, struct files *f)
{
	const char *wrong;
	int r = stage_files(w, fd, f);

	if (r == 0)
		r = write_profile(w, fd);
	if (r < 0)
		return tell(w, "/" HARDEN_DIR, r);
	if (!w->no_line)
		r = config_edit_stage(dirfd, w->plan->fragment,
				      w->in_place ? config_edit_add_text : config_edit_renew_text,
				      &f->config);
	if (r < 0)
		return tell(w, "/config", r);
	r = commit_files(w, fd, f);
	if (r < 0)
		return tell(w, "/" HARDEN_DIR, r);
	r = config_edit_commit(dirfd, &f->config);
	if (r < 0)
		return tell(w, "/config", r);
	/* Without the line there is nothing for liblxc to see yet. */
	wrong = w->no_line && !w->plan->included ? NULL : compare_with_lxc(w->cmd, w->plan);
	if (!wrong)
		return COMMAND_DONE;
	command_error(w->cmd->verb, "%s: liblxc %s sees %s in the result, which was taken back",
		      w->cmd->name, lxc_get_version(), wrong);
	return COMMAND_FAILED;
}

/* The exit status of write_all(), with all of it done or nothing. */
static int write_or_undo(struct writer *w, int dirfd, int fd)
{
	struct files f = { .between = { .name = HARDEN_POLICY, .step = "between" },
			   .fragment = { .name = HARDEN_CONF, .step = "new" },
			   .policy = { .name = HARDEN_POLICY, .step = "new" } };
	int r, code;

	f.policy.after = &f.between;
	code = write_all(w, dirfd, fd, &f);
	if (code != COMMAND_DONE) {
		r = undo(dirfd, fd, &f);
		if (r < 0)
			command_error(w->cmd->verb, "%s: cannot be taken back: %s", w->cmd->name,
				      strerror(-r));
		if (w->made_profile)
			(void)harden_dir_unlink(fd, strrchr(w->plan->seccomp, '/') + 1);
	}
	r = tidy(dirfd, fd);
	if (r < 0 && code == COMMAND_DONE)
		code = tell(w, "/" HARDEN_DIR, r);
	return code;
}

/* What writing would change, after read_both(). */
static bool differs(const struct writer *w)
{
	return !same(&w->old_fragment, &w->fragment) || !same(&w->old_policy, &w->policy) ||
	       (!w->no_line && (!w->plan->included || !w->in_place));
}

int writer_compare(struct writer *w, int dirfd, bool *ret_changed)
{
	bool made;
	auto_close int fd = harden_dir_open(dirfd, false, &made);
	int code;

	*ret_changed = true;
	if (fd == -ENOENT)
		return COMMAND_DONE;
	if (fd < 0)
		return tell(w, "/" HARDEN_DIR, fd);
	if (!harden_dir_is_safe(dirfd, fd))
		return refuse_old(w, "", HARDEN_DIR_UNSAFE);
	code = read_both(w, fd);
	*ret_changed = differs(w);
	return code < 0 ? COMMAND_DONE : code;
}

int writer_write(struct writer *w, int dirfd, bool *ret_changed)
{
	auto_close int fd = harden_dir_open(dirfd, true, &w->made);
	int r, code;

	if (fd < 0)
		return tell(w, "/" HARDEN_DIR, fd);
	if (!harden_dir_is_safe(dirfd, fd))
		return refuse_old(w, "", HARDEN_DIR_UNSAFE);
	r = tidy(dirfd, fd);
	code = r < 0 ? tell(w, "/" HARDEN_DIR, r) : read_both(w, fd);
	*ret_changed = differs(w);
	if (code < 0)
		code = write_or_undo(w, dirfd, fd);
	if (code != COMMAND_DONE && w->made)
		(void)unlinkat(dirfd, HARDEN_DIR, AT_REMOVEDIR); /* the first is told */
	return code;
}

int writer_make(struct writer *w)
{
	unsigned int stray;

	if (!make_text(w->plan, plan_emit_fragment, &w->fragment) ||
	    !make_text(w->plan, plan_emit_policy, &w->policy) ||
	    !make_text(w->plan, plan_emit_transition, &w->transition)) {
		command_error(w->cmd->verb, "out of memory");
		return COMMAND_FAILED;
	}
	stray = plan_find_stray(w->plan, w->fragment.p, w->fragment.n);
	if (stray) {
		command_error(w->cmd->verb, "%s: line %u of the fragment is none that was meant",
			      w->cmd->name, stray);
		return COMMAND_FAILED;
	}
	w->in_place = comes_out(w->plan, &w->fragment, false);
	if (!w->in_place && !comes_out(w->plan, &w->fragment, true)) {
		command_error(w->cmd->verb,
			      "%s: the list of capabilities would not come out as meant",
			      w->cmd->name);
		return COMMAND_FAILED;
	}
	return -1;
}

void writer_done(const struct writer *w)
{
	free(w->fragment.p);
	free(w->policy.p);
	free(w->transition.p);
	free(w->old_fragment.p);
	free(w->old_policy.p);
}
