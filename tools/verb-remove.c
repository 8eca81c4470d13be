/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden remove: takes out of a container's configuration what generate put there, and
 * the files that only that needed.  It does not load the configuration, so that it works
 * on one that LXC does not load.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/command/command.h"
#include "tools/config/config-edit.h"
#include "tools/config/lxcconf.h"
#include "tools/container/harden-dir.h"
#include "tools/container/lock.h"

#define CONFIG_SIZE_MAX (1u << 20)

enum { OPT_DRY_RUN = 256 };

static const struct option remove_options[] = {
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ NULL, 0, NULL, 0 },
};

/* The only option there is. */
static int take(const struct command *cmd, int option, const char *value, void *state)
{
	bool *dry_run = state;

	(void)cmd, (void)option, (void)value;
	*dry_run = true;
	return 0;
}

static unsigned int count_lines(const char *text, size_t n)
{
	unsigned int lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}

/* The number that a line of what is left has in the whole text. */
static unsigned int line_in_text(struct span text, struct span left, unsigned int line)
{
	unsigned int gone = count_lines(text.p, text.n) - count_lines(left.p, left.n);
	size_t same = 0;

	while (same < left.n && text.p[same] == left.p[same])
		same++;
	return line > count_lines(text.p, same) ? line + gone : line;
}

/*
 * What is to be done: 1 if our line is in the configuration, 0 if not, else -errno.  *ret_line
 * is the line that would still include the fragment once ours is out; 0 if there is none.
 */
static int find_lines(int dirfd, const char *path, unsigned int *ret_line)
{
	auto_free char *text = NULL, *changed = NULL;
	struct lxcconf_text rest;
	struct lxcconf_line line;
	struct span whole, left;
	size_t size;
	int ours, r = io_read_file_at(dirfd, "config", CONFIG_SIZE_MAX, &text, &size);

	*ret_line = 0;
	if (r < 0)
		return r;
	whole = (struct span){ text, size };
	ours = config_edit_remove_text(whole, path, &changed, &size);
	if (ours < 0)
		return ours;
	left = changed ? (struct span){ changed, size } : whole;
	rest = LXCCONF_TEXT_INIT(left);
	while (lxcconf_next(&rest, &line) > 0) {
		if (!line.ignored && span_is(line.key, "lxc.include") && span_is(line.value, path))
			*ret_line = line_in_text(whole, left, line.line);
	}
	return ours;
}

static const char *const file_names[] = { HARDEN_CONF, HARDEN_POLICY, HARDEN_AUDIT,
					  HARDEN_HISTORY };

