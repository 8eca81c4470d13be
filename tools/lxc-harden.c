/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lxc-harden: the command.  This file holds the table of verbs, which drives dispatch and
 * help alike; each verb has a file of its own.  See lxc-harden(8).
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/command/command.h"

static const char generate_help[] = "      --level=LEVEL   base (default), keep or strict\n"
				    "      --add=CAP       keep this one too; may be repeated\n"
				    "      --without=CAP   do not keep this one; may be repeated\n"
				    "      --proved        by a proof, or not at all\n"
				    "      --unproved      by the level, whatever has been proved\n"
				    "      --recorded      only what the record saw granted\n"
				    "      --no-guest      do not look at the root file system\n"
				    "      --format=FORMAT lxc (default), pve or incus\n"
				    "      --config=FILE   with incus, the configuration it wrote\n"
				    "      --stdout        print the fragment, write nothing\n"
				    "      --dry-run       say what would change, write nothing\n";
static const char remove_help[] =
	"      --dry-run       say whether there is something, write nothing\n";
static const char list_help[] =
	"  -o, --output=LIST   columns, as name,kept; +kept for more than the default: name state\n"
	"                      level ids caps kept audit audited policy score meaning findings\n"
	"                      drift pid owner lxcpath reason\n"
	"      --noheadings    no line of headings\n"
	"      --tree          by folder\n";
static const char attach_help[] =
	"  -- COMMAND            run inside; without one, a login shell\n"
	"  -v, --set-var=NAME=VALUE  a variable for it; may be repeated\n"
	"      --no-terminal     pipes, also where we have a terminal\n"
	"      --pid=PID         that process is the container's init, do not ask LXC\n";
static const char learn_help[] =
	"  -- COMMAND            run inside, or with --host outside, while it is recorded\n"
	"      --host            run COMMAND on the host\n"
	"      --fresh           forget what was recorded before\n"
	"      --leave-running   do not stop a container that was started for this\n"
	"      --time=SECONDS    end so long after the container is up\n"
	"      --boot-time=SECONDS  wait so long for it to be up (60)\n"
	"      --entries=NUMBER  room for so many different checks (16384)\n"
	"      --attach=POINT    only tracepoint, fexit or kprobe\n"
	"      --debug           what libbpf has to say\n";

static const char trace_help[] =
	"      --denied          refusals only\n"
	"      --cap=NAME,...    only these capabilities\n"
	"      --unit=NAME       only this unit; may be repeated\n"
	"      --time=SECONDS    end so long after the container is up\n"
	"      --leave-running   do not stop a container that was started for this\n"
	"      --entries=NUMBER  room for so many different checks (16384)\n"
	"      --attach=POINT    only tracepoint, fexit or kprobe\n"
	"      --debug           what libbpf has to say\n";

static const char prove_help[] =
	"      --check=COMMAND     has to exit with 0 inside; may be repeated\n"
	"      --apply             then generate with the result\n"
	"      --level=LEVEL       base, keep or strict: what to begin with\n"
	"      --all               begin with all capabilities of the kernel\n"
	"      --network           the copies get the network of the container\n"
	"      --hooks             ... and its own hooks\n"
	"      --jobs=N            copies at a time; as many as there are processors\n"
	"      --repeat=N          how often the deciding tries are made (2)\n"
	"      --no-pairs          do not take any two away together\n"
	"      --no-restart        do not restart services\n"
	"      --no-stop           do not wait for a clean shutdown\n"
	"      --no-plain          no plain copy, overlays only\n"
	"      --check-timeout=S   seconds for a check (60)\n"
	"      --boot-timeout=S    seconds for the first boots (90)\n"
	"      --fresh             forget what an interrupted run has tried\n"
	"      --force             also while the container runs\n";

