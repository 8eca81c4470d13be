/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See config-read.h. */
#include "config.h"

#include "tools/config-read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lxc/lxccontainer.h>
#include <stdarg.h>
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

__attribute__((format(printf, 2, 3))) static void say(struct config_error *error,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vsnprintf(error->text, sizeof(error->text), format, args) < 0)
		error->text[0] = '\0';
	va_end(args);
}

static const char *escape(char *buf, size_t size, struct span text)
{
	struct emit e = { .buf = buf, .size = size };

	buf[0] = '\0';
	emit_escaped(&e, text);
	return buf;
}

#define ESCAPE(buf, text) escape((buf), sizeof(buf), (text))

/* "FILE:LINE" of a setting, or of a line of a file. */
struct place {
	char text[1200];
};

static const char *place_of(struct place *place, const struct lxcconf *conf, size_t file,
			    unsigned int line)
{
	char path[1024];

	(void)snprintf(place->text, sizeof(place->text), "%s:%u",
		       ESCAPE(path, span_of(conf->files[file].path)), line);
	return place->text;
}

/* For programs: which line it is about. */
static void set_place(struct config_error *error, enum config_error_kind kind,
		      const struct lxcconf *conf, size_t file, unsigned int line)
{
	error->kind = kind;
	error->line = line;
	(void)snprintf(error->file, sizeof(error->file), "%s", conf->files[file].path); /* cut */
}

static int refuse_line(const struct reader *r, size_t file, unsigned int line,
		       const struct lxcconf_error *why)
{
	struct place place = { "" };
	char word[512];

	set_place(r->error, CONFIG_ERROR_LINE, r->conf, file, line);
	r->error->reason = why->reason;
	(void)place_of(&place, r->conf, file, line);
	if (why->word.n)
		say(r->error, "%s: %s '%s'", place.text, why->reason, ESCAPE(word, why->word));
	else
		say(r->error, "%s: %s", place.text, why->reason);
	return -EINVAL;
}

/* Why a file cannot be read, told at the line that asks for it. */
static int refuse_file(const struct reader *r, const char *path, size_t from, int code)
{
	const char *reason = code == -EINVAL  ? "not a regular file"
			     : code == -EFBIG ? "too large"
					      : strerror(-code);
	struct place place = { "" };
	char name[1024];

	(void)ESCAPE(name, span_of(path));
	if (from == LXCCONF_NONE) {
		r->error->kind = CONFIG_ERROR_MISSING;
		say(r->error, "cannot read '%s': %s", name, reason);
		return code;
	}
	set_place(r->error, CONFIG_ERROR_INCLUDE, r->conf, r->conf->settings[from].file,
		  r->conf->settings[from].line);
	(void)place_of(&place, r->conf, r->conf->settings[from].file, r->conf->settings[from].line);
	say(r->error, "%s: cannot read '%s': %s", place.text, name, reason);
	/* An include that is not there, or no file, is a mistake in the configuration. */
	return code == -ENOENT || code == -ENOTDIR || code == -ELOOP || code == -EISDIR ||
			       code == -ENAMETOOLONG || code == -EFBIG
		       ? -EINVAL
		       : code;
}

static int out_of(const struct reader *r, int code)
{
	if (code == -E2BIG) {
		say(r->error, "'%s': more settings or included files than are read",
		    r->conf->files[0].path);
		return -EINVAL;
	}
	say(r->error, "out of memory");
	return code;
}

static int read_all(int fd, char **ret_text, size_t *ret_size)
{
	size_t size = 0, room = 4096;
	auto_free char *text = malloc(room);

	while (text) {
		ssize_t n = read(fd, text + size, room - size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n) {
			*ret_text = take_ptr(&text);
			*ret_size = size;
			return 0;
		}
		size += (size_t)n;
		if (size > FILE_SIZE_MAX)
			return -EFBIG;
		if (size == room) {
			char *p = realloc(text, room * 2);

			if (!p)
				return -ENOMEM;
			text = p;
			room *= 2;
		}
	}
	return -ENOMEM;
}

