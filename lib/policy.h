/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A policy: what a container may hold and must be shut into; cap-audit(8) has the grammar.
 * Pure.  The file is the administrator's, but it is read strictly: a line that is not
 * understood is an error, as leaving it out would weaken the audit without a word.
 */
#ifndef LIB_POLICY_H
#define LIB_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/caps.h"
#include "lib/emit.h"
#include "lib/span.h"

#define POLICY_SIZE_MAX 65536 /* bytes in a policy file */
#define POLICY_LINE_MAX 1024
#define POLICY_LIST_MAX 32 /* values of one repeatable key */
#define POLICY_PLACES_MAX 256

enum policy_mode {
	POLICY_ENFORCE,
	POLICY_WARN,
};

enum policy_lsm {
	POLICY_LSM_ANY,
	POLICY_LSM_REQUIRED, /* some profile, not "unconfined" */
	POLICY_LSM_PROFILE,  /* the one in lsm_profile */
};

/* Must the kernel have been asked from inside, too? */
enum policy_inside {
	POLICY_INSIDE_ANY,
	POLICY_INSIDE_REQUIRED, /* by the start hook, which the guest's shell runs */
	POLICY_INSIDE_JOINED,	/* by the host's audit, which joins the container's namespaces */
};

/* Kinds of namespaces, in the order of policy_namespaces[]. */
enum { POLICY_N_NAMESPACES = 8 };

/* As in /proc/PID/ns: "mnt", "pid", ... */
extern const char *const policy_namespaces[POLICY_N_NAMESPACES];

struct policy_list {
	struct span item[POLICY_LIST_MAX];
	size_t n;
};

/* Paths below /proc and /sys. */
struct policy_places {
	struct span item[POLICY_PLACES_MAX];
	size_t n;
};

struct policy {
	struct span name; /* empty if the policy has none */
	enum policy_mode mode;
	bool whitelist; /* caps is what is allowed; else what is refused */
	struct caps caps;
	bool seccomp, no_new_privs, idmap; /* required */
	enum policy_inside inside;
	bool mounts_private;
	enum policy_lsm lsm;
	struct span lsm_profile;
	unsigned int namespaces; /* bit i: policy_namespaces[i] must not be the host's */
	struct policy_list mount_allow, refuse;
	struct policy_places covered, readonly; /* must be at the start, where they exist */
};

struct policy_error {
	unsigned int line;  /* 0: the policy as a whole */
	const char *reason; /* constant text */
	struct span value;  /* what it is about, hostile; may be empty */
};

/* 0; or -EINVAL and *ret_error.  The spans point into the text. */
int policy_parse(struct span text, struct policy *ret, struct policy_error *ret_error);

/* "enforce" or "warn": 0, or -EINVAL. */
int policy_parse_mode(struct span text, enum policy_mode *ret);

/* A policy file that policy_parse() reads back as the same policy. */
void policy_emit(struct emit *e, const struct policy *p);

/* Those of held that the policy does not allow. */
struct caps policy_get_excess(const struct policy *p, struct caps held);

/*
 * One more place, as by "mount.allow": 0, or -EINVAL and the reason, a constant text.  The span
 * has to stay.
 */
int policy_add_allow(struct policy *p, struct span path, const char **ret_reason);

/* True if a writable host path at this place in the guest is wanted: listed, or below one listed.
 */
bool policy_allows_mount(const struct policy *p, struct span target);

#endif
