/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See config-read.h. */
#include "config.h"

#include "tools/config/config-read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"

#define FILE_SIZE_MAX (1u << 20)
#define TOTAL_SIZE_MAX (64u << 20)
#define DEPTH_MAX 64 /* liblxc has no limit but its stack */

struct frame {
	const struct frame *up;
	dev_t dev;
	ino_t ino;
	size_t file;
};

struct reader {
	struct lxcconf *conf;
	struct config_error *error;
	size_t total; /* bytes read */
};

static const char *escape(char *buf, size_t size, struct span text)
{
	struct emit e = { .buf = buf, .size = size };

	buf[0] = '\0';
	emit_escaped(&e, text);
	return buf;
}

#define ESCAPE(buf, text) escape((buf), sizeof(buf), (text))

static int refuse_line(const struct reader *r, size_t file, unsigned int line,
		       const struct lxcconf_error *why)
{
	char word[512];

	if (why->word.n)
		config_error_at(r->error, CONFIG_ERROR_LINE, r->conf, file, line, "%s '%s'",
				why->reason, ESCAPE(word, why->word));
	else
		config_error_at(r->error, CONFIG_ERROR_LINE, r->conf, file, line, "%s",
				why->reason);
	r->error->fault = why->fault;
	(void)snprintf(r->error->word, sizeof(r->error->word), "%.*s",
		       (int)(why->word.n < sizeof(word) ? why->word.n : sizeof(word)),
		       why->word.n ? why->word.p : ""); /* or cut */
	return -EINVAL;
}

/* Why a file cannot be read, told at the line that asks for it. */
static int refuse_file(const struct reader *r, const char *path, size_t from, int code)
{
	const char *reason = code == -EINVAL  ? "not a regular file"
			     : code == -EFBIG ? "too large"
					      : strerror(-code);
	const struct lxcconf_setting *s;
	char name[1024];

	(void)ESCAPE(name, span_of(path));
	if (from == LXCCONF_NONE) {
		r->error->kind = CONFIG_ERROR_MISSING;
		config_error_say(r->error, "cannot read '%s': %s", name, reason);
		return code;
	}
	s = &r->conf->settings[from];
	config_error_at(r->error, CONFIG_ERROR_INCLUDE, r->conf, s->file, s->line,
			"cannot read '%s': %s", name, reason);
	/* An include that is not there, or no file, is a mistake in the configuration. */
	return code == -ENOENT || code == -ENOTDIR || code == -ELOOP || code == -EISDIR ||
			       code == -ENAMETOOLONG || code == -EFBIG
		       ? -EINVAL
		       : code;
}

static int out_of(const struct reader *r, int code)
{
	if (code == -E2BIG) {
		config_error_say(r->error, "'%s': more settings or included files than are read",
				 r->conf->files[0].path);
		return -EINVAL;
	}
	config_error_say(r->error, "out of memory");
	return code;
}

/* O_PATH first, so that no FIFO or device is ever opened; symlinks are followed. */
static int open_path(const char *path, struct stat *ret)
{
	auto_close int fd = open(path, O_PATH | O_CLOEXEC);

	*ret = (struct stat){ 0 }; /* the analyzer does not know that errno is never 0 */
	if (fd < 0 || fstat(fd, ret) < 0)
		return -errno;
	return take_fd(&fd);
}

/* "A -> B -> A", from the outermost. */
static void emit_chain(struct emit *e, const struct reader *r, const struct frame *frame)
{
	if (frame->up)
		emit_chain(e, r, frame->up);
	emit_escaped(e, span_of(r->conf->files[frame->file].path));
	emit_str(e, " -> ");
}

static int check_cycle(const struct reader *r, const struct frame *up, const struct stat *st,
		       const char *path, size_t from)
{
	char chain[2048] = "";
	struct emit e = EMIT_INIT(chain);
	const struct lxcconf_setting *s;
	const struct frame *f = up;
	size_t depth = 0;

	for (; f && !(f->dev == st->st_dev && f->ino == st->st_ino); f = f->up)
		depth++;
	if (!f && depth < DEPTH_MAX)
		return 0;
	s = &r->conf->settings[from];
	if (!f) {
		config_error_at(r->error, CONFIG_ERROR_CYCLE, r->conf, s->file, s->line,
				"includes are nested deeper than %d", DEPTH_MAX);
		return -EINVAL;
	}
	emit_chain(&e, r, up);
	emit_escaped(&e, span_of(path));
	config_error_at(r->error, CONFIG_ERROR_CYCLE, r->conf, s->file, s->line,
			"include cycle, on which LXC crashes: %s", chain);
	return -EINVAL;
}

static int read_include(struct reader *r, const struct frame *up, const char *value, size_t from);