/* O_PATH first, so that no FIFO or device is ever opened; symlinks are followed. */
static int open_path(const char *path, struct stat *ret)
{
	auto_close int fd = open(path, O_PATH | O_CLOEXEC);

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
	const struct frame *f = up;
	struct place place = { "" };
	size_t depth = 0;

	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): fstat(2) filled it. */
	for (; f && !(f->dev == st->st_dev && f->ino == st->st_ino); f = f->up)
		depth++;
	if (!f && depth < DEPTH_MAX)
		return 0;
	set_place(r->error, CONFIG_ERROR_CYCLE, r->conf, r->conf->settings[from].file,
		  r->conf->settings[from].line);
	(void)place_of(&place, r->conf, r->conf->settings[from].file, r->conf->settings[from].line);
	if (!f) {
		say(r->error, "%s: includes are nested deeper than %d", place.text, DEPTH_MAX);
		return -EINVAL;
	}
	emit_chain(&e, r, up);
	emit_escaped(&e, span_of(path));
	say(r->error, "%s: include cycle, on which LXC crashes: %s", place.text, chain);
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
	why = (struct lxcconf_error){ "no '=' in", line.key };
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
	code = read_all(fd, &text, &size);
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

static bool is_conf_name(const char *name)
{
	size_t n = strlen(name);

	return n > strlen(".conf") && strcmp(name + n - strlen(".conf"), ".conf") == 0;
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
		if (!is_conf_name(entry->d_name))
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

	if (fd >= 0 && read_all(fd, &text, &size) == 0) {
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
		say(ret_error, "out of memory");
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

int config_ask_lxc(const struct lxcconf *conf, const char *lxcpath, struct config_error *ret_error)
{
	/* No container's name: liblxc would load that one's configuration. */
	struct lxc_container *c = lxc_container_new(".lxc-harden", lxcpath);
	char key[300], value[900];
	struct place place = { "" };
	int code = 0;

	if (!c) {
		say(ret_error, "liblxc cannot make a container object for '%s'", lxcpath);
		return -ENOMEM;
	}
	for (size_t i = 0; i < conf->n_settings && code == 0; i++) {
		const struct lxcconf_setting *s = &conf->settings[i];

		if (s->state == LXCCONF_IGNORED || strcmp(s->key, "lxc.include") == 0 ||
		    strncmp(s->key, "lxc.log.", strlen("lxc.log.")) == 0)
			continue;
		if (c->set_config_item(c, s->key, s->value))
			continue;
		set_place(ret_error, CONFIG_ERROR_VALUE, conf, s->file, s->line);
		say(ret_error, "%s: LXC %s refuses '%s = %s'",
		    place_of(&place, conf, s->file, s->line), lxc_get_version(),
		    ESCAPE(key, span_of(s->key)), ESCAPE(value, span_of(s->value)));
		code = -EINVAL;
	}
	(void)lxc_container_put(c); /* says only whether it was freed */
	return code;
}

int config_read_container(const char *lxcpath, const char *name, struct lxcconf **ret,
			  struct config_error *ret_error)
{
	struct lxcconf *conf = NULL;
	char path[PATH_MAX];
	int r = snprintf(path, sizeof(path), "%s/%s/config", lxcpath, name);

	if (r < 0 || (size_t)r >= sizeof(path)) {
		say(ret_error, "the path of the configuration is too long");
		return -ENAMETOOLONG;
	}
	r = config_read_file(path, &conf, ret_error);
	if (r < 0)
		return r;
	r = config_ask_lxc(conf, lxcpath, ret_error);
	if (r < 0) {
		lxcconf_free(conf);
		return r;
	}
	*ret = conf;
	return 0;
}

int config_check_container(const char *lxcpath, const char *name, struct config_error *ret_error)
{
	struct lxcconf *conf = NULL;
	int r = config_read_container(lxcpath, name, &conf, ret_error);

	lxcconf_free(conf);
	return r;
}
