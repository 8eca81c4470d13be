/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * LXCPATH/NAME/harden/record.json: the capability checks that "lxc-harden learn" saw a
 * container's processes meet, added up over its runs.  lxc-harden-learn(8) documents the
 * format.  The file is as hostile as the folder that it lies in: every size is limited, and
 * every string in a record that was parsed is printable ASCII without quote or backslash of
 * its own (those stand as \xNN), so that it can be shown as it is.
 */
#ifndef TOOLS_EVIDENCE_RECORD_H
#define TOOLS_EVIDENCE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/caps.h"
#include "lib/span.h"

#define RECORD_VERSION 1
#define RECORD_SIZE_MAX (24u << 20)
#define RECORD_CHECKS_MAX 32768
#define RECORD_RUNS_MAX 64
#define RECORD_TEXT_MAX 1024 /* bytes in a name */

enum record_answer { RECORD_GRANTED, RECORD_DENIED, RECORD_N_ANSWERS };

/* The user namespace that the kernel asked about. */
enum record_target {
	RECORD_OWN,   /* the container's */
	RECORD_BELOW, /* one made in the container: nothing has to be kept for it */
	RECORD_OTHER, /* any other: an id-mapped container never holds anything there */
	RECORD_N_TARGETS,
};

/* Where the process came from. */
enum record_origin {
	RECORD_GUEST,	 /* the container's init */
	RECORD_ATTACH,	 /* lxc-attach, or whatever else entered from the host */
	RECORD_WORKLOAD, /* "lxc-harden learn -- COMMAND", inside */
	RECORD_LXC,	 /* LXC's own code, before it executed init */
	RECORD_N_ORIGINS,
};

enum record_point { RECORD_TRACEPOINT, RECORD_FEXIT, RECORD_KPROBE, RECORD_N_POINTS };

/* Options of a check, as the kernel has them (include/linux/security.h, CAP_OPT_). */
enum { RECORD_NOAUDIT = 2, RECORD_INSETID = 4 };

extern const char *const record_answers[RECORD_N_ANSWERS];
extern const char *const record_targets[RECORD_N_TARGETS];
extern const char *const record_origins[RECORD_N_ORIGINS];
extern const char *const record_points[RECORD_N_POINTS];

/* Times are seconds since the epoch. */
struct record_check {
	/* What makes it another one: */
	unsigned int cap; /* at most CAPS_MAX */
	enum record_answer answer;
	enum record_target target;
	enum record_origin origin;
	bool borrowed;	      /* of credentials from outside, such as an overlay's mounter's */
	bool options_known;   /* the tracepoint has none */
	unsigned int options; /* of RECORD_NOAUDIT and RECORD_INSETID */
	const char *unit;     /* "cron.service"; NULL: none */
	const char *program, *comm; /* "/usr/sbin/cron", "cron"; either may be NULL */
	const char *syscall;	    /* "setuid"; NULL: none, as in a page fault */
	/* What adds up: */
	uint64_t count; /* at least 1 */
	int64_t first, last;
};

struct record_run {
	bool boot; /* from init's first instruction; else found running */
	int64_t begin, end;
	const char *kernel; /* release */
	enum record_point point;
	struct caps held;    /* init's bounding set as the run began */
	uint64_t checks;     /* all that were counted */
	uint64_t unassigned; /* of them, those of which only the capability is known */
	uint64_t missed;     /* those that the kernel says it could not count at all */
};

/* Checks whose unit, program and system call found no room. */
struct record_loss {
	unsigned int cap;
	enum record_answer answer;
	enum record_target target;
	uint64_t count;
};

struct record {
	const char *container;
	uint64_t n_runs_total, n_boots; /* since the record was begun */
	struct record_run *runs;	/* the latest of them, oldest first */
	size_t n_runs;
	struct record_check *checks; /* by capability, unit, program, ... */
	size_t n_checks;
	struct record_loss *losses;
	size_t n_losses;
};

struct record_error {
	char text[512]; /* "3:14: ...", or "checks[7].capability: ..."; escaped */
};

/* An empty one, or NULL without memory. */
struct record *record_new(const char *container);
void record_free(struct record *record);

static inline void cleanup_record(struct record **record)
{
	record_free(*record);
}
#define auto_record __attribute__((cleanup(cleanup_record)))

/* Pure: 0 and an owned *ret; -EINVAL and *ret_error; -ENOMEM. */
int record_parse(struct span text, struct record **ret, struct record_error *ret_error);

/*
 * The record in the folder "harden": 0; -ENOENT; or with *ret_error set -EINVAL for what is
 * no record or no regular file, else -errno.
 */
int record_read_at(int dirfd, struct record **ret, struct record_error *ret_error);

/* Replaces it at once and for good; the caller holds the lock of container_lock(). */
int record_write_at(int dirfd, struct record *record);

/* As JSON, owned; what does not fit into RECORD_SIZE_MAX becomes a loss of the record, too. */
int record_print(struct record *record, char **ret_text, size_t *ret_size);

/*
 * Each copies what it is given, its strings escaped where they are not yet; 0, -ENOMEM, or -EINVAL
 * for a string that is longer than RECORD_TEXT_MAX when escaped.  A check may come in several
 * parts; record_settle() adds them up and has to be called before anything is read or written.
 */
int record_add_check(struct record *record, const struct record_check *check);
int record_add_run(struct record *record, const struct record_run *run);
int record_add_loss(struct record *record, const struct record_loss *loss);
int record_settle(struct record *record);

/* The rarest checks become losses until there are at most max of them.  0 or -ENOMEM. */
int record_cut(struct record *record, size_t max);

/* Readers of JSON keep 63 bits, and a file may claim as many as it likes: no more than that. */
uint64_t record_add_counts(uint64_t a, uint64_t b);

/* Adds all that from holds to into, and settles it. */
int record_merge(struct record *into, const struct record *from);

/*
 * The kernel only asked whether a little more is allowed, and went on either way: by its
 * option NOAUDIT, or where that is not known, by what is known of the system call.
 */
bool record_is_probe(const struct record_check *check);

enum record_verdict {
	RECORD_UNUSED,	/* nothing of the guest's asked */
	RECORD_PROBED,	/* nothing but probes */
	RECORD_REFUSED, /* asked for, never granted */
	RECORD_NEEDED,	/* granted; whether the guest could do without is not said by that */
	RECORD_N_VERDICTS,
};
extern const char *const record_verdicts[RECORD_N_VERDICTS];

/*
 * What a record says of one capability.  granted and denied are of the container's own user
 * namespace, by its own credentials, without probes and without LXC's own; the verdict goes
 * by them.
 */
struct record_use {
	enum record_verdict verdict;
	uint64_t granted, denied, probed;
	uint64_t below, other, borrowed, lxc; /* which keeping it would not serve */
};
void record_get_use(const struct record *record, unsigned int cap, struct record_use *ret);
/* Those that are RECORD_NEEDED. */
struct caps record_get_granted(const struct record *record);

/* True if the check counts for granted or denied above. */
bool record_counts(const struct record_check *check);

#endif
