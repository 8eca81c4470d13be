/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lxc-harden generate is going to write for a container: from its configuration
 * without our fragment, a level, the administrator's wishes, and the guest.
 */
#ifndef TOOLS_GENERATE_PLAN_H
#define TOOLS_GENERATE_PLAN_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/caps.h"
#include "lib/policy.h"
#include "tools/config/config-read.h"
#include "tools/config/lxcconf.h"
#include "tools/evidence/proof.h"
#include "tools/evidence/record.h"
#include "tools/guest/guest.h"

/* What is kept of that which the configuration gives. */
enum plan_basis {
	PLAN_LEVEL,  /* what the level allows, and the guest's files ask for */
	PLAN_PROOF,  /* what the proof keeps, and no more */
	PLAN_RECORD, /* of the former, what the record saw granted */
};

struct plan {
	const char *level;	    /* "base", "keep", "strict" */
	char *fragment, *policy;    /* paths of harden.conf and policy */
	struct lxcconf *full;	    /* the configuration as it is */
	struct lxcconf *own;	    /* without our fragment; same files[] */
	struct lxcconf *level_conf; /* PKGDATADIR/LEVEL.conf and what it includes */
	char *level_text;	    /* of LEVEL.policy, into which level_policy points */
	struct policy level_policy;
	struct caps all;	  /* what the kernel has */
	struct caps before;	  /* given by the configuration as it is */
	struct caps held;	  /* ... without our fragment */
	struct caps allowed;	  /* by the level */
	struct caps grantable;	  /* what the guest may add to the level's by itself */
	struct caps add, without; /* the administrator's */
	struct caps kept;
	bool idmapped;
	bool included;	       /* the configuration has our line already */
	struct guest *guest;   /* NULL: not looked at */
	struct proof *proof;   /* NULL: there is none */
	struct record *record; /* NULL: there is none */
	char *seccomp;	       /* path of a profile to be written, or NULL */
	char *seccomp_text;    /* ... and its text */
	char *seccomp_kept;    /* why the container's own profile is left alone, or NULL */
	bool raw;	       /* the text stands by itself, with the level's policy */
	enum plan_basis basis;
};

/*
 * Reads all of it but the guest, from LXCPATH/NAME/config or, unless NULL, config.  0, or negative
 * and one line in *ret_error: -EINVAL for what is the configuration's fault.
 */
int plan_read(struct plan *plan, const char *lxcpath, const char *name, const char *level,
	      const char *config, struct config_error *ret_error);
/*
 * The container's record and its proof, as far as there are: return as plan_read(), -EINVAL for
 * one that is damaged.
 */
int plan_read_record(struct plan *plan, const char *lxcpath, const char *name,
		     struct config_error *ret_error);
int plan_read_proof(struct plan *plan, const char *lxcpath, const char *name,
		    struct config_error *ret_error);
/* What the guest's files ask for by themselves: file and ambient capabilities and the like. */
struct caps plan_get_wanted(const struct plan *plan);
/* The decision, once add, without, guest and basis are set. */
void plan_decide(struct plan *plan);
void plan_done(struct plan *plan);

/* The texts of harden.conf and of policy; false if the stream has no memory. */
bool plan_emit_fragment(const struct plan *plan, FILE *out);
bool plan_emit_policy(const struct plan *plan, FILE *out);

/*
 * The first line of a fragment that the plan did not mean, 0 if there is none.  The guest's
 * names stand in its comments, and a setting names programs that the host runs: so the text
 * is read once more, as LXC will, whatever was escaped on its way there.
 */
unsigned int plan_find_stray(const struct plan *plan, const char *text, size_t size);
/* A policy that both what is written and what was there before pass. */
bool plan_emit_transition(const struct plan *plan, FILE *out);

/* Their part about the guest. */
void plan_emit_guest(const struct plan *plan, FILE *out);

/* What a proof and a record say about a capability, in comments; true if one speaks for it. */
bool plan_emit_evidence(const struct plan *plan, unsigned int cap, FILE *out);

/* What becomes of a unit's setting at this level: 1 the unit fails, 0 passed over, -1 nothing. */
int plan_loss(const struct plan *plan, const struct guest_loss *loss);

/* What is taken from those users: constant text. */
const char *plan_use_text(enum guest_use use);
/* Whether the plan takes it. */
bool plan_closes(const struct plan *plan, enum guest_use use);

/*
 * The configuration with that fragment, in place of ours or (at_end) as its last line; an
 * owned object, or NULL.
 */
struct lxcconf *plan_simulate(const struct plan *plan, const char *text, size_t size, bool at_end);

/* What a capability that was kept on a wish gives away where ids are not mapped, or NULL. */
const char *plan_host_risk(unsigned int cap);

/* Why a capability is not kept: one phrase, in buf. */
const char *plan_why_not(const struct plan *plan, unsigned int cap, char *buf, size_t size);

#endif
