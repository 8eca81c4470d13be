/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What rtnetlink(7) tells in the caller's network namespace: which of its interfaces are not
 * ready, and whether another namespace can be reached through one.  Only asks.
 */
#ifndef HOOKS_AUDIT_NETWORK_H
#define HOOKS_AUDIT_NETWORK_H

#include <net/if.h>
#include <stdbool.h>

struct audit_network {
	char name[IF_NAMESIZE]; /* the first one that is not ready; "" if all are */
	bool down;		/* else it has no address */
};

/* 0 or -errno. */
int audit_network_read(struct audit_network *ret);

/*
 * Each veth, macvlan and ipvlan carries a number of the namespace that its other end is in.
 * Who holds CAP_NET_ADMIN over that one, as root of a privileged container over the host's,
 * lists and changes its interfaces by that number.  1: one answered, 0: none did, -errno.
 */
int audit_network_reach(void);

#endif
