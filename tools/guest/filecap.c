/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See filecap.h; struct vfs_ns_cap_data of linux/capability.h. */
#include "config.h"

#include "tools/guest/filecap.h"

#include <errno.h>

#define REVISION_MASK 0xff000000u
#define EFFECTIVE 0x000001u

static uint32_t get_le32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

int filecap_parse(struct span value, struct filecap *ret)
{
	static const size_t sizes[] = { 0, 12, 20, 24 };
	struct filecap f = { 0 };
	uint32_t magic;

	if (value.n < 4)
		return -EINVAL;
	magic = get_le32(value.p);
	f.version = (magic & REVISION_MASK) >> 24;
	if (f.version < 1 || f.version > 3 || value.n != sizes[f.version] ||
	    (magic & ~REVISION_MASK & ~EFFECTIVE))
		return -EINVAL;
	f.effective = magic & EFFECTIVE;
	f.permitted.bits = get_le32(value.p + 4);
	f.inheritable.bits = get_le32(value.p + 8);
	if (f.version > 1) {
		f.permitted.bits |= (uint64_t)get_le32(value.p + 12) << 32;
		f.inheritable.bits |= (uint64_t)get_le32(value.p + 16) << 32;
	}
	if (f.version == 3)
		f.rootid = get_le32(value.p + 20);
	*ret = f;
	return 0;
}
