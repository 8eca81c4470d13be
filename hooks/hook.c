/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See hook.h. */
#include "config.h"

#include "hooks/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/emit.h"

/* LXC logs at most this much of one read; a longer line would be torn. */
#define LINE_SIZE 2048

static void fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is this one.  Without /dev/null any folder keeps it taken.
		 */
		if (open("/dev/null", O_RDWR | O_NOCTTY) < 0 && open("/", O_PATH | O_DIRECTORY) < 0)
			_exit(1);
	}
}

struct hook hook_init(const char *program)
{
	fill_standard_descriptors();
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		_exit(1);
	(void)umask(022); /* cannot fail */
	return (struct hook){
		.program = program,
		.journal = { .fd = -EBADF, .kind = JOURNAL_NONE },
	};
}

void hook_open_journal(struct hook *h)
{
	journal_done(&h->journal);
	h->journal = journal_open();
}

static const char *get_variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

static pid_t get_pid(void)
{
	const char *text = get_variable("LXC_PID");
	uint64_t pid;

	if (!text)
		return 0;
	if (span_parse_u64(span_of(text), 10, INT_MAX, &pid) < 0 || !pid)
		return -1;
	return (pid_t)pid;
}

int hook_read_env(int argc, char *const argv[], struct hook_env *ret, const char **ret_reason)
{
	struct hook_env env = {
		.config_file = get_variable("LXC_CONFIG_FILE"),
		.rootfs_mount = get_variable("LXC_ROOTFS_MOUNT"),
		.pid = get_pid(),
	};
	const char *section;

	if (argc == 0) {
		env.version = 1;
		env.name = get_variable("LXC_NAME");
		section = get_variable("LXC_HOOK_SECTION");
		env.type = get_variable("LXC_HOOK_TYPE");
	} else if (argc >= 3) {
		env.name = argv[0][0] ? argv[0] : NULL;
		section = argv[1];
		env.type = argv[2][0] ? argv[2] : NULL;
		env.args = argv + 3;
		env.n_args = argc - 3;
	} else {
		*ret_reason = "unexpected arguments: LXC gives 'NAME lxc TYPE'";
		return -EINVAL;
	}
	if (!env.type) {
		*ret_reason =
			"not run by LXC: no hook type, neither as an argument nor in LXC_HOOK_TYPE";
		return -EINVAL;
	}
	if (!env.name) {
		*ret_reason = "not run by LXC: no container name";
		return -EINVAL;
	}
	if (section && strcmp(section, "lxc") != 0) {
		*ret_reason = "not a hook of the section 'lxc'";
		return -EINVAL;
	}
	*ret = env;
	return 0;
}

static void emit_line(struct emit *e, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
			emit_span(e, (struct span){ text, 1 });
		else
			emit_printf(e, "\\x%02x", c);
	}
}

void hook_say(const struct hook *h, enum journal_priority priority, const char *format, ...)
{
	char message[LINE_SIZE / 2] = "", line[LINE_SIZE] = "", name[256] = "";
	struct emit m = EMIT_INIT(line), n = EMIT_INIT(name);
	size_t start;
	va_list args;

	if (h->container)
		emit_escaped(&n, span_of(h->container));
	else
		emit_str(&n, "-");
	va_start(args, format);
	/* Cut if too long: the reason comes first. */
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	emit_printf(&m, "%s: %s: ", h->program, name);
	start = m.len;
	m.size--; /* room for the newline */
	emit_line(&m, message);
	(void)journal_send(&h->journal, priority, h->program, name, line + start); /* best effort */
	m.size++;
	emit_str(&m, "\n");
	/* There is nobody left to tell if this fails. */
	if (write(STDERR_FILENO, line, m.len) < 0)
		return;
}

const char *hook_escape(struct hook_text *buf, const char *hostile)
{
	struct emit e = EMIT_INIT(buf->text);

	buf->text[0] = '\0';
	emit_escaped(&e, span_of(hostile));
	return buf->text;
}
