/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One unit of a guest's systemd, with its drop-ins, as far as it matters here. */
#ifndef TOOLS_GUEST_UNIT_H
#define TOOLS_GUEST_UNIT_H

#include "tools/guest-units.h"

/* Where systemd looks, the first wins; "lib" is a link where /usr is merged. */
enum { GUEST_UNIT_FOLDERS = 4 };
extern const char *const guest_unit_folders[GUEST_UNIT_FOLDERS];

/* What CAP_SYS_ADMIN is to a setting. */
enum guest_effect {
	GUEST_FAILS = 1, /* the unit does not start without */
	GUEST_SKIPPED,	 /* systemd passes over the setting */
};

/* The settings that need CAP_SYS_ADMIN. */
struct guest_option {
	const char *key;
	enum guest_effect effect;
	bool list; /* any word is "on"; else "no" is off */
};
enum { GUEST_OPTIONS_MAX = 64 };
extern const struct guest_option guest_options[];
extern const size_t guest_n_options;

struct guest_unit {
	const char *name;
	bool on[GUEST_OPTIONS_MAX];
	struct caps ambient, bounding;
	bool bounded, skipped; /* skipped: a condition keeps it from starting in a container */
	bool sched;
	char what[256], where[1024], type[64], options[1024];
};

/*
 * 1 and *ret; 0 if it is masked or not there, or not readable, which is then noted in the
 * guest; or -ENOMEM.
 */
int guest_unit_read(struct guest *guest, int rootfd, const char *name, struct guest_unit *ret);

/* Adds what a mount unit says to the guest: 0 or -ENOMEM. */
int guest_judge_mount(struct guest *guest, int rootfd, const struct guest_unit *u);

#endif
