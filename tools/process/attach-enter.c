/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See attach.h: the entrant, and the command until it is executed.  The order of the steps in
 * attach_enter() is the design: nothing of the guest's can see the entrant, and what comes of its
 * one fork has nothing that the init lacks.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/caps.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/process/attach-parts.h"

/* Where the ends are once std[] are 0 to 2: below everything that is then closed. */
enum { UP = 3, DOWN, LABEL, N_KEPT };

struct entrant {
	const struct attach_request *request;
	const struct attach_init *init;
	int labelfd; /* of our own label, in the host's /proc */
	bool terminal;
};

/* --- Telling ---------------------------------------------------------------------- */

static void tell(enum attach_step step, int error, pid_t pid, const char *what)
{
	struct attach_message m = { .step = step, .error = error, .pid = pid };

	(void)snprintf(m.what, sizeof(m.what), "%s", what); /* ours, short */
	/* Less than PIPE_BUF, so whole or not at all; and if nobody listens, the end is near. */
	if (write(UP, &m, sizeof(m)) != (ssize_t)sizeof(m))
		_exit(ATTACH_STATUS_FAILED);
}

__attribute__((noreturn)) static void die(int error, const char *what)
{
	tell(ATTACH_FAILED, error, 0, what);
	_exit(ATTACH_STATUS_FAILED);
}

static void must(bool ok, const char *what)
{
	if (!ok)
		die(-errno, what);
}

/* --- As on the host ----------------------------------------------------------------- */

static void place_ends(const struct attach_ends *ends)
{
	int at[] = { [0] = ends->std[0], ends->std[1], ends->std[2], [UP] = ends->up, ends->down };

	/* All are above N_KEPT: attach.c has seen to it. */
	for (int fd = 0; fd < LABEL; fd++) {
		if (dup2(at[fd], fd) < 0)
			_exit(ATTACH_STATUS_FAILED);
	}
	(void)fcntl(UP, F_SETFD, FD_CLOEXEC); /* neither can fail on an open descriptor */
	(void)fcntl(DOWN, F_SETFD, FD_CLOEXEC);
}

static void leave_ours(void)
{
	sigset_t none;

	/* No terminal of ours: what is typed into it with TIOCSTI, a shell of the host's runs. */
	must(setsid() >= 0, "cannot begin a session");
	/* Others may have the ids that we take on. */
	must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "cannot hide from tracers");
	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL); /* fails for KILL and STOP, which have no other */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)umask(022);
	(void)alarm(ATTACH_SECONDS + ATTACH_SECONDS); /* should the keeper be killed */
}

/* Never more than we have; what cannot be had is stricter than the init's. */
static void take_limits(const struct attach_init *init)
{
	auto_close int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", init->oom_score_adj);

	/* A session that the host's OOM killer spares must not make the guest's processes so. */
	if (fd >= 0 && write(fd, text, (size_t)n) < 0 && errno != EACCES)
		die(-errno, "cannot take on its OOM score");
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit own, want = init->limits[i];

		if (!init->limited[i] || getrlimit((__rlimit_resource_t)i, &own) < 0)
			continue;
		if (want.rlim_max > own.rlim_max)
			want.rlim_max = own.rlim_max;
		if (want.rlim_cur > want.rlim_max)
			want.rlim_cur = want.rlim_max;
		must(setrlimit((__rlimit_resource_t)i, &want) == 0, "cannot take on its limits");
	}
}

/* A file of ours that only we can write, and only by a descriptor of the host's /proc. */
static int open_label(const struct attach_init *init)
{
	const char *file = init->apparmor ? "/proc/thread-self/attr/apparmor/current"
					  : "/proc/thread-self/attr/exec";
	int fd;

	if (!init->label[0])
		return -EBADF;
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && init->apparmor)
		fd = open("/proc/thread-self/attr/current", O_WRONLY | O_CLOEXEC);
	must(fd >= 0, "cannot open our own label");
	return fd;
}

/* --- Into the namespaces --------------------------------------------------------------- */

/*
 * As root the others come first, with the powers of the host: some may belong to a user namespace
 * that is not the container's.  A user has powers in his container's only.
 */
static void join(const struct attach_init *init)
{
	bool joined[ATTACH_NAMESPACES] = { false };

	for (int second = 0; second <= 1; second++) {
		for (size_t i = ATTACH_MOUNT_NS; i < ATTACH_NAMESPACES; i++) {
			if (init->nsfd[i] < 0 || joined[i])
				continue;
			joined[i] = setns(init->nsfd[i], attach_namespaces[i].flag) == 0;
			if (!joined[i] &&
			    (second || errno != EPERM || init->nsfd[ATTACH_USER_NS] < 0))
				die(-errno, "cannot join its namespaces");
		}
		if (!second && init->nsfd[ATTACH_USER_NS] >= 0)
			must(setns(init->nsfd[ATTACH_USER_NS], CLONE_NEWUSER) == 0,
			     "cannot join its user namespace");
	}
}

/* The init's, not that of its mount namespace: LXC in a chroot(2) has the host's above it. */
static void enter_root(const struct attach_init *init)
{
	must(fchdir(init->rootfd) == 0 && chroot(".") == 0 && chdir("/") == 0,
	     "cannot enter its root directory");
}

/* Of the host's, nothing is left but the ends. */
static int close_others(int labelfd)
{
	if (labelfd >= 0) {
		must(dup3(labelfd, LABEL, O_CLOEXEC) >= 0, "cannot keep a descriptor");
		io_close_from(N_KEPT);
		return LABEL;
	}
	io_close_from(LABEL);
	return -EBADF;
}

