/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known about one container: "lxc-harden check", "list" and the page show it.
 * check_container() reads one, check_all() many at a time.  Everything a model points to
 * lies in its own arena; texts that come from a configuration or a guest are as they are
 * there, hostile, and escaped by whoever prints them.
 */
#ifndef TOOLS_CHECK_CHECK_H
#define TOOLS_CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/caps.h"
#include "tools/container/containers.h"
#include "tools/risk/severity.h"

/* A line of a configuration; or of no file, and then file is NULL. */
struct check_place {
	const char *file;
	unsigned int line; /* 0: the file as a whole */
};
#define CHECK_NOWHERE ((struct check_place){ NULL, 0 })

struct check_finding {
	const char *id; /* "ns.net"; constant, the same for ever; lxc-harden explain ID */
	enum check_kind kind;
	enum check_severity severity;
	struct check_place place;
	const char *text;   /* one line: what is so, and what happens */
	const char *remedy; /* one line: the very line to write, or what to do; NULL: none known */
	const char *cost;   /* one line: what is lost by that; NULL: nothing */
};

/* What a line did to a capability, in the order of the configuration. */
enum check_cap_action {
	CHECK_CAP_GRANTED, /* named in lxc.cap.keep */
	CHECK_CAP_REMOVED, /* named in lxc.cap.drop, or left out of a whitelist that begins here */
	CHECK_CAP_WIPED,   /* an empty value took back what an earlier line had done */
};

struct check_cap_event {
	enum check_cap_action action;
	struct check_place place;
};

struct check_cap {
	bool configured; /* the configuration gives it */
	bool held;	 /* the running init has it in its bounding or inheritable set; if the
			    container does not run, the same as configured */
	const struct check_cap_event *events; /* the last one decided; none: LXC's default, held */
	size_t n_events;
};

enum check_state {
	CHECK_STOPPED,
	CHECK_RUNNING,
	CHECK_UNREADABLE, /* the configuration cannot be read, or LXC does not load it */
	CHECK_FAILED,	  /* this check itself failed: .failure says why; nothing else is known */
};

struct check {
	const char *lxcpath, *name;
	enum check_state state;
	const char *failure;
	uid_t owner;	   /* of LXCPATH/NAME */
	pid_t pid;	   /* of init, if it runs */
	const char *level; /* "strict", "keep", "base"; "custom": harden/harden.conf; or "none" */
	bool idmapped;	   /* no id inside is the host's root */
	unsigned int last_cap;
	struct check_cap caps[CAPS_MAX + 1];  /* up to last_cap */
	struct caps configured, held;	      /* the same as sets */
	const struct check_finding *findings; /* by kind, severity from the worst, place */
	size_t n_findings, left_out;	      /* found, but there was no room */
	size_t n[CHECK_N_KINDS];
	/* 0: nothing that is known is open; 1000: all is.  lxc-harden-check(8). */
	unsigned int score;	   /* of what runs; if nothing does, of the configuration */
	unsigned int score_config; /* of the configuration */
	unsigned int score_class[CHECK_N_SEVERITIES]; /* the parts of score, by severity */
};

/* Several, in the order of the containers; owns them. */
struct check_set {
	size_t n;
	const struct check *const *checks; /* n of them, none is NULL */
	struct workers_held held;
	void *memory;
};

/*
 * Checks all, jobs at a time (0: as many as there are processors), each in a process with its
 * owner's rights (tools/process/workers.h) that may fail, crash or hang without harm to the others.
 * 0 and *ret_set (check_set_done()), or -errno when nothing could be done.
 */
int check_all(const struct container *containers, size_t n, unsigned int jobs,
	      struct check_set *ret_set);
void check_set_done(struct check_set *set);

/* What the configuration would give without the lines of lxc-harden. */
struct check_before {
	bool known, differs; /* differs: there are such lines */
	struct caps caps;
	unsigned int score, score_class[CHECK_N_SEVERITIES];
};

/* True if more than its state and its failure is known. */
bool check_is_known(const struct check *c);

/* "disagreement", "host", "running"... */
const char *check_kind_name(enum check_kind kind);
const char *check_severity_name(enum check_severity severity);
const char *check_state_name(enum check_state state);
const char *check_cap_action_name(enum check_cap_action action);

/* "low", "moderate", "high", "critical": what a score means, for people. */
const char *check_score_name(unsigned int score);

#endif
