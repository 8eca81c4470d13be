/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See command.h. */
#include "config.h"

#include "tools/command/command.h"

#include <errno.h>
#include <limits.h>
#include <lxc/lxccontainer.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PROGRAM "lxc-harden"

const char *command_escape(struct command_text *buf, const char *text)
{
	struct emit e = EMIT_INIT(buf->text);

	buf->text[0] = '\0';
	emit_escaped(&e, span_of(text));
	return buf->text;
}

int command_take_number(const struct command *cmd, const char *name, const char *value,
			unsigned int min, unsigned int max, unsigned int *ret)
{
	struct command_text buf;
	uint64_t number;

	if (span_parse_u64(span_of(value), 10, max, &number) < 0 || number < min) {
		command_error(cmd->verb, "--%s: '%s' is no number from %u to %u", name,
			      command_escape(&buf, value), min, max);
		return -EINVAL;
	}
	*ret = (unsigned int)number;
	return 0;
}

void command_error(const struct verb *verb, const char *format, ...)
{
	char text[8192], line[sizeof(text) * 2];
	struct emit e = EMIT_INIT(line);
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	emit_printf(&e, verb ? PROGRAM ": %s: " : PROGRAM ": ", verb ? verb->name : "");
	/* Quotes are ours; hostile ones came through command_escape(). */
	emit_printable(&e, span_of(text), "");
	fprintf(stderr, "%s\n", line);
}

int command_finish(const struct verb *verb)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return COMMAND_DONE;
	command_error(verb, "cannot write the output: %s", strerror(errno));
	return COMMAND_FAILED;
}

unsigned int command_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return 80;
	return size.ws_col;
}

static void print_help(const struct verb *verb)
{
	printf("Usage: " PROGRAM " %s %s\n%s.\n\n", verb->name, verb->synopsis, verb->summary);
	if (verb->help)
		printf("%s\n", verb->help);
	if (verb->operands != COMMAND_WORDS)
		printf("  -n, --name=NAME     the container\n"
		       "  -P, --lxcpath=PATH  the folder of the containers\n");
	printf("      --json          JSON instead of text\n"
	       "  -q, --quiet         errors only\n"
	       "  -h, --help          this text\n"
	       "  -V, --version       the version\n"
	       "\n"
	       "Exit status: 0 done, 1 failed, 2 misuse or bad input, 3 the verdict is no.\n");
}

