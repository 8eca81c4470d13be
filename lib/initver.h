/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which init a guest will run, told from its files without running them.
 *
 * initver_parse_*() are pure.  initver_read() looks at /sbin/init where the distributions
 * put it and, if that is a link to systemd, for the version: in the name of
 * libsystemd-shared-NNN.so (since systemd 231), else in the program's own text
 * ("systemd 219").  A guest may lie; it then only gets a hierarchy that it cannot use.
 */
#ifndef LIB_INITVER_H
#define LIB_INITVER_H

#include "lib/span.h"

enum initver_kind {
	INITVER_UNKNOWN, /* no init where one is looked for */
	INITVER_SYSTEMD,
	INITVER_OTHER,
};

struct initver {
	enum initver_kind kind;
	unsigned int version; /* of systemd; 0 if it could not be told */
};

/* The version in a file name as "libsystemd-shared-257.so"; 0 if it is none. */
unsigned int initver_parse_name(struct span name);

/* The first "systemd NNN" in a program's bytes that is a string of its own; 0 if there is none. */
unsigned int initver_parse_program(struct span bytes);

/* 0, or -errno when a folder or file could not be read for another reason than its absence. */
int initver_read(int rootfd, struct initver *ret);

#endif
