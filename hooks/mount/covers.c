/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See covers.h. */
#include "config.h"

#include "hooks/mount/covers.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "hooks/mount/place.h"
#include "lib/cleanup.h"
#include "lib/mnt.h"

static bool is_beneath(const char *path, const char *folder)
{
	return strncmp(path, folder, strlen(folder)) == 0;
}

/* By what it is: a read-only tmpfs, or the device /dev/null, in the guest's /proc or /sys. */
static bool is_cover(const struct table *t, const struct table_mount *mount)
{
	char buf[PATH_MAX];
	const char *path = table_path(t, mount, buf, sizeof(buf));

	if (!path || (!is_beneath(path, "proc/") && !is_beneath(path, "sys/")) ||
	    !mountinfo_has_option(mount->m.options, "ro"))
		return false;
	return span_is(mount->m.fstype, "tmpfs")
		       ? span_is(mount->m.root, "/")
		       : span_ends(mount->m.root, "/null") || span_is(mount->m.root, "/null");
}

/* Mount is on a cover, or on a directory around one and hides it. */
static bool hides_cover(const struct table *t, const struct table_mount *mount)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct table_mount *cover = &t->mount[i];

		if (cover->within && span_is_within(cover->m.target, mount->m.target) &&
		    !table_is_on(t, cover, mount) && is_cover(t, cover))
			return true;
	}
	return false;
}

/* Takes away those that a path leads to; how many, or -errno.  *ret_left: others, beneath them. */
static int take_away(int rootfd, struct table *t, size_t *ret_left)
{
	int n = 0;

	*ret_left = 0;
	for (size_t i = 0; i < t->n; i++) {
		struct table_mount *mount = &t->mount[i];
		auto_close int fd = -EBADF;
		int r;

		if (!mount->within || !span_is(mount->m.fstype, "fuse.lxcfs") ||
		    !hides_cover(t, mount))
			continue;
		fd = table_open(t, mount, rootfd);
		if (fd == -ESTALE) {
			(*ret_left)++;
			continue;
		}
		r = fd < 0 ? fd : mnt_remove(fd);
		if (r < 0)
			return r;
		mount->within = false;
		n++;
	}
	return n;
}

int covers_restore(int rootfd, struct table *t, struct emit *why)
{
	size_t left;
	int r;

	do
		r = take_away(rootfd, t, &left);
	while (r > 0 && left);
	if (r == 0 && left)
		r = -ESTALE;
	return r < 0 ? place_fail(why, "take away what lxcfs mounted on a cover", r) : 0;
}
