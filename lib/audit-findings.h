/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an audit has against a container, each with a short key for programs and a text. */
#ifndef LIB_AUDIT_FINDINGS_H
#define LIB_AUDIT_FINDINGS_H

#include <stddef.h>

#include "lib/emit.h"

#define AUDIT_FINDINGS_MAX 32

struct audit_finding {
	char key[24];
	char text[400];
};

struct audit_findings {
	struct audit_finding item[AUDIT_FINDINGS_MAX];
	size_t n;
	size_t left_out; /* found, but there was no room */
};

/* The text is cut if too long.  Hostile parts must be escaped. */
void audit_add(struct audit_findings *f, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "the first; the second; and 3 more", no more than fits. */
void audit_emit_findings(struct emit *e, const struct audit_findings *f);

#endif