static int read_settings(struct reader *r, const struct frame *frame, struct span span)
{
	struct lxcconf_text text = LXCCONF_TEXT_INIT(span);
	struct lxcconf_error why;
	struct lxcconf_line line;
	int code;

	while ((code = lxcconf_next(&text, &line)) > 0) {
		code = lxcconf_add(r->conf, frame->file, &line, &why);
		if (code == -EINVAL)
			return refuse_line(r, frame->file, line.line, &why);
		if (code < 0)
			return out_of(r, code);
		if (!line.ignored && line.value.n && span_is(line.key, "lxc.include")) {
			size_t from = r->conf->n_settings - 1;

			/* The settings may move; the value itself does not. */
			code = read_include(r, frame, r->conf->settings[from].value, from);
			if (code < 0)
				return code;
		}
	}
	if (code == 0)
		return 0;
	why = (struct lxcconf_error){ "no '=' in", line.key, LXCCONF_FAULT_LINE };
	return refuse_line(r, frame->file, line.line, &why);
}

/* lxc_config_read() of what pathfd names. */
static int read_file(struct reader *r, const struct frame *up, const char *path, size_t from,
		     int pathfd, const struct stat *st)
{
	struct frame frame = { up, st->st_dev, st->st_ino, 0 };
	auto_free char *text = NULL;
	auto_close int fd = -EBADF;
	size_t size = 0;
	int code = up ? check_cycle(r, up, st, path, from) : 0;

	if (code < 0)
		return code;
	fd = io_reopen_file(pathfd);
	if (fd < 0)
		return refuse_file(r, path, from, fd);
	code = io_read_fd(fd, FILE_SIZE_MAX, &text, &size);
	r->total += size;
	if (code == 0 && r->total > TOTAL_SIZE_MAX)
		code = -EFBIG;
	if (code < 0)
		return refuse_file(r, path, from, code);
	code = lxcconf_add_file(r->conf, path, from, &frame.file);
	if (code < 0)
		return out_of(r, code);
	return read_settings(r, &frame, (struct span){ text, size });
}

/* do_includedir(): in the order in which the file system lists them. */
static int read_folder(struct reader *r, const struct frame *up, const char *path, size_t from,
		       int pathfd)
{
	auto_closedir DIR *dir = NULL;
	const struct dirent *entry;
	char name[PATH_MAX];
	struct stat st;
	int fd = openat(pathfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), code;

	if (fd < 0)
		return refuse_file(r, path, from, -errno);
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd); /* nothing was written */
		return refuse_file(r, path, from, -ENOMEM);
	}
	while ((entry = readdir(dir))) {
		if (!span_ends(span_of(entry->d_name), ".conf"))
			continue;
		code = snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (code < 0 || (size_t)code >= sizeof(name))
			return refuse_file(r, path, from, -ENAMETOOLONG);
		auto_close int filefd = open_path(name, &st);

		code = filefd < 0 ? refuse_file(r, name, from, filefd)
				  : read_file(r, up, name, from, filefd, &st);
		if (code < 0)
			return code;
	}
	return 0;
}

/* set_config_includefiles() */
static int read_include(struct reader *r, const struct frame *up, const char *value, size_t from)
{
	struct stat st;
	auto_close int fd = open_path(value, &st);
	bool folder = value[strlen(value) - 1] == '/';

	if (fd == -ENOENT && folder)
		return 0;
	if (fd < 0)
		return refuse_file(r, value, from, fd);
	if (folder || S_ISDIR(st.st_mode))
		return read_folder(r, up, value, from, fd);
	return read_file(r, up, value, from, fd, &st);
}

static unsigned int read_last_cap(void)
{
	auto_close int fd = open("/proc/sys/kernel/cap_last_cap", O_RDONLY | O_CLOEXEC);
	auto_free char *text = NULL;
	uint64_t value;
	struct span rest, line;
	size_t size;

	if (fd >= 0 && io_read_fd(fd, FILE_SIZE_MAX, &text, &size) == 0) {
		rest = (struct span){ text, size };
		if (span_next_line(&rest, &line) && span_parse_u64(line, 10, CAPS_MAX, &value) == 0)
			return (unsigned int)value;
	}
	return 40; /* CAP_CHECKPOINT_RESTORE, the last since Linux 5.9 */
}

static int check_end(const struct reader *r)
{
	struct lxcconf_error why;
	size_t index;

	if (lxcconf_finish(r->conf, &why, &index) == 0)
		return 0;
	return refuse_line(r, r->conf->settings[index].file, r->conf->settings[index].line, &why);
}

int config_read_file(const char *path, struct lxcconf **ret, struct config_error *ret_error)
{
	struct reader r = { .error = ret_error };
	unsigned int version;
	struct stat st;
	int code;

	*ret_error = (struct config_error){ .kind = CONFIG_ERROR_OTHER };
	if (lxcconf_parse_version(lxc_get_version(), &version) < 0)
		version = LXCCONF_VERSION(5, 0, 0);
	r.conf = lxcconf_new(version, read_last_cap());
	if (!r.conf) {
		config_error_say(ret_error, "out of memory");
		return -ENOMEM;
	}
	auto_close int fd = open_path(path, &st);

	code = fd < 0 ? refuse_file(&r, path, LXCCONF_NONE, fd)
		      : read_file(&r, NULL, path, LXCCONF_NONE, fd, &st);
	if (code == 0)
		code = check_end(&r);
	if (code < 0) {
		lxcconf_free(r.conf);
		return code;
	}
	*ret = r.conf;
	return 0;
}
