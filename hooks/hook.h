/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every program that LXC runs as a hook has in common: who called it, and how it
 * speaks.  The environment and the arguments come from LXC and its configuration and are
 * trusted, but a value may be empty, absent or absurd; hook_read_env() says so.  In a
 * start hook, inside the container, the host's paths in them mean nothing.
 */
#ifndef HOOKS_HOOK_H
#define HOOKS_HOOK_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/journal.h"

/* How a program speaks. */
struct hook {
	const char *program;
	const char *container;	/* NULL: not known yet, "-" is written */
	struct journal journal; /* of kind JOURNAL_NONE: standard error only */
};

/* Who called it; an empty variable counts as unset.  The strings live as long as the process. */
struct hook_env {
	unsigned int version;	  /* lxc.hook.version: 0 arguments, 1 environment */
	const char *name;	  /* of the container; never NULL */
	const char *type;	  /* "mount", "start-host", ...; never NULL */
	const char *config_file;  /* LXC_CONFIG_FILE, or NULL */
	const char *rootfs_mount; /* LXC_ROOTFS_MOUNT, or NULL */
	pid_t pid;		  /* LXC_PID; 0 unset, -1 if it is no process id */
	char *const *args;	  /* version 0: what follows TYPE, as "mnt:/proc/1/fd/9" */
	int n_args;
};

/*
 * First thing in main(): closed standard descriptors are opened on /dev/null, so that no
 * file of ours becomes one of them; SIGPIPE and SIGXFSZ are ignored, SIGCHLD and SIGALRM are
 * not, no signal is blocked, and the umask is 022.  Exits the process if that cannot be done.
 */
struct hook hook_init(const char *program);

/* From now on what is said goes to the host's log too. */
void hook_open_journal(struct hook *h);

/*
 * argv is what the options left: empty for version 1, "NAME lxc TYPE ..." for version 0.
 * 0, or -EINVAL and the reason in *ret_reason: a constant text.
 */
int hook_read_env(int argc, char *const argv[], struct hook_env *ret, const char **ret_reason);

/*
 * One line "program: container: message" to standard error by exactly one write(2), as
 * LXC takes only ten reads of a hook's output, and the message to the journal.  What is
 * no printable ASCII is written as \xNN, so that one message is always one line; still
 * put hostile names through hook_escape(), which takes care of quotes.
 */
void hook_say(const struct hook *h, enum journal_priority priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The same line to the terminal that the process was started from, if any: on the host, so
 * that "lxc-start -F" shows it.  (What is written to the container's console before its
 * start is lost when the start fails.)
 */
void hook_say_terminal(const struct hook *h, const char *message);

/*
 * The same line to the standard error of LXC's monitor, our parent, where that is no terminal:
 * what "lxc-start -F" was started with by a service manager.  LXC keeps the hook's own for its
 * log.  Nothing where the kernel does not give it (pidfd_getfd(2), Linux 5.6).
 */
void hook_say_monitor(const struct hook *h, const char *message);

/* Room for one hostile name in a message; longer ones are cut. */
struct hook_text {
	char text[512];
};

/* The name escaped as emit_escaped() does, in *buf; for use as an argument of hook_say(). */
const char *hook_escape(struct hook_text *buf, const char *hostile);

#endif
