/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration of an LXC container as liblxc reads it (confile.c of 4.0 to 7.0), with
 * the file and line of every setting kept, and what became of it.  Pure: the caller opens
 * the files and follows the includes (tools/config/config-read.c).
 *
 * Values that only liblxc understands (addresses, signals, limits) are not judged here: the
 * caller hands each setting to liblxc as well.
 */
#ifndef TOOLS_CONFIG_LXCCONF_H
#define TOOLS_CONFIG_LXCCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/caps.h"
#include "lib/lxcconf-text.h"
#include "lib/span.h"

enum lxcconf_state {
	LXCCONF_IN_FORCE,
	LXCCONF_OVERRIDDEN, /* by the later setting .by */
	LXCCONF_CLEARED,    /* by the later empty setting .by */
	LXCCONF_CLEARS,	    /* is itself an empty value: it emptied what came before */
	LXCCONF_IGNORED,    /* a line that LXC passes over */
};

struct lxcconf_setting {
	char *key, *value;
	unsigned int file; /* index in files[] */
	unsigned int line;
	enum lxcconf_state state;
	size_t by; /* index in settings[] */
};

#define LXCCONF_NONE ((size_t)-1)

struct lxcconf_file {
	char *path;
	size_t from; /* the setting that includes it; LXCCONF_NONE for the first */
};

/* How one capability came out. */
struct lxcconf_cap {
	bool held;
	size_t by; /* the setting that decided; LXCCONF_NONE: no setting speaks of it */
};

/* The groups of words in lxc.mount.auto; a later word of a group takes the place of one before. */
enum lxcconf_auto {
	LXCCONF_AUTO_PROC,
	LXCCONF_AUTO_SYS,
	LXCCONF_AUTO_CGROUP,
	LXCCONF_AUTO_SHMOUNTS,
	LXCCONF_N_AUTOS,
};
extern const char *const lxcconf_autos[LXCCONF_N_AUTOS]; /* "proc", ... */

struct lxcconf {
	unsigned int version;  /* of LXC, LXCCONF_VERSION(); it decides what is an error */
	unsigned int last_cap; /* the kernel's */
	struct lxcconf_file *files;
	size_t n_files;
	struct lxcconf_setting *settings; /* in the order in which LXC sees them */
	size_t n_settings;
	/* Until 4.0.10 both lists can be filled, and the container then does not start. */
	bool keeps; /* a keep list is in force, be it empty: lxc.cap.keep = none */
	struct lxcconf_cap caps[CAPS_MAX + 1];
	size_t auto_by[LXCCONF_N_AUTOS]; /* the lxc.mount.auto that decides each */
};

enum lxcconf_fault {
	LXCCONF_FAULT_VALUE, /* none of these */
	LXCCONF_FAULT_KEY,   /* .word is not a key of this LXC */
	LXCCONF_FAULT_LINE,  /* it is not a setting: it has no '=' */
	LXCCONF_FAULT_CAP,   /* .word is not a capability here */
	LXCCONF_FAULT_LISTS, /* lxc.cap.keep and lxc.cap.drop exclude each other */
};

/* Why a setting is refused. */
struct lxcconf_error {
	const char *reason; /* constant text, for people */
	struct span word;   /* the word at fault, within key or value; .n 0: none */
	enum lxcconf_fault fault;
};

/* NULL without memory.  lxcconf_free() takes NULL too. */
struct lxcconf *lxcconf_new(unsigned int version, unsigned int last_cap);
void lxcconf_free(struct lxcconf *conf);

/* 0, -ENOMEM, or -E2BIG for too many files; path is copied. */
int lxcconf_add_file(struct lxcconf *conf, const char *path, size_t from, size_t *ret_index);

/*
 * Takes the next setting.  0, -ENOMEM, -E2BIG for too many, or -EINVAL and *ret_error for
 * what this version of LXC does not load.
 */
int lxcconf_add(struct lxcconf *conf, size_t file, const struct lxcconf_line *line,
		struct lxcconf_error *ret_error);

/*
 * For a copy that leaves some settings out: an empty one for the same LXC and kernel, with the
 * same files, each standing for itself; NULL without memory.  Then the settings, as lxcconf_add().
 */
struct lxcconf *lxcconf_new_like(const struct lxcconf *conf);
int lxcconf_add_copy(struct lxcconf *copy, const struct lxcconf_setting *s);

/*
 * After the last setting: what LXC refuses only when the container starts (keep beside drop
 * until 4.0.10, names it does not know).  0, or -EINVAL, *ret_error and in *ret_setting the
 * setting at fault.
 */
int lxcconf_finish(const struct lxcconf *conf, struct lxcconf_error *ret_error,
		   size_t *ret_setting);

/* The capabilities that the container is given, up to last_cap. */
struct caps lxcconf_caps(const struct lxcconf *conf);

/*
 * The next setting in force with that key: starts at *pos, leaves *pos behind it.  NULL when
 * there is none.  A key that ends in "." stands for all keys that begin so.
 */
const struct lxcconf_setting *lxcconf_find(const struct lxcconf *conf, const char *key,
					   size_t *pos);
/* The last one of all, which counts where a key holds one value; NULL if it is unset. */
const struct lxcconf_setting *lxcconf_find_last(const struct lxcconf *conf, const char *key);
/* Its value, or NULL. */
const char *lxcconf_get(const struct lxcconf *conf, const char *key);

/* How a key takes more than one line. */
enum lxcconf_kind {
	LXCCONF_SCALAR, /* the last one wins */
	LXCCONF_LIST,	/* each adds */
	LXCCONF_CAPS,	/* lxc.cap.keep and drop */
	LXCCONF_AUTO,	/* lxc.mount.auto: the last word for each of its groups wins */
	LXCCONF_INCLUDE,
	LXCCONF_CLEAR_ONLY, /* lxc.hook, lxc.net, lxc.sysctl...: only empty, for all below it */
};

/* 0, or -EINVAL for a key that this version of LXC does not know. */
int lxcconf_key_kind(unsigned int version, struct span key, enum lxcconf_kind *ret);

/* The path of lxc.rootfs.path behind its "dir:", "overlay:"...; as liblxc, at the first colon. */
struct span lxcconf_rootfs_path(const char *value, struct span *ret_type);

#endif