static const struct option common[] = {
	{ "name", required_argument, NULL, 'n' }, { "lxcpath", required_argument, NULL, 'P' },
	{ "json", no_argument, NULL, 'j' },	  { "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },	  { "version", no_argument, NULL, 'V' },
};
#define N_COMMON (sizeof(common) / sizeof(common[0]))
#define OWN_MAX 32

/* The common options and the verb's own in one table for getopt_long(). */
static void merge_options(const struct option *own, struct option table[N_COMMON + OWN_MAX + 1])
{
	size_t n = N_COMMON;

	memcpy(table, common, sizeof(common));
	for (; own && own->name && n < N_COMMON + OWN_MAX; own++)
		table[n++] = *own;
	memset(&table[n], 0, sizeof(table[n]));
}

/* A name that is one folder's, as LXC makes them. */
static int check_name(const struct command *cmd, const char *name)
{
	struct command_text buf;

	if (name[0] && name[0] != '.' && !strchr(name, '/') && strlen(name) <= NAME_MAX)
		return 0;
	command_error(cmd->verb, "'%s' is no name of a container", command_escape(&buf, name));
	return -EINVAL;
}

static int take_operands(struct command *cmd, int argc, char *argv[])
{
	enum command_operands kind = cmd->verb->operands;

	if (kind != COMMAND_WORDS && !cmd->name && argc > 0) {
		cmd->name = *argv++;
		argc--;
	}
	if ((kind == COMMAND_CONTAINER || kind == COMMAND_ONE) && !cmd->name) {
		command_error(cmd->verb, "which container? (see --help)");
		return -EINVAL;
	}
	cmd->words = argv;
	cmd->n_words = (size_t)argc;
	return cmd->name ? check_name(cmd, cmd->name) : 0;
}

static int check_one(const struct command *cmd)
{
	if (cmd->verb->operands != COMMAND_ONE || (!cmd->n_words && cmd->n_lxcpaths == 1))
		return 0;
	command_error(cmd->verb, cmd->n_words ? "takes one container" : "takes one -P option");
	return -EINVAL;
}

static int set_default_lxcpath(struct command *cmd)
{
	const char *path;

	if (cmd->n_lxcpaths || cmd->verb->operands == COMMAND_WORDS)
		return 0;
	path = lxc_get_global_config_item("lxc.lxcpath");
	if (!path) {
		command_error(cmd->verb, "LXC does not say where its containers are, give -P PATH");
		return -EINVAL;
	}
	cmd->lxcpaths[cmd->n_lxcpaths++] = path;
	return 0;
}

static int add_lxcpath(struct command *cmd, const char *path)
{
	if (cmd->n_lxcpaths == COMMAND_PATHS_MAX) {
		command_error(cmd->verb, "more than %d -P options", COMMAND_PATHS_MAX);
		return -EINVAL;
	}
	if (path[0] != '/') {
		struct command_text buf;

		command_error(cmd->verb, "'%s' is no absolute path", command_escape(&buf, path));
		return -EINVAL;
	}
	cmd->lxcpaths[cmd->n_lxcpaths++] = path;
	cmd->lxcpaths_given = true;
	return 0;
}

/* -1 to go on, else the exit status. */
static int take_common(struct command *cmd, int c, const char *value, const char *word)
{
	struct command_text buf;

	switch (c) {
	case 'n':
	case 'P':
		if (cmd->verb->operands == COMMAND_WORDS) {
			command_error(cmd->verb, "takes no container");
			return COMMAND_MISUSE;
		}
		if (c == 'n')
			cmd->name = value;
		else if (add_lxcpath(cmd, value) < 0)
			return COMMAND_MISUSE;
		return -1;
	case 'j':
		cmd->json = true;
		return -1;
	case 'q':
		cmd->quiet = true;
		return -1;
	case 'h':
		print_help(cmd->verb);
		return command_finish(cmd->verb);
	case 'V':
		printf(PROGRAM " %s\n", PACKAGE_VERSION);
		return command_finish(cmd->verb);
	case ':':
		command_error(cmd->verb, "option '%s' needs a value", command_escape(&buf, word));
		return COMMAND_MISUSE;
	default:
		command_error(cmd->verb, "no such option '%s' (see --help)",
			      command_escape(&buf, word));
		return COMMAND_MISUSE;
	}
}

/* Is it one of the verb's own? */
static bool is_own(const struct option *own, int c)
{
	for (; own && own->name; own++) {
		if (own->val == c)
			return true;
	}
	return false;
}

/* The letters for getopt_long(), the verb's own behind the common ones. */
static void merge_letters(const struct option *own, char letters[8 + 2 * OWN_MAX + 1])
{
	char *p = stpcpy(letters, ":n:P:qhV");

	for (size_t n = 0; own && own->name && n < OWN_MAX; own++, n++) {
		if (own->val >= 256)
			continue;
		*p++ = (char)own->val;
		if (own->has_arg == required_argument)
			*p++ = ':';
	}
	*p = '\0';
}

int command_parse(const struct verb *verb, int argc, char *argv[], const struct option *own,
		  command_take take, void *state, struct command *ret)
{
	struct option table[N_COMMON + OWN_MAX + 1];
	char letters[8 + 2 * OWN_MAX + 1];
	struct command cmd = { .verb = verb };
	int c, r;

	merge_options(own, table);
	merge_letters(own, letters);
	opterr = 0; /* one line of our own, with our name */
	optind = 1;
	while ((c = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		if (c >= 256 || is_own(own, c))
			r = take(&cmd, c, optarg, state) < 0 ? COMMAND_MISUSE : -1;
		else
			r = take_common(&cmd, c, optarg, argv[optind - 1]);
		if (r >= 0)
			return r;
	}
	if (take_operands(&cmd, argc - optind, argv + optind) < 0 ||
	    set_default_lxcpath(&cmd) < 0 || check_one(&cmd) < 0)
		return COMMAND_MISUSE;
	*ret = cmd;
	return -1;
}

/* The one thing that is kept from before main(): there is no other way to read it later. */
static mode_t umask_of_caller = 0077;

void command_set_umask(void)
{
	umask_of_caller = umask(022); /* cannot fail */
}

mode_t command_get_umask(void)
{
	return umask_of_caller;
}
