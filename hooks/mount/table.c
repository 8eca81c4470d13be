/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See table.h. */
#include "config.h"

#include "hooks/mount/table.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

#include "hooks/mount/place.h"
#include "lib/cleanup.h"
#include "lib/mnt.h"
#include "lib/rootfs.h"

static int by_id(const void *a, const void *b)
{
	uint64_t x = ((const struct table_mount *)a)->m.id,
		 y = ((const struct table_mount *)b)->m.id;

	return (x > y) - (x < y);
}

const struct table_mount *table_find(const struct table *t, uint64_t id)
{
	struct table_mount key = { .m.id = id };

	return t->n ? bsearch(&key, t->mount, t->n, sizeof(key), by_id) : NULL;
}

const struct table_mount *table_find_of(const struct table *t, int fd)
{
	uint64_t id;

	return mnt_get_id(fd, &id) == 0 ? table_find(t, id) : NULL;
}

bool table_is_on(const struct table *t, const struct table_mount *a, const struct table_mount *b)
{
	/* No chain is longer than the table; the root of all is its own parent, or has none. */
	for (size_t i = 0; a && i <= t->n; i++) {
		if (a == b)
			return true;
		a = a->m.parent == a->m.id ? NULL : table_find(t, a->m.parent);
	}
	return false;
}

static int parse(struct table *t, struct span text)
{
	size_t room = 0;
	struct mountinfo m;
	int r;

	while ((r = mountinfo_next(&text, &m)) > 0) {
		if (t->n == room) {
			struct table_mount *p;

			room = room ? room * 2 : 256;
			p = reallocarray(t->mount, room, sizeof(*p));
			if (!p)
				return -ENOMEM;
			t->mount = p;
		}
		t->mount[t->n++] = (struct table_mount){ .m = m };
	}
	return r;
}

int table_read(int rootfd, struct table *ret, struct emit *why)
{
	struct span text;
	int r;

	*ret = (struct table){ .n = 0 };
	r = mnt_read_table(&ret->text, &text);
	if (r == 0)
		r = parse(ret, text);
	if (r < 0)
		return place_fail(why, "read '/proc/self/mountinfo'", r);
	qsort(ret->mount, ret->n, sizeof(*ret->mount), by_id);
	ret->root = table_find_of(ret, rootfd);
	if (!ret->root)
		return place_fail(why, "find the container's root in '/proc/self/mountinfo'",
				  -ENOENT);
	for (size_t i = 0; i < ret->n; i++)
		ret->mount[i].within = table_is_on(ret, &ret->mount[i], ret->root);
	return 0;
}

void table_done(struct table *t)
{
	free(t->mount);
	free(t->text);
	*t = (struct table){ .n = 0 };
}

const char *table_path(const struct table *t, const struct table_mount *mount, char *buf,
		       size_t size)
{
	struct span path = mount->m.target, root = t->root->m.target;

	if (!span_is_within(path, root))
		return NULL;
	path.p += root.n;
	path.n -= root.n;
	if (path.n) {
		path.p++;
		path.n--;
	}
	return mountinfo_unescape(path, buf, size) < 0 ? NULL : buf;
}

int table_open(const struct table *t, const struct table_mount *mount, int rootfd)
{
	auto_close int fd = -EBADF;
	char path[PATH_MAX];
	uint64_t id;
	int r;

	if (!table_path(t, mount, path, sizeof(path)))
		return -ENAMETOOLONG;
	fd = path[0] ? rootfs_open_at(rootfd, path, O_PATH) : fcntl(rootfd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return path[0] ? fd : -errno;
	r = mnt_get_id(fd, &id);
	if (r < 0)
		return r;
	return id == mount->m.id ? take_fd(&fd) : -ESTALE;
}
