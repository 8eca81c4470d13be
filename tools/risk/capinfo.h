/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each capability means for a container: one row for each that Linux 6.18 knows,
 * in the kernel's order.  Pure: constant text, ASCII, for people.
 */
#ifndef TOOLS_RISK_CAPINFO_H
#define TOOLS_RISK_CAPINFO_H

#include <stdbool.h>

#include "lib/span.h"

/*
 * The worst that root in a container can do with it.  The order is the order of severity;
 * "lxc-harden check" counts by it.
 */
enum capinfo_class {
	CAPINFO_OWN,	 /* its own files, users, sockets and processes */
	CAPINFO_DENIAL,	 /* takes more than a share of the host, or holds something up */
	CAPINFO_SECRETS, /* reads what is the host's or another container's */
	CAPINFO_KERNEL,	 /* reaches kernel code that has been the way out, again and again */
	CAPINFO_HOST,	 /* acts on the host */
};

struct capinfo {
	const char *name;	       /* "net_admin" */
	const char *since;	       /* Linux release */
	enum capinfo_class privileged; /* without a user namespace */
	enum capinfo_class idmapped;   /* with one */
	/*
	 * How much of its class, and of those below it, it gives away by itself, in thousandths;
	 * 0 for CAPINFO_OWN.  lxc-harden-check(8) makes the score of these.
	 */
	unsigned short weight, weight_idmapped;
	bool base_keeps, keep_keeps;  /* what base.conf and keep.conf leave a container */
	const char *on_host;	      /* what it lets root do, in a privileged container */
	const char *on_host_idmapped; /* ... and in an id-mapped one */
	const char *needed_by;	      /* who in a guest asks for it */
	const char *without;	      /* what fails, and how that looks */
	const char *source;
};

#define CAPINFO_COUNT 41

/* The row of a number, NULL if there is none: a newer kernel knows more. */
const struct capinfo *capinfo_get(unsigned int cap);
/* By "net_admin", "CAP_NET_ADMIN" or "12"; NULL if it is none of these. */
const struct capinfo *capinfo_find(struct span name);
unsigned int capinfo_number(const struct capinfo *info);

/* One word for tables and JSON ("own"), and what it says in full. */
const char *capinfo_class_name(enum capinfo_class class);
const char *capinfo_class_text(enum capinfo_class class);

#endif
