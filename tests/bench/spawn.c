/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Times programs, each from spawn to exit, one after the other in many rounds:
 *
 *   spawn plain ROUNDS -- PROGRAM [ARGUMENT...] [-- PROGRAM...]...
 *   spawn mount ROUNDS ROOTFS -- PROGRAM...
 *   spawn clock
 *
 * Writes one line a round: the nanoseconds of each program, by tabs.  Every other round
 * goes through them backwards, so that none profits from its place.  Fails when a
 * program does.
 *
 * "clock" writes what the clock says now, in nanoseconds since the host's boot.
 *
 * "mount" runs them where LXC runs its mount hooks: in a mount, pid and cgroup namespace of
 * their own and a cgroup made for it, ROOTFS with proc and sysfs mounted being
 * LXC_ROOTFS_MOUNT.  Its /run and /dev are a tmpfs each; what they leave there and on its
 * /sys/fs/cgroup is unmounted in between, outside the time that is taken.  Whatever ends it,
 * nothing of all this is left.
 */
#include "config.h"

#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/span.h"

#define PROGRAMS_MAX 8
#define ROUNDS_MAX 100000

extern char **environ;

struct plan {
	char **programs[PROGRAMS_MAX]; /* an argv each */
	size_t n_programs;
	uint64_t rounds;
	const struct place *place; /* where its mounts are made anew in between, or NULL */
};

/* Everything that the parent has to take away again. */
struct place {
	char folder[sizeof("/tmp/lxc-harden-bench.XXXXXX")];
	char cgroup[PATH_MAX], rootfs[PATH_MAX], target[PATH_MAX], run[PATH_MAX], dev[PATH_MAX];
};

static uint64_t now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) < 0)
		error(1, errno, "cannot read the clock");
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t time_program(char *const argv[])
{
	uint64_t start = now();
	int status, r;
	pid_t pid;

	r = posix_spawn(&pid, argv[0], NULL, NULL, argv, environ);
	if (r)
		error(1, r, "cannot run '%s'", argv[0]);
	if (waitpid(pid, &status, 0) < 0)
		error(1, errno, "cannot wait for '%s'", argv[0]);
	start = now() - start;
	if (status)
		error(1, 0, "'%s' failed: wait status 0x%x", argv[0], (unsigned int)status);
	return start;
}

static void must_mount(const char *source, const char *on, const char *type, unsigned long flags)
{
	if (mount(source, on, type, flags, NULL) < 0)
		error(1, errno, "cannot mount '%s'", on);
}

static void clear(const char *target)
{
	while (umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
}

/* As LXC leaves them for a hook: a tmpfs each, and no cgroups. */
static void make_anew(const struct place *p)
{
	clear(p->target);
	clear(p->run);
	clear(p->dev);
	must_mount("tmpfs", p->run, "tmpfs", 0);
	must_mount("tmpfs", p->dev, "tmpfs", 0);
}

static void run_rounds(const struct plan *plan)
{
	uint64_t took[PROGRAMS_MAX];

	for (uint64_t round = 0; round < plan->rounds; round++) {
		for (size_t i = 0; i < plan->n_programs; i++) {
			size_t which = round % 2 ? plan->n_programs - 1 - i : i;

			if (plan->place)
				make_anew(plan->place);
			took[which] = time_program(plan->programs[which]);
		}
		for (size_t i = 0; i < plan->n_programs; i++)
			printf("%llu%c", (unsigned long long)took[i],
			       i + 1 < plan->n_programs ? '\t' : '\n');
	}
	if (fflush(stdout))
		error(1, errno, "cannot write");
}

static void join(char buf[static PATH_MAX], const char *folder, const char *name)
{
	int n = snprintf(buf, PATH_MAX, "%s/%s", folder, name);

	if (n < 0 || n >= PATH_MAX)
		error(2, ENAMETOOLONG, "'%s'", folder);
}

/* In a mount namespace of the parent's: what is mounted here goes with it. */
static void make_place(struct place *p)
{
	char path[PATH_MAX], name[32];

	if (unshare(CLONE_NEWNS | CLONE_NEWPID) < 0)
		error(1, errno, "cannot make namespaces (run as root)");
	must_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE);
	strcpy(p->folder, "/tmp/lxc-harden-bench.XXXXXX");
	if (!mkdtemp(p->folder))
		error(1, errno, "cannot make a folder in '/tmp'");
	must_mount("tmpfs", p->folder, "tmpfs", 0);
	join(p->rootfs, p->folder, "rootfs");
	join(p->target, p->rootfs, "sys/fs/cgroup");
	join(p->run, p->rootfs, "run");
	join(p->dev, p->rootfs, "dev");
	join(path, p->folder, "cgroup");
	if (mkdir(p->rootfs, 0755) < 0 || mkdir(path, 0755) < 0)
		error(1, errno, "cannot make folders in '%s'", p->folder);
	must_mount("cgroup2", path, "cgroup2", 0);
	(void)snprintf(name, sizeof(name), "lxc-harden-bench.%d", (int)getpid()); /* fits */
	join(p->cgroup, path, name);
	if (mkdir(p->cgroup, 0755) < 0)
		error(1, errno, "cannot make a cgroup");
}

