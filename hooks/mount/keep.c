/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See keep.h. */
#include "config.h"

#include "hooks/mount/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/rootfs.h"

static bool is_kept(const struct keep *keep, const char *path)
{
	for (size_t i = 0; i < keep->n; i++) {
		if (span_is_within(span_of(path), span_of(keep->item[i].path)))
			return true;
	}
	return false;
}

int keep_find(const struct place *at, struct keep *ret, struct emit *why)
{
	int r;

	*ret = KEEP_NONE;
	r = mnt_list_within(at->fd, &ret->text);
	if (r == 0) {
		for (const char *path = ret->text; r == 0 && *path; path += strlen(path) + 1) {
			/* One on it, or in it, comes with it. */
			if (is_kept(ret, path))
				continue;
			r = ret->n == KEEP_MAX ? -E2BIG : rootfs_open_at(at->fd, path, O_PATH);
			if (r < 0)
				break;
			ret->item[ret->n].fd = r;
			ret->item[ret->n++].path = path;
			r = 0;
		}
	}
	if (r < 0)
		emit_printf(why, "cannot find what is mounted in '/%s' of the guest: %s", at->path,
			    strerror(-r));
	return r;
}

void keep_clear(const struct keep *keep)
{
	for (size_t i = 0; i < keep->n; i++)
		cleanup_close(&keep->item[i].fd);
	cleanup_free((void *)&keep->text);
}

/* Opens the last folder of the path, made in the folder rootfd; *ret_name is what follows. */
static int make_way(int rootfd, const char *path, const char *where, const char **ret_name,
		    struct emit *why)
{
	auto_close int fd = fcntl(rootfd, F_DUPFD_CLOEXEC, 0);
	struct span rest = span_of(path), part;
	char name[NAME_MAX + 1];
	bool is_new;

	if (fd < 0)
		return place_fail(why, "open a folder again", -errno);
	*ret_name = path;
	while (memchr(rest.p, '/', rest.n) && span_next_field(&rest, '/', &part)) {
		int inner, r = span_copy(part, name, sizeof(name));

		if (r < 0)
			return place_fail(why, "open a folder", r);
		inner = place_make_folder(fd, name, where, &is_new, why);
		if (inner < 0)
			return inner;
		cleanup_close(&fd);
		fd = inner;
		*ret_name = rest.p;
	}
	return take_fd(&fd);
}

static int put_one(int fd, const char *path, int rootfd, const struct place *at, struct emit *why)
{
	auto_close int parentfd = -EBADF;
	auto_close int target = -EBADF;
	auto_close int root = -EBADF;
	struct place in = { -EBADF, -EBADF, path, at->path };
	struct stat st;
	int r;

	parentfd = in.parentfd = make_way(rootfd, path, at->path, &in.name, why);
	if (parentfd < 0)
		return parentfd;
	r = fstat(fd, &st);
	if (r == 0)
		r = S_ISDIR(st.st_mode) ? mkdirat(parentfd, in.name, 0755)
					: mknodat(parentfd, in.name, S_IFREG, 0);
	if (r < 0)
		return place_fail(why, "make the place of a mount anew", -errno);
	target = in.fd = openat(parentfd, in.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0)
		return place_fail(why, "open the place of a mount", -errno);
	root = place_bind(fd, &in, why);
	return root < 0 ? root : 0;
}

int keep_put(const struct keep *keep, int rootfd, const struct place *at, struct emit *why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < keep->n; i++)
		r = put_one(keep->item[i].fd, keep->item[i].path, rootfd, at, why);
	return r;
}