/* --- Powers ----------------------------------------------------------------------------- */

static int set_caps(struct caps effective, struct caps inheritable)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(effective.bits >> (32 * i));
		data[i].permitted = data[i].effective;
		data[i].inheritable = (uint32_t)(inheritable.bits >> (32 * i));
	}
	/* Not by libcap: one call, and no other, since a filter may be in force. */
	return (int)syscall(SYS_capset, &header, data);
}

static void take_ids(const struct attach_init *init)
{
	(void)prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0); /* where the init is not root */
	/* A user may not change his groups (user_namespaces(7)); root gave up his own before. */
	(void)setgroups(0, NULL);
	must(setresgid(init->gid, init->gid, init->gid) == 0, "cannot take on its group");
	must(setresuid(init->uid, init->uid, init->uid) == 0, "cannot take on its user");
	(void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	/* The kernel forgets it where ids change, if fs.suid_dumpable says so. */
	must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "cannot hide from tracers");
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* likewise; the alarm is the other way */
}

static void drop_bounding(const struct procstatus *status)
{
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) < 0)
			break; /* beyond the kernel's last */
		if (!caps_has(status->bounding, cap))
			must(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0,
			     "cannot take on its bounding set");
	}
	must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0,
	     "cannot clear the ambient set");
}

/* Ours may hold the administrator's keys, which root inside would read and revoke. */
static void leave_keys(void)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		die(-errno, "cannot make a session key ring");
}

static void take_label(const struct entrant *e)
{
	char text[sizeof(e->init->label) + 16];
	int n;

	if (e->labelfd < 0)
		return;
	/* SELinux changes it as the command is executed. */
	n = snprintf(text, sizeof(text), "%s%s", e->init->apparmor ? "changeprofile " : "",
		     e->init->label);
	must(n > 0 && write(e->labelfd, text, (size_t)n) == n, "cannot take on its LSM label");
	(void)close(e->labelfd);
}

/* What LXC's monitor gave the init may be more than we have. */
static struct caps get_permitted(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	must(syscall(SYS_capget, &header, data) == 0, "cannot read our own capabilities");
	return (struct caps){ (uint64_t)data[1].permitted << 32 | data[0].permitted };
}

static void take_powers(const struct entrant *e)
{
	const struct procstatus *s = &e->init->status;
	struct caps held, loading;
	int r;

	take_ids(e->init);
	drop_bounding(s);
	leave_keys();
	held.bits = s->permitted.bits & s->bounding.bits & get_permitted().bits;
	loading = held;
	/* Filters are loaded with this one, if not with no_new_privs, which may not be the init's.
	 */
	caps_add(&loading, CAP_SYS_ADMIN);
	must(set_caps(loading, s->inheritable) == 0, "cannot take on its capabilities");
	r = attach_filters_load(e->init->filters);
	if (r < 0)
		die(r, "cannot load its seccomp filters");
	/* From here on the filters decide; they let an init do all of this. */
	must(set_caps(held, s->inheritable) == 0, "cannot take on its capabilities");
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		if (caps_has(s->ambient, cap))
			must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) == 0,
			     "cannot take on its ambient set");
	}
	take_label(e);
	if (s->no_new_privs)
		must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "cannot set no_new_privs");
}

/* --- The command ------------------------------------------------------------------------- */

__attribute__((noreturn)) static void run_command(const struct entrant *e)
{
	static char bash[] = "-bash", sh[] = "-sh";
	static char *const shells[][2] = { { bash, NULL }, { sh, NULL } };
	int error;

	(void)alarm(0);
	(void)setsid(); /* we were just forked: it cannot fail */
	if (e->terminal)
		(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0); /* else a shell says that it has none */
	environ = (char **)(uintptr_t)e->request->env;
	if (e->request->argv) {
		(void)execvp(e->request->argv[0], e->request->argv);
	} else {
		(void)execv("/bin/bash", shells[0]);
		(void)execv("/bin/sh", shells[1]);
	}
	error = errno;
	tell(ATTACH_NOT_RUN, -error, 0, "");
	_exit(error == ENOENT ? 127 : 126);
}

void attach_enter(const struct attach_request *request, const struct attach_init *init,
		  const struct attach_ends *ends)
{
	struct entrant e = { request, init, -EBADF, ends->terminal };
	pid_t pid, own = getpid();
	char byte;

	place_ends(ends);
	leave_ours();
	take_limits(init);
	e.labelfd = open_label(init);
	if (geteuid() == 0)
		must(setgroups(0, NULL) == 0, "cannot give up our groups");
	join(init); /* of the pid namespace, for the fork alone */
	enter_root(init);
	e.labelfd = close_others(e.labelfd);
	if (init->personality)
		(void)personality(init->personality); /* of another architecture: stays ours */
	take_powers(&e);
	tell(ATTACH_READY, 0, 0, "");
	/* The keeper puts us into the guest's cgroups meanwhile, and we may be frozen. */
	if (read(DOWN, &byte, 1) != 1)
		_exit(ATTACH_STATUS_FAILED);
	pid = fork();
	if (pid == 0) {
		/*
		 * A filter may say that we are the child when there is none: the command would run
		 * in the host's pid namespace.  It cannot make up another number above 0.
		 */
		pid = (pid_t)syscall(SYS_getpid);
		if (pid <= 0 || pid == own)
			_exit(ATTACH_STATUS_FAILED);
		run_command(&e);
	}
	must(pid > 0, "cannot fork inside");
	tell(ATTACH_FORKED, 0, pid, "");
	_exit(0);
}
