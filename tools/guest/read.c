/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See guest.h.  This file has the order of the parts. */
#include "config.h"

#include "tools/guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/rootfs.h"
#include "tools/guest/lists.h"
#include "tools/guest/units.h"
#include "tools/guest/walk.h"

/* systemd stops a service by its cgroup; scripts look for its program. */
static int judge_scripts(struct guest *guest, int rootfd)
{
	auto_close int fd = rootfs_open_at(rootfd, "etc/init.d", O_PATH | O_DIRECTORY);

	if (guest->init.kind == INITVER_SYSTEMD || fd < 0)
		return 0;
	return guest_add_user(guest, GUEST_SYSV, span_of("/etc/init.d"));
}

int guest_read(int rootfd, bool idmapped, struct guest **ret)
{
	struct guest *guest = calloc(1, sizeof(*guest));
	int r = guest ? initver_read(rootfd, &guest->init) : -ENOMEM;

	if (r == 0)
		r = guest_walk(guest, rootfd, idmapped);
	if (r == 0 && guest->init.kind == INITVER_SYSTEMD)
		r = guest_read_units(guest, rootfd);
	if (r == 0 && guest->init.kind == INITVER_SYSTEMD)
		r = guest_read_fstab(guest, rootfd);
	if (r == 0)
		r = guest_read_packages(guest, rootfd);
	if (r == 0)
		r = judge_scripts(guest, rootfd);
	if (r == 0)
		r = guest_sort(guest);
	if (r < 0) {
		guest_free(guest);
		return r;
	}
	*ret = guest;
	return 0;
}
