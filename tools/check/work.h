/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of "lxc-harden check" share while they look at one container: where its
 * model is built, its configuration, and what has been found open so far.
 */
#ifndef TOOLS_CHECK_WORK_H
#define TOOLS_CHECK_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/audit-process.h"
#include "lib/initver.h"
#include "tools/check/check.h"
#include "tools/config/lxcconf.h"
#include "tools/config/mountentry.h"
#include "tools/risk/score.h"

/* Memory for one model: handed out from the beginning, given back as a whole. */
struct check_arena {
	char *base;
	size_t size, used;
	bool full; /* something did not fit */
};

/* Zeroed and aligned; NULL and .full if there is no room. */
void *check_alloc(struct check_arena *a, size_t size);
/* A copy, never NULL: "" if there is no room. */
const char *check_copy(struct check_arena *a, struct span text);
const char *check_print(struct check_arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Folders and files of /proc and /sys that tell about the host or switch it. */
enum check_paths {
	CHECK_PATHS_SWITCHES, /* root writes them without any capability */
	CHECK_PATHS_KERNEL,   /* addresses and state of the kernel */
	CHECK_PATHS_HOST,
	CHECK_PATHS_SYS,
	CHECK_N_PATHS,
};

/* What the host is, read once. */
struct check_host {
	bool unified;	 /* cgroup v2 alone */
	bool nsdelegate; /* its v2 hierarchy keeps limits from the root of a cgroup namespace */
	bool apparmor;	 /* or another security module that LXC can use */
	/* Those that this host has; each list ends in NULL.  Without a leading slash. */
	const char *paths[CHECK_N_PATHS][12];
};

void check_host_init(struct check_host *host);

/* The folder of base.conf, keep.conf and strict.conf. */
#define CHECK_LEVELS PKGDATADIR "/"

#define CHECK_FINDINGS_MAX 256
#define CHECK_OPENED_MAX 192
#define CHECK_ENTRIES_MAX 1024

/* One way in which a fact is open; it may have several, each with a line of its own. */
struct check_opened {
	enum check_fact fact;
	struct check_place place;
	const char *detail, *remedy; /* NULL: none, and the reason's own */
};

/* What is open by one source of knowledge: the configuration, or the running process. */
struct check_view {
	struct check_facts facts;
	struct check_opened opened[CHECK_OPENED_MAX];
	size_t n_opened;
};

/* One of the container's mount entries. */
struct check_entry {
	struct mountentry m; /* within the setting's value */
	struct span target;  /* without slashes at its ends */
	const struct lxcconf_setting *setting;
};

struct check_work {
	const struct check_host *host;
	struct check_arena *arena;
	struct check *out;
	struct check_finding *findings; /* out->findings, while it grows */
	struct lxcconf *conf;		/* NULL: not loaded */
	const char **files;		/* copies of the paths of conf's files */
	int rootfd;			/* the guest's files, -EBADF if they cannot be looked at */
	const char *rootfs;		/* its path, NULL if it is no folder of the host's */
	struct initver init;
	struct check_entry entries[CHECK_ENTRIES_MAX];
	size_t n_entries;
	struct check_view config, live;
};

/* NULL without memory.  The arena has .out and all that it points to. */
struct check_work *check_work_new(const struct check_host *host, const struct container *container,
				  struct check_arena *arena);
/* Takes NULL too. */
void check_work_free(struct check_work *w);
/* Takes over conf: 0 or -ENOMEM. */
int check_work_set_conf(struct check_work *w, struct lxcconf *conf);

struct check_place check_place_of(const struct check_work *w, const struct lxcconf_setting *s);
/* The line that gave or took a capability; CHECK_NOWHERE for LXC's default. */
struct check_place check_cap_place(const struct check_work *w, unsigned int cap);
/* "FILE:LINE", in the arena. */
const char *check_place_text(struct check_work *w, struct check_place place);

/*
 * Adds a finding: the reason's title, and behind it what the format says ("": nothing).
 * remedy NULL: the reason's.  The finding may be changed afterwards; NULL without room.
 */
struct check_finding *check_add(struct check_work *w, enum reason_id id, struct check_place place,
				const char *remedy, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Notes that a fact is open, and how. */
void check_open(struct check_view *view, enum check_fact fact, struct check_place place,
		const char *detail, const char *remedy);
/* ... by that setting of the configuration. */
void check_open_by(struct check_work *w, enum check_fact fact, const struct lxcconf_setting *s);
/* Forgets what was noted for it. */
void check_close(struct check_view *view, enum check_fact fact);

/* --- The parts, in their order ------------------------------------------------ */

/* Sets .conf, .files and the level, or the state and what keeps LXC from loading it. */
void check_load(struct check_work *w);
/* All that the text leaves open: the guest's root, and the parts from here to check_mounts(). */
void check_text(struct check_work *w);
/* Takes the mount entries apart: fills w->entries. */
void check_entries(struct check_work *w);
/* What the configuration leaves open. */
void check_config(struct check_work *w);
void check_proc(struct check_work *w);
void check_calls(struct check_work *w);
/* The events of each capability, and lists that a later line wiped. */
void check_caps(struct check_work *w);
/* ... and faults of the entries. */
void check_mounts(struct check_work *w);
/* What it reaches by the host's objects, without a path or capability of its own. */
void check_objects(struct check_work *w);
/* Faults. */
void check_faults(struct check_work *w);
void check_includes(struct check_work *w);
void check_hooks(struct check_work *w);
/* What runs: fills w->live.  False if it cannot be looked at, or has just ended. */
bool check_live(struct check_work *w);
/* ... of its mounts. */
void check_live_mounts(struct check_work *w, int procfd, const struct audit_process *process);

/* ... and what else its mount table shows, beside the host's. */
void check_live_objects(struct check_work *w, struct span container, struct span host);

/*
 * What a bind of that source opens: FACT_N for nothing.  *ret_by_nature: by what the source is,
 * and not by where it lies.
 */
enum check_fact check_classify_bind(const struct mountentry *m, const char *source,
				    bool *ret_by_nature);

/* "debugfs": one for the whole kernel, whoever mounts it. */
bool check_is_kernel_wide(struct span fstype);

/* The namespaces that a container may share with the host. */
#define CHECK_N_NAMESPACES 6
struct check_namespace {
	const char *name;
	enum check_fact fact;
};
extern const struct check_namespace check_namespaces[CHECK_N_NAMESPACES];

/*
 * True if somebody other than root and that user can change what the path leads to; what
 * exactly, in *ret_which (in the arena).
 */
bool check_path_is_writable(struct check_work *w, const char *path, uid_t owner,
			    const char **ret_which);

/* Checks one container into the arena; NULL only if the arena is far too small. */
struct check *check_container(const struct check_host *host, const struct container *container,
			      struct check_arena *arena);

/*
 * Leaves out what is in PKGDATADIR, in the container's harden/harden.conf, and in what these
 * include, and looks at the rest as text, whatever runs.  Not .known if there is no rest that
 * LXC would load.
 */
void check_find_before(const struct check_host *host, const struct container *container,
		       struct check_arena *arena, struct check_before *ret);

#endif