static const struct verb verbs[] = {
	{ "attach", "[OPTION...] NAME [-- COMMAND...]",
	  "Runs a command in a container, which never sees the host's powers", attach_help,
	  COMMAND_CONTAINER, verb_attach },
	{ "check", "[NAME | --all]", "Says what containers hold, what is wrong and what is open",
	  "      --all              all containers of the folders\n"
	  "      --fail-above=N     status 3 if a score is above N\n"
	  "      --html=FILE        a page for a browser; '-' for standard output\n"
	  "      --jobs=N           so many at a time (0: one for each processor)\n"
	  "      --prometheus=FILE  metrics for node_exporter; '-' for standard output\n"
	  "      --prometheus-mode=MODE  of that file, as 0644; else by the umask\n"
	  "      --sarif=FILE       SARIF 2.1.0; '-' for standard output",
	  COMMAND_MAYBE, verb_check },
	{ "explain", "[CAPABILITY | FINDING...]",
	  "Says what capabilities, and findings of check, mean",
	  "      --reasons       all findings", COMMAND_WORDS, verb_explain },
	{ "generate", "[OPTION...] NAME", "Hardens a container by what it and its guest need",
	  generate_help, COMMAND_ONE, verb_generate },
	{ "list", "[OPTION...] [NAME]",
	  "Shows the containers of a host, what they hold and what has changed", list_help,
	  COMMAND_MAYBE, verb_list },
	{ "prove", "[OPTION...] NAME",
	  "Finds the capabilities that a container cannot do without, on copies of it", prove_help,
	  COMMAND_ONE, verb_prove },
	{ "remove", "[OPTION...] NAME", "Takes out again what generate put into a configuration",
	  remove_help, COMMAND_ONE, verb_remove },
	{ "learn", "[OPTION...] NAME [-- COMMAND...]",
	  "Records which capabilities a container asks for", learn_help, COMMAND_CONTAINER,
	  verb_learn },
	{ "trace", "[OPTION...] NAME", "Shows which capabilities a container asks for, live",
	  trace_help, COMMAND_CONTAINER, verb_trace },
};
#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int print_help(void)
{
	printf("Usage: lxc-harden VERB [OPTION...] [NAME]\n"
	       "Lets LXC system containers run without CAP_SYS_ADMIN.\n"
	       "\n");
	for (size_t i = 0; i < N_VERBS; i++)
		printf("  %-10s %s\n", verbs[i].name, verbs[i].summary);
	printf("\n"
	       "  -h, --help     this text; \"lxc-harden VERB --help\" for a verb\n"
	       "  -V, --version  the version\n"
	       "\n"
	       "Exit status: 0 done, 1 failed, 2 misuse or bad input, 3 the verdict is no.\n");
	return command_finish(NULL);
}

/* No file that we open may become one of the standard three. */
static int open_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return -1;
	}
	return 0;
}

/*
 * Whoever starts us may ignore or block signals.  Without SIGCHLD the kernel takes our children
 * away by itself: they would end with no status, and a number that we kill may be another's.
 */
static int set_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);	/* fails for no set */
	(void)signal(SIGPIPE, SIG_IGN); /* told as a write error instead */
	(void)signal(SIGXFSZ, SIG_IGN); /* a limit of file sizes likewise */
	(void)signal(SIGCHLD, SIG_DFL);
	return sigprocmask(SIG_SETMASK, &set, NULL);
}

int main(int argc, char *argv[])
{
	struct command_text buf;
	const char *word = argc > 1 ? argv[1] : NULL;

	if (open_standard_fds() < 0 || set_signals() < 0) {
		command_error(NULL, "cannot set up descriptors and signals: %s", strerror(errno));
		return COMMAND_FAILED;
	}
	/* Folders that the mapped root of a container walks, and none that others write in. */
	command_set_umask();
	if (!word) {
		command_error(NULL, "which verb? (see --help)");
		return COMMAND_MISUSE;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return print_help();
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
		printf("lxc-harden %s\n", PACKAGE_VERSION);
		return command_finish(NULL);
	}
	for (size_t i = 0; i < N_VERBS; i++) {
		if (strcmp(word, verbs[i].name) == 0)
			return verbs[i].run(&verbs[i], argc - 1, argv + 1);
	}
	command_error(NULL, "no such %s '%s' (see --help)", word[0] == '-' ? "option" : "verb",
		      command_escape(&buf, word));
	return COMMAND_MISUSE;
}
