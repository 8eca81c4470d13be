/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See guest.h.  This file has the order of the parts. */
#include "config.h"

#include "tools/guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/rootfs.h"
#include "tools/guest/files.h"
#include "tools/guest/lists.h"
#include "tools/guest/network.h"
#include "tools/guest/units.h"
#include "tools/guest/walk.h"

#define SCRIPTS "etc/init.d"
#define SCRIPTS_MAX 2000
#define SCRIPT_SIZE_MAX (1u << 20)

/* By the program that finds a daemon by /proc/PID/exe: Debian's, or OpenRC's own. */
static int judge_script(struct guest *guest, int rootfd, const char *name)
{
	auto_free char *text = NULL, *path = NULL;
	size_t size;
	int r;

	if (asprintf(&path, "/" SCRIPTS "/%s", name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = guest_read_file(rootfd, path + 1, SCRIPT_SIZE_MAX, &text, &size);
	if (r < 0) /* a link, a device: no script to look at */
		return r == -ENOMEM ? r : 0;
	if (!memmem(text, size, "start-stop-daemon", strlen("start-stop-daemon")) &&
	    !memmem(text, size, "openrc-run", strlen("openrc-run")))
		return 0;
	return guest_add_user(guest, GUEST_SYSV, span_of(path));
}

/* systemd stops a service by its cgroup; scripts look for its program. */
static int judge_scripts(struct guest *guest, int rootfd)
{
	static const char *const any[] = { "", NULL };
	struct guest_names names = { 0 };
	int r = 0;

	if (guest->init.kind == INITVER_SYSTEMD)
		return 0;
	r = guest_list_folder(rootfd, SCRIPTS, any, &names, SCRIPTS_MAX);
	if (r == -E2BIG)
		r = guest_add_note(guest, span_of("/" SCRIPTS), "more scripts than are looked at");
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = judge_script(guest, rootfd, names.list[i]);
	guest_names_done(&names);
	return r == -ENOMEM ? r : 0;
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
		r = guest_read_network(guest, rootfd);
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
