/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of an fstab(5).  Pure; the text is hostile. */
#ifndef TOOLS_GUEST_FSTAB_H
#define TOOLS_GUEST_FSTAB_H

#include "lib/span.h"

struct fstab_entry {
	struct span spec, file, type, options; /* as written, octal escapes and all */
};

/*
 * The next entry: true, or false at the end.  Lines of fewer than three fields are passed over;
 * the options of one with three are empty.
 */
bool fstab_next(struct span *rest, struct fstab_entry *ret);

#endif
