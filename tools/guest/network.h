/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a guest sets up its own network, told from its files without running them. */
#ifndef TOOLS_GUEST_NETWORK_H
#define TOOLS_GUEST_NETWORK_H

#include "tools/guest/guest.h"

/* Sets guest->network to the first file that says so, escaped, if one does: 0, or -ENOMEM. */
int guest_read_network(struct guest *guest, int rootfd);

#endif
