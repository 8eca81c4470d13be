/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Brings what lxc-harden generate has decided into LXCPATH/NAME.  Whatever happens on the
 * way, LXC can load what is there: the fragment is whole before the line that includes it,
 * each file is replaced at once, and what liblxc does not take as meant is taken back.
 */
#ifndef TOOLS_GENERATE_WRITE_H
#define TOOLS_GENERATE_WRITE_H

#include "tools/command/command.h"
#include "tools/generate/plan.h"

struct writer_text {
	char *p; /* NULL: there is none */
	size_t n;
};

struct writer {
	const struct command *cmd;
	const struct plan *plan;
	struct writer_text fragment, policy, transition;
	struct writer_text old_fragment, old_policy;
	bool in_place; /* our line stays where it is, else it goes to the end */
	bool no_line;  /* somebody else adds it: the configuration is left alone */
	bool made;     /* the folder */
	bool made_profile;
};

/*
 * Makes the texts, and checks that by our own reading the list comes out as meant: -1 to go
 * on, else the exit status, and the reason has been told.
 */
int writer_make(struct writer *w);

/* Into the folder that container_lock() gave: the exit status. */
int writer_write(struct writer *w, int dirfd, bool *ret_changed);

/*
 * Whether writer_write() would change anything, and what it would refuse of what is there
 * already: the exit status.  Writes nothing.
 */
int writer_compare(struct writer *w, int dirfd, bool *ret_changed);

void writer_done(const struct writer *w);

#endif
