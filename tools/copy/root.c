/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See root.h. */
#include "config.h"

#include "tools/copy/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/mnt.h"
#include "tools/config/lxcconf.h"
#include "tools/container/open-root.h"
#include "tools/copy/copy.h"
#include "tools/copy/loop.h"

int prove_root_set(struct prove_setup *setup, const char *path)
{
	char *rootfs = strdup(path), *lower = prove_copy_escape(path);

	if (!rootfs || !lower) {
		free(rootfs);
		free(lower);
		return -ENOMEM;
	}
	free(setup->rootfs);
	free(setup->lower);
	setup->rootfs = rootfs;
	setup->lower = lower;
	return 0;
}

/* With the value, escaped: it is the configuration's. */
static int say(const struct prove_setup *setup, const char *reason, char *why, size_t size, int r)
{
	struct emit e = { .buf = why, .size = size };

	emit_printf(&e, "the root file system '");
	emit_escaped(&e, span_of(setup->root));
	emit_printf(&e, "' cannot be copied: %s", reason);
	return r;
}

static const char *explain(int r, char buf[128])
{
	if (r == -EBUSY)
		return "it is in use";
	if (r == -EROFS)
		return "its journal has to be replayed first: start and stop the container once";
	if (r == -ENODEV)
		return "there is no loop device to be had";
	if (r == -EINVAL)
		return "there is no file system in it that this kernel knows";
	(void)snprintf(buf, 128, "%s", strerror(-r)); /* cut at most */
	return buf;
}

/* What is mounted already, here or nowhere, to where the copies look for it. */
static int show(int fd, bool detached, const char *target)
{
	auto_close int targetfd = open(target, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char path[64];

	if (targetfd < 0)
		return -errno;
	if (detached)
		return mnt_attach(fd, targetfd);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* sized to fit */
	return mount(path, target, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

static bool is_layers(struct span type)
{
	return span_is(type, "overlay") || span_is(type, "overlayfs");
}

/* On the folder target; -EINVAL and *ret_reason for what cannot be had. */
static int mount_root(struct span type, const char *path, const struct prove_setup *setup,
		      const char *target, char buf[128], const char **ret_reason)
{
	auto_close int fd = guest_open(setup->root, ret_reason);
	struct stat st;
	int r;

	if (fd >= 0) {
		r = show(fd, is_layers(type), target);
		*ret_reason = r < 0 ? explain(r, buf) : NULL;
		return r;
	}
	/* Images of other formats are no file systems, whatever they begin with. */
	if (is_layers(type) || span_is(type, "nbd") || path[0] != '/' || stat(path, &st) < 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)))
		return -EINVAL;
	r = prove_loop_mount(path, target);
	*ret_reason = r < 0 ? explain(r, buf) : NULL;
	return r == -ENOMEM ? r : r < 0 ? -EINVAL : 0;
}

int prove_root_open(struct prove_setup *setup, char *why, size_t size)
{
	const char *reason = NULL;
	char target[PATH_MAX], buf[128];
	struct span type, path = lxcconf_rootfs_path(setup->root, &type);
	struct stat st;
	int r;

	/* The usual case, of which nothing has to be mounted. */
	if (!is_layers(type) && path.p[0] == '/' && stat(path.p, &st) == 0 && S_ISDIR(st.st_mode)) {
		auto_close int fd = guest_open(setup->root, &reason);

		if (fd < 0)
			return say(setup, reason, why, size, -EINVAL);
		r = prove_root_set(setup, path.p);
		return r < 0 ? say(setup, strerror(-r), why, size, r) : 0;
	}
	(void)snprintf(target, sizeof(target), "%s/root", setup->room); /* our own, short */
	if (mkdir(target, 0755) < 0)
		return say(setup, strerror(errno), why, size, -errno);
	r = mount_root(type, path.p, setup, target, buf, &reason);
	if (r < 0)
		return say(setup, reason, why, size, r);
	r = prove_root_set(setup, target);
	return r < 0 ? say(setup, strerror(-r), why, size, r) : 0;
}