static void remove_place(const struct place *p)
{
	if (rmdir(p->cgroup) < 0)
		error(0, errno, "cannot remove '%s'", p->cgroup);
	if (umount2(p->folder, MNT_DETACH) < 0 || rmdir(p->folder) < 0)
		error(0, errno, "cannot remove '%s'", p->folder);
}

/* The child, first of its pid namespace: what LXC's is when it runs the hook. */
static void enter(const struct place *p, const char *rootfs)
{
	char path[PATH_MAX];
	int fd;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		error(1, errno, "cannot bind myself to my parent");
	join(path, p->cgroup, "cgroup.procs");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		error(1, errno, "cannot enter the cgroup");
	(void)close(fd); /* the write did it */
	if (unshare(CLONE_NEWNS | CLONE_NEWCGROUP) < 0)
		error(1, errno, "cannot make namespaces");
	must_mount(rootfs, p->rootfs, NULL, MS_BIND);
	must_mount(NULL, p->rootfs, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY);
	join(path, p->rootfs, "proc");
	must_mount("proc", path, "proc", 0);
	join(path, p->rootfs, "sys");
	must_mount("sysfs", path, "sysfs", MS_RDONLY);
	if (setenv("LXC_ROOTFS_MOUNT", p->rootfs, 1) < 0)
		error(1, errno, "cannot set a variable");
}

/* Its exit status; a signal to end ends the child first. */
static int wait_for_child(pid_t pid, const sigset_t *signals)
{
	int status, sig;

	do {
		sig = sigwaitinfo(signals, NULL);
		if (sig > 0 && sig != SIGCHLD)
			(void)kill(pid, SIGKILL); /* the wait below tells */
	} while (waitpid(pid, &status, sig > 0 && sig != SIGCHLD ? 0 : WNOHANG) != pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int run_as_hooks(struct plan *plan, const char *rootfs)
{
	struct place place;
	sigset_t signals, before;
	pid_t pid;
	int r;

	(void)sigemptyset(&signals); /* none of these can fail */
	(void)sigaddset(&signals, SIGCHLD);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &signals, &before);
	make_place(&place);
	plan->place = &place;
	pid = fork();
	if (pid < 0)
		error(1, errno, "cannot fork");
	if (pid == 0) {
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		enter(&place, rootfs);
		run_rounds(plan);
		_exit(0);
	}
	r = wait_for_child(pid, &signals);
	remove_place(&place);
	plan->place = NULL; /* it was ours */
	return r;
}

/* The programs, cut at each "--"; false if there is none, too many, or an empty one. */
static bool parse_programs(char *argv[], struct plan *plan)
{
	while (*argv) {
		if (strcmp(*argv, "--") != 0 || !argv[1] || strcmp(argv[1], "--") == 0 ||
		    plan->n_programs == PROGRAMS_MAX)
			return false;
		*argv++ = NULL; /* ends the one before */
		plan->programs[plan->n_programs++] = argv;
		while (*argv && strcmp(*argv, "--") != 0)
			argv++;
	}
	return plan->n_programs > 0;
}

int main(int argc, char *argv[])
{
	bool as_hooks = argc > 1 && strcmp(argv[1], "mount") == 0;
	struct plan plan = { 0 };

	if (argc == 2 && strcmp(argv[1], "clock") == 0)
		return printf("%llu\n", (unsigned long long)now()) < 0 || fflush(stdout);
	if (argc < (as_hooks ? 6 : 5) || (!as_hooks && strcmp(argv[1], "plain") != 0) ||
	    span_parse_u64(span_of(argv[2]), 10, ROUNDS_MAX, &plan.rounds) < 0 ||
	    !parse_programs(argv + (as_hooks ? 4 : 3), &plan))
		error(2, 0,
		      "usage: spawn clock | plain ROUNDS | mount ROUNDS ROOTFS -- PROGRAM...");
	if (as_hooks)
		return run_as_hooks(&plan, argv[3]);
	run_rounds(&plan);
	return 0;
}
