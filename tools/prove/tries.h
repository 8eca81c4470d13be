/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What came of each try, with the reason of the first that failed, and the file in the
 * folder "harden" by which a proof that was broken off goes on.
 */
#ifndef TOOLS_PROVE_TRIES_H
#define TOOLS_PROVE_TRIES_H

#include <stdint.h>

#include "tools/prove/capsearch.h"
#include "tools/trial/result.h"

struct prove_reason {
	struct caps set;
	enum prove_stage stage;
	bool timed_out;
	char unit[PROVE_NAME_MAX], what[300], line[PROVE_LINE_MAX];
};

struct prove_tries {
	struct capsearch_tries tries;
	struct prove_reason *reasons;
	size_t n_reasons;
	unsigned int boots; /* of this and the earlier runs */
};

/* Notes a result: 0 or -ENOMEM. */
int prove_tries_note(struct prove_tries *tries, const struct capsearch_want *want,
		     const struct prove_result *result);
const struct prove_reason *prove_tries_find_reason(const struct prove_tries *tries,
						   struct caps set);
void prove_tries_done(struct prove_tries *tries);

/* The text of the file, owned; NULL without memory. */
char *prove_tries_print(uint64_t key, const struct prove_tries *tries);

/* Whether that is a whole one, of that key, and of no more than max; else *ret is left empty. */
bool prove_tries_parse(const char *text, size_t size, uint64_t key, struct caps max,
		       struct prove_tries *ret);

/* Whether there were any; a file that is not understood counts as none. */
bool prove_tries_load(int dirfd, uint64_t key, struct caps max, struct prove_tries *ret);
int prove_tries_save(int dirfd, uint64_t key, const struct prove_tries *tries);
void prove_tries_remove(int dirfd);

#endif
