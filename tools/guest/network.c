/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See network.h.  ifupdown (Debian, Alpine), systemd-networkd, netplan, NetworkManager, the
 * scripts of Red Hat, and a DHCP client that is started by itself.  What cannot be read says
 * nothing: the configuration then is not the guest's own file.
 */
#include "config.h"

#include "tools/guest/network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/rootfs.h"
#include "lib/span.h"
#include "tools/guest/files.h"
#include "tools/guest/lists.h"
#include "tools/guest/units.h"

#define FILE_SIZE_MAX (1u << 20)
#define NAMES_MAX 200

/* "iface eth0 inet dhcp": any method but those that leave the interface alone. */
static bool sets_up_interfaces(struct span text)
{
	struct span line;

	while (span_next_line(&text, &line)) {
		struct span word, name, family, method;

		if (span_next_word(&line, &word) && span_is(word, "iface") &&
		    span_next_word(&line, &name) && !span_is(name, "lo") &&
		    span_next_word(&line, &family) && span_next_word(&line, &method) &&
		    !span_is(method, "loopback") && !span_is(method, "manual"))
			return true;
	}
	return false;
}

static bool is_not_loopback(const char *name)
{
	return strcmp(name, "ifcfg-lo") != 0;
}

/* A folder; a file in it with that beginning and ending counts, or what its text says. */
static const struct row {
	const char *folder, *begin, *ending;
	bool (*says)(struct span text);
} rows[] = {
	{ "etc/network", "i", "nterfaces", sets_up_interfaces },
	{ "etc/network/interfaces.d", "", "", sets_up_interfaces },
	{ "etc/systemd/network", "", ".network", NULL },
	{ "etc/netplan", "", ".yaml", NULL },
	{ "etc/NetworkManager/system-connections", "", "", NULL },
	{ "etc/sysconfig/network-scripts", "ifcfg-", "", NULL },
	{ "etc/systemd/system/multi-user.target.wants", "dhcpcd", ".service", NULL },
	{ "etc/systemd/system/multi-user.target.wants", "NetworkManager", ".service", NULL },
	{ "etc/runlevels/default", "dhcpcd", "", NULL },
};

/* 1 if the file counts, 0, or -ENOMEM. */
static int judge(int rootfd, const struct row *row, const char *path, const char *name)
{
	auto_free char *text = NULL;
	size_t size;
	int r;

	if (!span_starts(span_of(name), row->begin) || name[0] == '.' || !is_not_loopback(name))
		return 0;
	if (!row->says)
		return 1;
	r = guest_read_file(rootfd, path, FILE_SIZE_MAX, &text, &size);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return row->says((struct span){ text, size });
}

static int read_row(struct guest *guest, int rootfd, const struct row *row)
{
	const char *const endings[] = { row->ending, NULL };
	struct guest_names names = { 0 };
	int r = guest_list_folder(rootfd, row->folder, endings, &names, NAMES_MAX);

	guest_names_sort(&names);
	for (size_t i = 0; r == 0 && i < names.n && !guest->network; i++) {
		auto_free char *path = NULL;

		if (asprintf(&path, "%s/%s", row->folder, names.list[i]) < 0) {
			path = NULL;
			r = -ENOMEM;
			break;
		}
		r = judge(rootfd, row, path, names.list[i]);
		if (r > 0) {
			guest->network = guest_escape(span_of(path));
			r = guest->network ? 0 : -ENOMEM;
		}
	}
	guest_names_done(&names);
	return r == -ENOMEM ? r : 0;
}

int guest_read_network(struct guest *guest, int rootfd)
{
	int r = 0;

	for (size_t i = 0; r == 0 && !guest->network && i < sizeof(rows) / sizeof(rows[0]); i++)
		r = read_row(guest, rootfd, &rows[i]);
	return r;
}
