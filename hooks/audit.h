/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of cap-audit: one function for each place it audits from.  They return the
 * exit status of the program and have said why, once, if it is not 0.
 */
#ifndef HOOKS_AUDIT_H
#define HOOKS_AUDIT_H

#include <stdbool.h>
#include <sys/types.h>

#include "hooks/hook.h"
#include "lib/emit.h"
#include "lib/policy.h"

enum audit_exit {
	AUDIT_CONFORMS = 0,
	AUDIT_UNCHECKED = 1,
	AUDIT_MISUSE = 2, /* wrong options, a policy that cannot be read */
	AUDIT_REFUSED = 3,
};

/* Where the fragment puts things inside the container. */
#define AUDIT_FOLDER "dev/.lxc-harden" /* in any root */
#define AUDIT_INSIDE_FOLDER "/dev/.lxc-harden"
#define AUDIT_INSIDE_POLICY AUDIT_INSIDE_FOLDER "/policy"
#define AUDIT_REPORT "report"

struct audit_filter;

struct audit_options {
	const char *policy; /* NULL: the default of the vantage point */
	bool has_mode;
	enum policy_mode mode; /* overrides the policy's */
	pid_t pid;	       /* of --pid; 0: none */
	bool inside;	       /* --inside */
};

#define AUDIT_CONFIGS_MAX 64

/* A policy and the text that it points into. */
struct audit_policy {
	const char *path;
	char *text;			 /* owned */
	char *config[AUDIT_CONFIGS_MAX]; /* those of harden.allow lines; owned */
	size_t n_config;
	struct policy policy;
};

void audit_policy_done(struct audit_policy *p);

/*
 * Reads it, applies --mode and checks the names of its extra trials.  0, or AUDIT_MISUSE
 * after a line that says which file, which line and why.
 */
int audit_read_policy(const struct hook *h, const char *path, const struct audit_options *options,
		      struct audit_policy *ret);

/* start-host: the container that LXC is starting. */
int audit_start_host(struct hook *h, const struct hook_env *env,
		     const struct audit_options *options);
/* --pid: any process, the verdict on standard output. */
int audit_pid(struct hook *h, const struct audit_options *options);
/* start, or --inside with env NULL: from inside, by trying. */
int audit_inside(struct hook *h, const struct hook_env *env, const struct audit_options *options);
/*
 * What start does, for a caller that has joined the container: the report (lib/report.h) in *e,
 * which has room for REPORT_SIZE_MAX.  With filter, which may be NULL, what only it refuses is
 * tried under it, after all else.  0 or -errno.
 */
int audit_report_inside(const struct policy *policy, const struct audit_filter *filter,
			struct emit *e);
/* stop: keeps what the audit inside had to say when that ended the start.  Never fails. */
int audit_stop(struct hook *h, const struct hook_env *env);

#endif
