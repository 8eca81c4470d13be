/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One unit of a guest's systemd, with its drop-ins, as far as it matters here. */
#ifndef TOOLS_GUEST_UNIT_H
#define TOOLS_GUEST_UNIT_H

#include "tools/guest/lists.h"

/* Where systemd looks, the first wins; "lib" is a link where /usr is merged. */
enum { GUEST_UNIT_FOLDERS = 4 };
extern const char *const guest_unit_folders[GUEST_UNIT_FOLDERS];

/* How a setting's value says that it is on. */
enum guest_kind {
	GUEST_BOOL, /* anything but "no" */
	GUEST_LIST, /* any word */
	GUEST_BIND, /* any path that is put at another place: "a:b" */
	GUEST_OWN,  /* "private" or "strict": a mount of its own */
	GUEST_RO,   /* as GUEST_BOOL, but for these two */
};

/* The settings that need CAP_SYS_ADMIN. */
struct guest_option {
	const char *key;
	enum guest_effect effect;
	enum guest_kind kind;
	const char *lost; /* of GUEST_SKIPPED */
};
enum { GUEST_OPTIONS_MAX = 64 };
extern const struct guest_option guest_options[];
extern const size_t guest_n_options;
bool guest_option_is_on(const struct guest_option *option, struct span value);

/* words ends in NULL. */
bool guest_is_one_of(struct span value, const char *const *words);

struct guest_unit {
	const char *name;
	bool on[GUEST_OPTIONS_MAX];
	struct caps ambient, bounding;
	bool bounded, skipped; /* skipped: a condition keeps it from starting in a container */
	bool sched;	       /* a policy that fails without CAP_SYS_NICE */
	bool limits;	       /* asks for more than root without further capabilities may */
	bool user;	       /* runs as somebody else */
	bool root;	       /* has a RootDirectory= */
	bool port;	       /* listens below 1024 */
	bool manages;	       /* Delegate=: makes cgroups of its own */
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
