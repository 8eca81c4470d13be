/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See api.h. */
#include "config.h"

#include "hooks/mount/api.h"

#include <errno.h>
#include <string.h>

#include "hooks/mount/keep.h"
#include "hooks/mount/nesting.h"
#include "hooks/mount/place.h"
#include "lib/apifs.h"
#include "lib/cleanup.h"

int api_open_top(int rootfd, const char *name, struct emit *why)
{
	auto_close int fd = place_open_folder(rootfd, name, name, why);
	int r = fd < 0 ? fd : place_refuse_shared(fd, name, why);

	return r < 0 ? r : take_fd(&fd);
}

static int put(const struct apifs *api, const struct place *at, const struct keep *keep,
	       struct emit *why)
{
	auto_close int detached = -EBADF;
	auto_close int root = place_put(api->fs, &detached, at, why);

	if (root >= 0)
		return keep_put(keep, root, at, why);
	/* A kernel without it, a namespace that is not the container's, a security module. */
	if (!api->optional || (root != -ENODEV && root != -EPERM && root != -EACCES))
		return root;
	emit_clear(why);
	return 0;
}

/* On a folder that is there, for an entry of the configuration or by the guest. */
static int put_on_old(const struct apifs *api, const struct place *at, struct emit *why)
{
	struct keep keep;
	bool mounted;
	int r = mnt_is_root(at->parentfd, at->fd, &mounted);

	if (r < 0)
		emit_printf(why, "cannot examine '/%s' of the guest: %s", at->path, strerror(-r));
	if (r < 0 || mounted)
		return r; /* an entry's: it goes first */
	r = keep_find(at, &keep, why);
	if (r == 0)
		r = put(api, at, &keep, why);
	keep_clear(&keep);
	return r;
}

static int mount_api(int parentfd, const struct apifs *api, struct emit *why)
{
	bool is_new;
	auto_close int fd = place_make_folder(parentfd, api->name, api->path, &is_new, why);
	struct place at = { fd, parentfd, api->name, api->path };

	if (fd < 0)
		return fd;
	return is_new ? put(api, &at, &KEEP_NONE, why) : put_on_old(api, &at, why);
}

int api_mount(int runfd, int devfd, struct emit *why)
{
	int r = nesting_close(devfd, why);

	for (size_t i = 0; r == 0 && i < apifs_n; i++)
		r = mount_api(strcmp(apifs[i].folder, "run") == 0 ? runfd : devfd, &apifs[i], why);
	return r;
}
