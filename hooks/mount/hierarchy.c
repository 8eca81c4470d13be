/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See hierarchy.h: what choosing and mounting have in common. */
#include "config.h"

#include "hooks/mount/hierarchy.h"

#include "hooks/mount/place.h"

static const struct mnt_fs unified_fs = { .type = "cgroup2", .source = "cgroup2" };

static const struct mnt_option systemd_options[] = { { "none", NULL }, { "name", "systemd" } };
static const struct mnt_fs systemd_fs = {
	.type = "cgroup",
	.source = "cgroup",
	.options = systemd_options,
	.n_options = 2,
};

const char *hierarchy_name(enum cgroup_hierarchy h)
{
	return h == CGROUP_UNIFIED ? "unified" : "name=systemd";
}

const struct mnt_fs *hierarchy_fs(enum cgroup_hierarchy h)
{
	return h == CGROUP_UNIFIED ? &unified_fs : &systemd_fs;
}

int hierarchy_judge_root(int mntfd, enum cgroup_hierarchy h, struct emit *why)
{
	static const char *const reasons[] = {
		[CGROUP_ROOT_HIERARCHY] = "LXC made the container no cgroup of its own there",
		[CGROUP_ROOT_FOREIGN] = "the cgroup there is not the container's alone",
		[CGROUP_ROOT_READONLY] = "the cgroup there is not the container's to write",
	};
	enum cgroup_root root;
	int r;

	r = cgroup_check_root(mntfd, h, &root);
	if (r < 0)
		return place_fail(why, "examine the cgroup", r);
	if (root == CGROUP_ROOT_OWN)
		return 1;
	emit_str(why, reasons[root]);
	return 0;
}
