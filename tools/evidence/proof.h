/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * LXCPATH/NAME/harden/proof.json: the keep list that "lxc-harden prove" found, and what
 * failed without each capability of it.  lxc-harden-prove(8) documents the format.  The file
 * is as hostile as the folder that it lies in: every size is limited, and every string of a
 * proof that was read is printable ASCII, so that it can be shown as it is.
 */
#ifndef TOOLS_EVIDENCE_PROOF_H
#define TOOLS_EVIDENCE_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/caps.h"

#define PROOF_KIND "lxc-harden proof"
#define PROOF_VERSION 1
#define PROOF_SIZE_MAX (1u << 20)
#define PROOF_CHECKS_MAX 64

/* What failed without a capability of the list. */
struct proof_evidence {
	unsigned int cap;
	char stage[16]; /* "boot", "check", "restart", "recheck", "stop", "start" */
	char unit[128]; /* "" for none */
	char what[300]; /* in words */
	char line[400]; /* of a log, "" for none */
	bool timed_out;
	unsigned int fails, passes; /* of the tries without it; flaky if there are both */
};

struct proof {
	char container[256], level[16], kernel[128], lxc[32];
	int64_t created; /* seconds since the epoch */
	bool all;	 /* began with all capabilities of the kernel, not the level's */
	bool idmapped, network;
	bool restart, stop; /* services were restarted, the guest shut down */
	bool pairs;	    /* no two together can be left out, either */
	bool confirmed;	    /* on a plain copy, besides the overlay */
	unsigned int repeat;
	struct caps max, keep, flaky;
	struct caps swappable; /* of keep: one that lets a guest do less would do as well */
	struct caps used;      /* what the record saw granted, as far as there was one */
	struct proof_evidence evidence[CAPS_MAX + 1]; /* of each in keep, in order */
	size_t n_evidence;
	char *checks[PROOF_CHECKS_MAX];
	size_t n_checks;
	unsigned int boots; /* copies that were started, baselines too */
	unsigned int ms;
};

struct proof_error {
	char text[512]; /* one line, escaped */
};

struct proof *proof_new(void); /* NULL without memory */
void proof_free(struct proof *proof);

static inline void cleanup_proof(struct proof **proof)
{
	proof_free(*proof);
}
#define auto_proof __attribute__((cleanup(cleanup_proof)))

/*
 * The proof in the folder "harden": 0 and an owned *ret; -ENOENT; or with *ret_error set
 * -EINVAL for what is no proof, else -errno.
 */
int proof_read_at(int dirfd, struct proof **ret, struct proof_error *ret_error);
/* Pure: the same of its text. */
int proof_parse(const char *text, size_t size, struct proof **ret, struct proof_error *ret_error);

/* As JSON, owned: 0 or -ENOMEM. */
int proof_print(const struct proof *proof, char **ret_text, size_t *ret_size);
/* Replaces it at once and for good: 0 or -errno. */
int proof_write_at(int dirfd, const struct proof *proof);

#endif
