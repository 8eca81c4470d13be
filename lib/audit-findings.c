/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See audit-findings.h. */
#include "config.h"

#include "lib/audit-findings.h"

#include <stdarg.h>
#include <stdio.h>

void audit_add(struct audit_findings *f, const char *key, const char *format, ...)
{
	struct audit_finding *item;
	va_list args;

	if (f->n == AUDIT_FINDINGS_MAX) {
		f->left_out++;
		return;
	}
	item = &f->item[f->n++];
	(void)snprintf(item->key, sizeof(item->key), "%s", key); /* a constant of ours */
	va_start(args, format);
	(void)vsnprintf(item->text, sizeof(item->text), format, args); /* cut, as promised */
	va_end(args);
}

void audit_emit_findings(struct emit *e, const struct audit_findings *f)
{
	size_t more_room = sizeof("; and 1234567 more"), told = 0;

	for (; told < f->n; told++) {
		size_t need = strlen(f->item[told].text) + more_room;

		if (told && e->len + need >= e->size)
			break;
		emit_printf(e, "%s%s", told ? "; " : "", f->item[told].text);
	}
	if (f->n - told + f->left_out)
		emit_printf(e, "; and %zu more", f->n - told + f->left_out);
}
