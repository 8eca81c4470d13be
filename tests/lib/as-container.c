/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * as-container [OPTION]... COMMAND [ARGUMENT]...
 *
 * Runs COMMAND where LXC runs a mount hook: with root's powers in new mount, pid and
 * cgroup namespaces, put into the container's cgroups by a monitor that stays outside
 * of them, the host's files still in sight.  Milliseconds, and no LXC.
 *
 *   -c FOLDER  a cgroup to put it into; may be repeated
 *   -m ID      in a user namespace too, root being ID there, with 65536 ids
 *   -C         no cgroup namespace (lxc.namespace.keep = cgroup)
 *   -P         no pid namespace (lxc.namespace.keep = pid)
 *   -S         keep the mounts shared with the host, as a careless manager might
 *
 * Status: that of COMMAND; 125 when the namespaces cannot be made.
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CGROUPS_MAX = 8, CANNOT = 125 };

struct options {
	const char *cgroups[CGROUPS_MAX];
	size_t n_cgroups;
	unsigned int first_id;
	bool keep_cgroup, keep_pid, keep_shared;
};

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(CANNOT, "cannot write '%s' to %s", text, path);
	close(fd);
}

static struct options parse(int argc, char **argv)
{
	struct options o = { 0 };
	int c;

	while ((c = getopt(argc, argv, "+c:m:CPS")) != -1) {
		if (c == 'c' && o.n_cgroups < CGROUPS_MAX)
			o.cgroups[o.n_cgroups++] = optarg;
		else if (c == 'm')
			o.first_id = (unsigned int)strtoul(optarg, NULL, 10);
		else if (c == 'C')
			o.keep_cgroup = true;
		else if (c == 'P')
			o.keep_pid = true;
		else if (c == 'S')
			o.keep_shared = true;
		else
			errx(CANNOT, "misuse");
	}
	if (optind == argc)
		errx(CANNOT, "no command");
	return o;
}

/* The status of a child as a shell gives it. */
static int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		err(CANNOT, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The container's first process: waits for the monitor, then starts the hook as its child. */
static int contain(const struct options *o, int go, char **argv)
{
	unsigned long propagation = o->keep_shared ? MS_SHARED : MS_SLAVE;
	char c;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(go, &c, 1) != 1)
		errx(CANNOT, "the monitor failed");
	if (o->first_id &&
	    (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
		err(CANNOT, "cannot become the mapped root");
	if (!o->keep_cgroup && unshare(CLONE_NEWCGROUP) < 0)
		err(CANNOT, "no cgroup namespace");
	if (mount(NULL, "/", NULL, MS_REC | propagation, NULL) < 0)
		err(CANNOT, "cannot set the propagation");
	pid = fork();
	if (pid < 0)
		err(CANNOT, "fork");
	if (pid == 0) {
		execvp(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	return wait_for(pid);
}

static void prepare(const struct options *o, pid_t pid)
{
	char path[4096], text[64];

	snprintf(text, sizeof(text), "%d", (int)pid);
	for (size_t i = 0; i < o->n_cgroups; i++) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", o->cgroups[i]);
		write_text(path, text);
	}
	if (!o->first_id)
		return;
	snprintf(text, sizeof(text), "0 %u 65536", o->first_id);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", (int)pid);
	write_text(path, text);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", (int)pid);
	write_text(path, text);
}

int main(int argc, char **argv)
{
	struct options o = parse(argc, argv);
	int pipefd[2], up[2];
	pid_t pid, outer;
	char c;

	if (pipe2(pipefd, O_CLOEXEC) < 0 || pipe2(up, O_CLOEXEC) < 0)
		err(CANNOT, "pipe");
	if (!o.keep_pid && unshare(CLONE_NEWPID) < 0)
		err(CANNOT, "no pid namespace");
	pid = fork();
	if (pid < 0)
		err(CANNOT, "fork");
	if (pid == 0) {
		close(pipefd[1]);
		if (unshare(CLONE_NEWNS | (o.first_id ? CLONE_NEWUSER : 0)) < 0)
			err(CANNOT, "no mount or user namespace");
		if (write(up[1], "", 1) != 1)
			_exit(CANNOT);
		_exit(contain(&o, pipefd[0], argv + optind));
	}
	outer = pid;
	close(up[1]);
	if (read(up[0], &c, 1) != 1)
		return wait_for(outer);
	prepare(&o, outer);
	if (write(pipefd[1], "", 1) != 1)
		err(CANNOT, "cannot start the child");
	return wait_for(outer);
}
