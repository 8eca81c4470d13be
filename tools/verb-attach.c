/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden attach: runs a command, or a shell, inside a running container, without the moment in
 * which lxc-attach shows the guest a process with the host's powers.
 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tools/command/command.h"
#include "tools/container/open.h"
#include "tools/process/attach.h"

#define VARIABLES_MAX 64
#define PATH_INSIDE "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { OPT_PID = 256, OPT_NO_TERMINAL };

static const struct option attach_options[] = {
	{ "set-var", required_argument, NULL, 'v' },
	{ "no-terminal", no_argument, NULL, OPT_NO_TERMINAL },
	{ "pid", required_argument, NULL, OPT_PID },
	{ NULL, 0, NULL, 0 },
};

struct options {
	char *env[VARIABLES_MAX + 1];
	size_t n_env;
	unsigned int pid; /* 0: LXC is asked */
	bool no_terminal;
};

/* The last of a name counts, as in a shell. */
static void put_variable(struct options *o, char *variable)
{
	size_t name = strcspn(variable, "=") + 1;

	for (size_t i = 0; i < o->n_env; i++) {
		if (strncmp(o->env[i], variable, name) == 0) {
			o->env[i] = variable;
			return;
		}
	}
	o->env[o->n_env++] = variable;
}

static int take(const struct command *cmd, int option, const char *value, void *state)
{
	struct command_text text;
	struct options *o = state;

	switch (option) {
	case 'v':
		if (!strchr(value, '=') || value[0] == '=') {
			command_error(cmd->verb, "'%s' is not NAME=VALUE",
				      command_escape(&text, value));
			return -EINVAL;
		}
		if (o->n_env == VARIABLES_MAX) {
			command_error(cmd->verb, "more than %d variables", VARIABLES_MAX);
			return -EINVAL;
		}
		put_variable(o, (char *)(uintptr_t)value); /* argv's, and not written to */
		return 0;
	case OPT_PID:
		return command_take_number(cmd, "pid", value, 2, INT32_MAX, &o->pid);
	default:
		o->no_terminal = true;
		return 0;
	}
}

/* The init's number by LXC's monitor: 0, or -errno after it has said why. */
static int ask_lxc(const struct command *cmd, pid_t *ret)
{
	struct command_text name;
	struct lxc_container *c;
	const char *path;
	int r = container_open(cmd, &c, &path);

	if (r < 0)
		return r;
	*ret = c->init_pid(c);
	(void)lxc_container_put(c); /* the only reference */
	if (*ret > 0)
		return 0;
	command_error(cmd->verb, "container '%s' does not run", command_escape(&name, cmd->name));
	return -ESRCH;
}

/* What a login would have; nothing of ours but the name of the terminal's kind. */
static void set_environment(struct options *o, bool terminal, char term[64])
{
	static char base[][sizeof(PATH_INSIDE)] = { PATH_INSIDE, "HOME=/root", "USER=root",
						    "container=lxc" };
	const char *own = getenv("TERM");
	struct options given = *o;

	o->n_env = 0;
	for (size_t i = 0; i < sizeof(base) / sizeof(base[0]); i++)
		put_variable(o, base[i]);
	if (terminal && own && strlen(own) < 48 &&
	    own[strspn(own, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-+._")] == '\0') {
		(void)stpcpy(stpcpy(term, "TERM="), own);
		put_variable(o, term);
	}
	for (size_t i = 0; i < given.n_env && o->n_env < VARIABLES_MAX; i++)
		put_variable(o, given.env[i]);
	o->env[o->n_env] = NULL;
}

/* The exit status, which is the command's if it was run. */
static int run(const struct command *cmd, struct options *o, pid_t init)
{
	struct attach_request request = { .init = init, .env = o->env };
	struct attach_error error = { "" };
	struct command_text name;
	char term[64];
	int status = ATTACH_STATUS_FAILED, r;

	request.argv = cmd->n_words ? cmd->words : NULL;
	request.terminal = !o->no_terminal && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	set_environment(o, request.terminal, term);
	r = attach_run(&request, &status, &error);
	if (error.text[0])
		command_error(cmd->verb, "container '%s': %s", command_escape(&name, cmd->name),
			      error.text);
	return r < 0 ? ATTACH_STATUS_FAILED : status;
}

int verb_attach(const struct verb *verb, int argc, char *argv[])
{
	struct options options = { .n_env = 0 };
	auto_free char **whole = calloc((size_t)argc + 2, sizeof(*whole));
	struct command cmd;
	pid_t init;
	int r;

	if (!whole)
		return ATTACH_STATUS_FAILED;
	/* getopt_long(3) reorders argv: the copy is to get it as it came. */
	whole[0] = (char *)(uintptr_t) "lxc-harden";
	memcpy(whole + 1, argv, (size_t)argc * sizeof(*argv));
	r = command_parse(verb, argc, argv, attach_options, take, &options, &cmd);
	if (r >= 0)
		return r;
	if (geteuid() != 0) {
		command_error(verb,
			      "only root is shown the seccomp filters and may enter the cgroups "
			      "of a container: run this as root");
		return ATTACH_STATUS_FAILED;
	}
	r = attach_seal(whole);
	if (r < 0) {
		command_error(verb, "cannot make a copy of the program that nobody can change: %s",
			      strerror(-r));
		return ATTACH_STATUS_FAILED;
	}
	init = (pid_t)options.pid;
	if (!init && ask_lxc(&cmd, &init) < 0)
		return ATTACH_STATUS_FAILED;
	return run(&cmd, &options, init);
}