/* How many files remove_files() would take. */
static int count_files(int dirfd, unsigned int *n)
{
	bool made;
	auto_close int fd = harden_dir_open(dirfd, false, &made);
	struct stat st;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	for (size_t i = 0; i < sizeof(file_names) / sizeof(file_names[0]); i++) {
		if (fstatat(fd, file_names[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			(*n)++;
		else if (errno != ENOENT)
			return -errno;
	}
	return harden_dir_remove_profiles(fd, true, n);
}

static int remove_files(int dirfd, unsigned int *n)
{
	bool made;
	auto_close int fd = harden_dir_open(dirfd, false, &made);
	int r = fd == -ENOENT ? 0 : fd;

	if (fd < 0)
		return r;
	r = harden_dir_tidy(fd);
	for (size_t i = 0; r >= 0 && i < sizeof(file_names) / sizeof(file_names[0]); i++) {
		r = harden_dir_unlink(fd, file_names[i]);
		*n += r > 0;
	}
	if (r >= 0)
		r = harden_dir_remove_profiles(fd, false, n);
	if (r < 0)
		return r;
	/* Records and proofs stay, and with them the folder. */
	if (unlinkat(dirfd, HARDEN_DIR, AT_REMOVEDIR) < 0 && errno != ENOTEMPTY && errno != EEXIST)
		return -errno;
	return fsync(dirfd) < 0 ? -errno : 0;
}

/* written: not a dry run. */
static int print(const struct command *cmd, bool written, bool changed, unsigned int n_files)
{
	bool any = changed || n_files;
	struct command_text name;
	struct json_object *o;

	if (!cmd->json && !cmd->quiet)
		printf(!any	 ? "%s: nothing of lxc-harden generate is there\n"
		       : written ? "%s: taken out of the configuration, which is as it was before\n"
				 : "%s: there is something to remove (nothing written)\n",
		       command_escape(&name, cmd->name));
	if (!cmd->json)
		return command_finish(cmd->verb);
	o = json_object_new_object();
	if (!o || json_object_object_add(o, "container", json_object_new_string(cmd->name)) ||
	    json_object_object_add(o, "written", json_object_new_boolean(written)) ||
	    json_object_object_add(o, "changed", json_object_new_boolean(changed)) ||
	    json_object_object_add(o, "files_removed", json_object_new_int((int)n_files))) {
		command_error(cmd->verb, "out of memory");
		json_object_put(o);
		return COMMAND_FAILED;
	}
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	return command_finish(cmd->verb);
}

/* One line; what is missing or of the wrong kind is the caller's mistake, the rest failed. */
static int refuse(const struct command *cmd, const char *what, int r)
{
	struct command_text path;

	command_error(cmd->verb, "'%s/%s%s': %s", command_escape(&path, cmd->lxcpaths[0]),
		      cmd->name, what, config_edit_why(r));
	return r == -ENOENT || r == -ENOTDIR || r == -ELOOP || r == -EINVAL || r == -EFBIG
		       ? COMMAND_MISUSE
		       : COMMAND_FAILED;
}

/* The folder is locked, and what is to be done is known: the exit status. */
static int do_remove(const struct command *cmd, int dirfd, const char *path)
{
	unsigned int n_files = 0;
	/* First the line: a configuration that includes what is not there does not load. */
	int r, changed = config_edit_remove(dirfd, path);

	if (changed < 0)
		return refuse(cmd, "/config", changed);
	r = config_edit_tidy(dirfd); /* left by a writer that was killed */
	if (r < 0)
		return refuse(cmd, "/config", r);
	r = remove_files(dirfd, &n_files);
	if (r < 0)
		return refuse(cmd, "/" HARDEN_DIR, r);
	return print(cmd, true, changed > 0, n_files);
}

static int say_what(const struct command *cmd, int dirfd, bool ours)
{
	unsigned int n_files = 0;
	int r = count_files(dirfd, &n_files);

	return r < 0 ? refuse(cmd, "/" HARDEN_DIR, r) : print(cmd, false, ours, n_files);
}

int verb_remove(const struct verb *verb, int argc, char *argv[])
{
	auto_close int dirfd = -EBADF;
	struct command_text text;
	bool dry_run = false;
	struct command cmd;
	char path[PATH_MAX];
	unsigned int line;
	int r = command_parse(verb, argc, argv, remove_options, take, &dry_run, &cmd);

	if (r >= 0)
		return r;
	r = snprintf(path, sizeof(path), "%s/%s/" HARDEN_DIR "/" HARDEN_CONF, cmd.lxcpaths[0],
		     cmd.name);
	if (r < 0 || (size_t)r >= sizeof(path))
		return refuse(&cmd, "", -ENAMETOOLONG);
	dirfd = container_lock(cmd.lxcpaths[0], cmd.name);
	if (dirfd < 0)
		return refuse(&cmd, "", dirfd);
	r = find_lines(dirfd, path, &line);
	if (r < 0)
		return refuse(&cmd, "/config", r);
	if (line) {
		command_error(verb,
			      "%s/%s/config:%u: includes '%s' and is not generate's line: take it "
			      "out first",
			      command_escape(&text, cmd.lxcpaths[0]), cmd.name, line, HARDEN_CONF);
		return COMMAND_MISUSE;
	}
	return dry_run ? say_what(&cmd, dirfd, r > 0) : do_remove(&cmd, dirfd, path);
}
