/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of units.h about mounts: those of units, and fstab. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/apifs.h"
#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/rootfs.h"
#include "tools/guest/files.h"
#include "tools/guest/fstab.h"
#include "tools/guest/unit.h"
#include "tools/guest/units.h"

#define FSTAB_SIZE_MAX (1u << 20)
#define MOUNTS_MAX 128

static bool is_plain(const char *text)
{
	for (const char *p = text; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("/._-+", *p))
			return false;
	}
	return text[0];
}

/* A folder below the root where a guest may have a tmpfs; not where our own things are. */
static bool is_own_target(const char *target)
{
	static const char *const taken[] = { "proc", "sys", "dev" };
	struct span rest = span_of(target), part;
	bool first = true;

	if (!is_plain(target))
		return false;
	while (span_next_field(&rest, '/', &part)) {
		if (!part.n || span_is(part, ".") || span_is(part, ".."))
			return false;
		for (size_t i = 0; first && i < sizeof(taken) / sizeof(taken[0]); i++) {
			if (span_is(part, taken[i]))
				return false;
		}
		first = false;
	}
	return target[0] && target[strlen(target) - 1] != '/';
}

/* Options that cannot make a mount more than it is; the others are left out. */
static void put_options(struct emit *e, const char *options)
{
	static const char *const flags[] = { "ro", "noexec", "noatime", "relatime", "strictatime" };
	static const char *const values[] = { "mode=", "size=", "nr_inodes=", "uid=", "gid=" };
	struct span rest = span_of(options), option;

	while (span_next_field(&rest, ',', &option)) {
		bool known = false;
		size_t percent = 0;

		for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
			known = known || span_is(option, flags[i]);
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			known = known || (span_starts(option, values[i]) && option.n < 32);
		for (size_t i = 0; known && i < option.n; i++) {
			char c = option.p[i];

			percent += c == '%';
			known = isalnum((unsigned char)c) || c == '=' || c == '_' || c == '%';
		}
		if (!known || percent > 2)
			continue;
		/* A unit writes "50%%". */
		if (percent == 2 && option.p[option.n - 1] == '%')
			option.n--;
		emit_str(e, ",");
		emit_span(e, option);
	}
}

static bool has_option(const char *options, const char *wanted)
{
	struct span rest = span_of(options), option;

	while (span_next_field(&rest, ',', &option)) {
		if (span_is(option, wanted))
			return true;
	}
	return false;
}

static int add_mount(struct guest *guest, int rootfd, const char *target, const char *options,
		     const char *who)
{
	struct guest_mount *list, *m;
	char text[2048];
	struct emit e = EMIT_INIT(text);
	auto_close int fd = -EBADF;

	if (apifs_is(target))
		return 0; /* every level has it */
	if (!is_own_target(target))
		return guest_add_note(guest, span_of(who), "mounts at a place that is not its own");
	/* LXC would stop at a mount of a folder on a file, and the container never start. */
	fd = rootfs_open_at(rootfd, target, O_PATH | O_DIRECTORY);
	if (fd == -ELOOP || fd == -ENOTDIR)
		return guest_add_note(guest, span_of(who), "mounts at a symbolic link or a file");
	/*
	 * With "create=dir" LXC makes each folder of the path by its name: once the guest has a
	 * link to the host in place of the first, the second is made there.  A path of one name
	 * is safe: that, if it is a link, is there already.
	 */
	if (fd < 0 && strchr(target, '/')) {
		emit_printf(&e,
			    "its mount point '/%s' is not there; make it in the guest, and "
			    "generate again",
			    target);
		return guest_add_note(guest, span_of(who), text);
	}
	if (guest->n_mounts == MOUNTS_MAX)
		return guest_add_note(guest, span_of(who), "one of too many mounts");
	/* Strict first; what the guest asks for only takes more away. */
	emit_printf(&e, "tmpfs %s tmpfs nosuid,nodev", target);
	put_options(&e, options);
	/* A guest that takes the folder away later starts without the mount. */
	emit_str(&e, fd < 0 ? ",create=dir 0 0" : ",optional 0 0");
	if (e.full)
		return guest_add_note(guest, span_of(who), "options too long");
	list = reallocarray(guest->mounts, guest->n_mounts + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	guest->mounts = list;
	m = &list[guest->n_mounts++];
	/* A unit's name may hold a newline: what is behind it would be a setting of the host's. */
	*m = (struct guest_mount){ strdup(target), strdup(text), guest_escape(span_of(who)) };
	return m->target && m->entry && m->who ? 0 : -ENOMEM;
}

int guest_judge_mount(struct guest *guest, int rootfd, const struct guest_unit *u)
{
	if (strcasecmp(u->type, "tmpfs") == 0 && u->where[0] == '/')
		return add_mount(guest, rootfd, u->where + 1, u->options, u->name);
	return guest_add_note(guest, span_of(u->name),
			      "a mount that init cannot make; give it by lxc.mount.entry if it is "
			      "wanted");
}

static bool is_api_type(struct span type)
{
	static const char *const types[] = { "proc", "sysfs",	"devpts", "devtmpfs", "cgroup",
					     "swap", "cgroup2", "mqueue", "ignore",   "none" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (span_is(type, types[i]))
			return true;
	}
	return false;
}

int guest_read_fstab(struct guest *guest, int rootfd)
{
	auto_free char *text = NULL;
	struct fstab_entry entry;
	struct span rest;
	size_t size;
	int r = guest_read_file(rootfd, "etc/fstab", FSTAB_SIZE_MAX, &text, &size);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r == -ENOMEM ? r : guest_add_note(guest, span_of("etc/fstab"), guest_why(r));
	rest = (struct span){ text, size };
	while (r == 0 && fstab_next(&rest, &entry)) {
		char target[1024], options[1024];

		if (is_api_type(entry.type) || span_is(entry.file, "/"))
			continue;
		if (entry.file.p[0] != '/' || span_copy(entry.file, target, sizeof(target)) < 0 ||
		    span_copy(entry.options, options, sizeof(options)) < 0)
			r = guest_add_note(guest, entry.file, "fstab: not a path");
		else if (has_option(options, "noauto"))
			continue;
		else if (span_is(entry.type, "tmpfs"))
			r = add_mount(guest, rootfd, target + 1, options, "etc/fstab");
		else
			r = guest_add_note(guest, entry.file,
					   "fstab: a mount that init cannot make; give it by "
					   "lxc.mount.entry if it is wanted");
	}
	return r;
}
