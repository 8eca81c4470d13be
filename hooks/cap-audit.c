/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cap-audit: refuses the start of a container that holds more than its policy allows.
 * LXC runs it as a hook, from the host and from inside the container; an administrator
 * can run it by hand.  See cap-audit(8).  It changes nothing in the container.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "hooks/audit.h"
#include "hooks/hook.h"
#include "lib/span.h"

enum {
	OPTION_POLICY = 256,
	OPTION_MODE,
	OPTION_PID,
	OPTION_INSIDE,
	OPTION_HELP = 'h',
	OPTION_VERSION = 'V',
};

static const struct option long_options[] = {
	{ "policy", required_argument, NULL, OPTION_POLICY },
	{ "mode", required_argument, NULL, OPTION_MODE },
	{ "pid", required_argument, NULL, OPTION_PID },
	{ "inside", no_argument, NULL, OPTION_INSIDE },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"usage: cap-audit [--policy FILE] [--mode enforce|warn]     as LXC runs it, see below\n"
	"       cap-audit [--policy FILE] --pid PID\n"
	"       cap-audit [--policy FILE] --inside\n"
	"\n"
	"Refuses the start of a container that holds more than its policy allows.\n"
	"\n"
	"As lxc.hook.start-host it audits from the host, as lxc.hook.start from inside by\n"
	"trying, and as lxc.hook.stop it keeps what the audit inside had to say.\n"
	"\n"
	"  --policy FILE   what is allowed; default " PKGDATADIR "/base.policy,\n"
	"                  inside " AUDIT_INSIDE_POLICY "\n"
	"  --mode MODE     enforce or warn, in place of the policy's\n"
	"  --pid PID       audit a running process from the host; the verdict as JSON\n"
	"  --inside        audit from inside the container, as with lxc-attach\n"
	"  -h, --help      this text\n"
	"  -V, --version   the version\n"
	"\n"
	"Exit status: 0 conforms, 1 could not be checked, 2 misuse or a bad policy, 3 refused.\n"
	"See cap-audit(8).\n";

enum parsed {
	PARSED_RUN,
	PARSED_DONE, /* --help, --version */
	PARSED_BAD,
};

static enum parsed bad_value(const struct hook *h, const char *option, const char *what)
{
	struct hook_text value;

	hook_say(h, JOURNAL_ERR, "%s '%s': %s", option, hook_escape(&value, optarg), what);
	return PARSED_BAD;
}

static enum parsed parse_option(const struct hook *h, int option, char *const argv[],
				struct audit_options *o)
{
	struct hook_text text;
	uint64_t pid;

	switch (option) {
	case OPTION_POLICY:
		if (!optarg[0])
			return bad_value(h, "--policy", "no file");
		o->policy = optarg;
		return PARSED_RUN;
	case OPTION_MODE:
		if (policy_parse_mode(span_of(optarg), &o->mode) < 0)
			return bad_value(h, "--mode", "not 'enforce' or 'warn'");
		o->has_mode = true;
		return PARSED_RUN;
	case OPTION_PID:
		if (span_parse_u64(span_of(optarg), 10, INT_MAX, &pid) < 0 || !pid)
			return bad_value(h, "--pid", "not a process id");
		o->pid = (pid_t)pid;
		return PARSED_RUN;
	case OPTION_INSIDE:
		o->inside = true;
		return PARSED_RUN;
	case OPTION_HELP:
		return fputs(help, stdout) < 0 ? PARSED_BAD : PARSED_DONE;
	case OPTION_VERSION:
		return puts("cap-audit (lxc-harden) " PACKAGE_VERSION) < 0 ? PARSED_BAD
									   : PARSED_DONE;
	case ':':
		hook_say(h, JOURNAL_ERR, "option '%s' needs a value; see --help",
			 hook_escape(&text, argv[optind - 1]));
		return PARSED_BAD;
	default:
		hook_say(h, JOURNAL_ERR, "wrong option '%s'; see --help",
			 hook_escape(&text, argv[optind - 1]));
		return PARSED_BAD;
	}
}

/* LXC's words follow the options; a container may have a name that looks like one. */
static enum parsed parse_options(const struct hook *h, int argc, char *argv[],
				 struct audit_options *o)
{
	int option;

	while ((option = getopt_long(argc, argv, "+:hV", long_options, NULL)) != -1) {
		enum parsed p = parse_option(h, option, argv, o);

		if (p != PARSED_RUN)
			return p;
	}
	if (o->pid && o->inside) {
		hook_say(h, JOURNAL_ERR, "--pid and --inside exclude each other");
		return PARSED_BAD;
	}
	if ((o->pid || o->inside) && optind < argc) {
		struct hook_text text;

		hook_say(h, JOURNAL_ERR, "unexpected argument '%s'",
			 hook_escape(&text, argv[optind]));
		return PARSED_BAD;
	}
	return PARSED_RUN;
}

static int run_hook(struct hook *h, const struct hook_env *env, const struct audit_options *o)
{
	struct hook_text type;

	if (strcmp(env->type, "start-host") == 0)
		return audit_start_host(h, env, o);
	if (strcmp(env->type, "start") == 0)
		return audit_inside(h, env, o);
	if (strcmp(env->type, "stop") == 0)
		return audit_stop(h, env);
	hook_say(h, JOURNAL_ERR, "not for the hook '%s': start-host, start or stop",
		 hook_escape(&type, env->type));
	return AUDIT_MISUSE;
}

int main(int argc, char *argv[])
{
	struct hook h = hook_init("cap-audit");
	struct audit_options options = { 0 };
	struct hook_env env;
	const char *reason;

	switch (parse_options(&h, argc, argv, &options)) {
	case PARSED_DONE:
		return 0;
	case PARSED_BAD:
		return AUDIT_MISUSE;
	case PARSED_RUN:
		break;
	}
	if (options.pid)
		return audit_pid(&h, &options);
	if (options.inside)
		return audit_inside(&h, NULL, &options);
	if (hook_read_env(argc - optind, argv + optind, &env, &reason) < 0) {
		hook_say(&h, JOURNAL_ERR, "%s", reason);
		return AUDIT_MISUSE;
	}
	h.container = env.name;
	return run_hook(&h, &env, &options);
}
