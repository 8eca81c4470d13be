/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a command inside a container.  What enters is never visible to the guest with anything
 * that the guest's init lacks; of liblxc's attach that is not true (SECURITY.md).
 *
 * Three processes take part:
 *
 *   keeper   the caller, on the host.  It opens everything of the init by descriptor, copies what
 *            the command reads and writes, passes signals on, and keeps the time limits.
 *   entrant  its child.  It joins all namespaces, where no process of the guest's can see it: it
 *            keeps the host's pid namespace.  There it takes on the ids, root directory, limits,
 *            key ring, seccomp filters, capability sets, LSM label and no_new_privs of the init,
 *            in this order.  Only then does the keeper move it into the guest's cgroups, and the
 *            entrant forks once and ends.
 *   command  the child of that fork, and the first process in the guest's pid namespace.  It
 *            executes what it is told, and becomes the keeper's own child.
 *
 * A guest that freezes its cgroups stops the entrant at the last step, where it holds nothing; the
 * keeper then takes it away again.
 */
#ifndef TOOLS_PROCESS_ATTACH_H
#define TOOLS_PROCESS_ATTACH_H

#include <stdbool.h>
#include <sys/types.h>

#define ATTACH_SECONDS 10	 /* until the command is executed */
#define ATTACH_GRACE_SECONDS 2	 /* from SIGTERM or SIGHUP to SIGKILL */
#define ATTACH_STATUS_FAILED 125 /* the container was not entered; 126 and 127 as in a shell */

struct attach_error {
	char text[512]; /* one line; names in it are ours or escaped */
};

struct attach_request {
	pid_t init;	   /* trusted: by LXC's monitor or by the administrator */
	char *const *argv; /* NULL: a login shell */
	char *const *env;  /* all that the command gets */
	bool terminal;	   /* of its own, copied to ours: descriptors 0 and 1 are a terminal */
};

/*
 * Goes on in a copy of our program that nothing can write to: returns once we are that copy.  A
 * guest reaches the program's file by /proc/PID/exe of what enters it, or by a script that begins
 * with "#!/proc/self/exe" (CVE-2019-5736).  Only TERM and the variables that LXC goes by are left
 * in the environment.  0 or -errno.
 */
int attach_seal(char *const argv[]);

/*
 * Runs it to its end.  Our process must be attach_seal()'s, have one thread, no other children and
 * SIGPIPE ignored; it gets the command for a child.  0 and *ret_status (128 and the signal, 126 or
 * 127 with *ret_error for what cannot be executed), or -errno and *ret_error: then nothing of ours
 * is left inside.
 */
int attach_run(const struct attach_request *request, int *ret_status,
	       struct attach_error *ret_error);

#endif
