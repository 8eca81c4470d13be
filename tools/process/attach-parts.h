/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of an attach share: attach.c has the keeper, attach-init.c what is opened of the
 * init, attach-filter.c its seccomp filters, attach-cgroup.c its cgroups, attach-enter.c the
 * entrant, attach-copy.c what is copied.  See attach.h for who is who.
 */
#ifndef TOOLS_PROCESS_ATTACH_PARTS_H
#define TOOLS_PROCESS_ATTACH_PARTS_H

#include <linux/filter.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

#include "lib/procstatus.h"
#include "tools/process/attach.h"

/* Sets the text, with the reason behind it unless that is -EBUSY (frozen), and gives r back. */
int attach_fail(struct attach_error *error, int r, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* --- Filters of system calls ------------------------------------------------------ */

#define ATTACH_FILTERS_MAX 64
#define ATTACH_CODE_MAX 32768 /* the kernel's own limit for all filters of a process together */

struct attach_filters {
	int status; /* 0 or -errno */
	unsigned int n;
	struct {
		unsigned int at, n;   /* in .code */
		unsigned int flags;   /* for seccomp(2) */
	} filter[ATTACH_FILTERS_MAX]; /* the oldest first: so they are loaded */
	struct sock_filter code[ATTACH_CODE_MAX];
};

/*
 * Reads the filters of a process, which stops for a moment (ptrace(2)); at most for a few
 * seconds.  *ret is mapped, for attach_filters_free().  0 or -errno.
 */
int attach_filters_read(pid_t pid, struct attach_filters **ret);
void attach_filters_free(struct attach_filters *filters);
/* Our own from now on: 0 or -errno. */
int attach_filters_load(const struct attach_filters *filters);

/* --- Cgroups ------------------------------------------------------------------------- */

#define ATTACH_CGROUPS_MAX 32

struct attach_cgroups {
	unsigned int n;
	struct {
		int dirfd;  /* the init's */
		int topfd;  /* cgroup.procs of the container's own, where that is not the init's */
		int initfd; /* cgroup.procs of the init's */
		int homefd; /* cgroup.procs of ours, for a freezer; else -EBADF */
		bool unified;
	} cgroup[ATTACH_CGROUPS_MAX]; /* of each hierarchy where the init's is not ours */
};

/*
 * nsfd is the init's cgroup namespace, which tells the container's own cgroup from what the guest
 * made beneath it; negative: no such.  0, or -errno with *error set; attach_cgroups_close() either
 * way.
 */
int attach_cgroups_open(int procfd, int nsfd, struct attach_cgroups *ret,
			struct attach_error *error);
void attach_cgroups_close(struct attach_cgroups *cgroups);
/* In one of them everything is frozen, or is about to be. */
bool attach_cgroups_are_frozen(const struct attach_cgroups *cgroups);
/*
 * Into the container's own, as lxc-attach does, or where v2 allows no process in that (cgroups(7))
 * into the init's.  0, or -errno with *error set.
 */
int attach_cgroups_enter(const struct attach_cgroups *cgroups, pid_t pid,
			 struct attach_error *error);
/* Takes a process out of v1 freezers, in which SIGKILL waits; in v2 it does not. */
void attach_cgroups_thaw(const struct attach_cgroups *cgroups, pid_t pid);

/* --- The init ------------------------------------------------------------------------ */

enum { ATTACH_USER_NS, ATTACH_MOUNT_NS, ATTACH_CGROUP_NS = 6, ATTACH_NAMESPACES = 8 };

struct attach_init {
	pid_t pid;
	int pidfd, procfd, rootfd;
	int nsfd[ATTACH_NAMESPACES]; /* as attach_namespaces[]; -EBADF where it is ours too */
	struct procstatus status;
	uint32_t n_filters;  /* as the kernel counts them */
	uid_t uid, host_uid; /* by its user namespace, and by ours */
	gid_t gid, host_gid;
	struct rlimit limits[RLIM_NLIMITS];
	bool limited[RLIM_NLIMITS];
	int oom_score_adj;
	unsigned long personality;
	bool apparmor;	 /* the label is AppArmor's: it is taken on before the fork */
	char label[512]; /* "": none, or ours is the same */
	struct attach_filters *filters; /* NULL for none */
	struct attach_cgroups cgroups;
};

struct attach_namespace {
	const char *kind;
	int flag;
};
extern const struct attach_namespace attach_namespaces[ATTACH_NAMESPACES];

/* 0, or -errno with *error set; attach_init_close() either way. */
int attach_init_open(pid_t pid, struct attach_init *ret, struct attach_error *error);
void attach_init_close(struct attach_init *init);
/*
 * The process, ours, has no more than the init has: looked at from the host, since the init's
 * filters, which may be the guest's own, can say of any system call that it was done when it was
 * not (SECCOMP_RET_ERRNO with 0).  0, or -errno with *error set.
 */
int attach_init_compare(const struct attach_init *init, pid_t pid, struct attach_error *error);

/* --- The entrant ------------------------------------------------------------------- */

/* What it tells the keeper.  Once there is a command, the guest may be who tells. */
enum attach_step {
	ATTACH_READY,	/* it has nothing that the init lacks */
	ATTACH_FORKED,	/* .pid is the command */
	ATTACH_FAILED,	/* .what with .error */
	ATTACH_NOT_RUN, /* the command cannot be executed */
};

struct attach_message {
	enum attach_step step;
	int error; /* negative */
	pid_t pid;
	char what[64];
};

/* The ends for the entrant: 0 to 2 of the command, and the way to and from the keeper.  Each is
 * ATTACH_LOWEST or more, as all that the keeper opens: below is where the entrant puts them. */
#define ATTACH_LOWEST 6
struct attach_ends {
	int std[3];
	int up, down;
	bool terminal; /* std[0] is to be the command's terminal */
};

/* In the child of the keeper. */
__attribute__((noreturn)) void attach_enter(const struct attach_request *request,
					    const struct attach_init *init,
					    const struct attach_ends *ends);

/* --- Copying ----------------------------------------------------------------------- */

#define ATTACH_BUFFER 65536

struct attach_stream {
	int from, to;
	bool close_to, close_from; /* pipes of ours, whose other end is told so */
	bool ended;
	size_t at, n;
	char buf[ATTACH_BUFFER];
};

struct attach_copy {
	int signalfd;
	int masterfd; /* of the terminal, or -EBADF */
	unsigned int n;
	struct attach_stream stream[3]; /* the command's input first */
};

/* Makes pipes or a terminal: 0, or -errno with *error set. */
int attach_copy_open(const struct attach_init *init, bool terminal, struct attach_copy *copy,
		     struct attach_ends *ends, struct attach_error *error);
/* Until the command, our child, has ended: its status as of waitpid(2). */
int attach_copy_run(struct attach_copy *copy, pid_t pid, const struct attach_cgroups *cgroups);
void attach_copy_close(struct attach_copy *copy);

int64_t attach_now_ms(void); /* CLOCK_MONOTONIC */
/* Every child of ours, and theirs, ends: killed, taken out of freezers, waited for (5 s). */
void attach_kill_children(const struct attach_cgroups *cgroups);

#endif
