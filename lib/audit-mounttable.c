/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-mounttable.h. */
#include "config.h"

#include "lib/audit-mounttable.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/cleanup.h"

/* A guest with CAP_SYS_ADMIN can make any number; the search below is quadratic. */
#define CONTAINER_MOUNTS_MAX 4096

uint64_t audit_mount_device(const struct mountinfo *m)
{
	return (uint64_t)m->major << 32 | m->minor;
}

bool audit_path_is_within(struct span path, struct span folder)
{
	return folder.n == 1 || span_is_within(path, folder);
}

bool audit_mount_is_writable(const struct mountinfo *m)
{
	return !mountinfo_has_option(m->options, "ro") &&
	       !mountinfo_has_option(m->super_options, "ro");
}

bool audit_mount_is_covered(const struct audit_mounttable *t, const struct mountinfo *m)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->mount[i].parent == m->id && span_same(t->mount[i].target, m->target) &&
		    t->mount[i].id != m->id)
			return true;
	}
	return false;
}

bool audit_mount_is_shielded(const struct audit_mounttable *t, const struct mountinfo *m,
			     struct span below)
{
	for (size_t i = 0; i < t->n; i++) {
		struct span place = t->mount[i].target;
		size_t skip = m->target.n == 1 ? 0 : m->target.n;

		/* Directly on m: what lies on a mount that m covers shields nothing. */
		if (t->mount[i].parent != m->id || !audit_path_is_within(place, m->target) ||
		    place.n <= m->target.n)
			continue;
		place.p += skip;
		place.n -= skip;
		if (audit_path_is_within(below, place))
			return true;
	}
	return false;
}

static int compare_devices(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

bool audit_mount_is_on_host(const struct audit_mounttable *t, const struct mountinfo *m)
{
	uint64_t device = audit_mount_device(m);

	return t->n_host &&
	       bsearch(&device, t->host_device, t->n_host, sizeof(device), compare_devices);
}

bool audit_mount_is_own(const struct audit_mounttable *t, const struct mountinfo *m)
{
	return t->root.root.p && audit_mount_device(m) == audit_mount_device(&t->root) &&
	       audit_path_is_within(m->root, t->root.root);
}

/* Reads a table into *ret; limit 0: none. */
static int read_table(struct span text, size_t limit, struct mountinfo **ret, size_t *ret_n)
{
	auto_free struct mountinfo *table = NULL;
	size_t n = 0, room = 0;
	struct mountinfo m;
	int r;

	while ((r = mountinfo_next(&text, &m)) > 0) {
		if (limit && n == limit)
			return -E2BIG;
		if (n == room) {
			struct mountinfo *p;

			room = room ? room * 2 : 64;
			p = reallocarray(table, room, sizeof(*p));
			if (!p)
				return -ENOMEM;
			table = p;
		}
		table[n++] = m;
	}
	if (r < 0)
		return r;
	if (!n)
		return -EINVAL;
	*ret = take_ptr(&table);
	*ret_n = n;
	return 0;
}

/* The host's table is only asked which file systems it shows; it may be long. */
static int read_host(struct audit_mounttable *t, struct span text)
{
	auto_free struct mountinfo *table = NULL;
	size_t n;
	int r;

	r = read_table(text, 0, &table, &n);
	if (r < 0)
		return r;
	t->host_device = calloc(n, sizeof(*t->host_device));
	if (!t->host_device)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		t->host_device[i] = audit_mount_device(&table[i]);
		/* The last one on a place is the one that is seen. */
		if (span_is(table[i].target, "/"))
			t->host_root = table[i];
		else if (span_is(table[i].target, "/dev"))
			t->host_dev = table[i];
	}
	t->n_host = n;
	qsort(t->host_device, n, sizeof(*t->host_device), compare_devices);
	return 0;
}

int audit_mounttable_init(struct audit_mounttable *t, struct span container, struct span host)
{
	int r;

	*t = (struct audit_mounttable){ 0 };
	r = read_table(container, CONTAINER_MOUNTS_MAX, &t->mount, &t->n);
	if (r == 0)
		r = read_host(t, host);
	if (r < 0) {
		audit_mounttable_done(t);
		return r;
	}
	for (size_t i = 0; i < t->n; i++) {
		if (span_is(t->mount[i].target, "/"))
			t->root = t->mount[i];
	}
	return 0;
}

void audit_mounttable_done(struct audit_mounttable *t)
{
	free(t->mount);
	free(t->host_device);
	*t = (struct audit_mounttable){ 0 };
}
