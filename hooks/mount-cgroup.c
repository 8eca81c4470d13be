/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount-cgroup: an LXC mount hook (lxc.hook.mount) that mounts for the guest the one
 * cgroup hierarchy which its init can use and which is the container's own.  Without
 * CAP_SYS_ADMIN the guest cannot do that itself.  See mount-cgroup(8).
 *
 * It runs with the host's root powers in the container's namespaces while the host's
 * files are still visible.  It never resolves a path through the guest's symlinks, runs
 * nothing, creates nothing in the guest's root file system, and leaves nothing mounted
 * when it fails.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hooks/hierarchy.h"
#include "hooks/mount-hook.h"
#include "lib/cleanup.h"

#define PROGRAM "mount-cgroup"

struct options {
	bool dry_run;
};

static const char usage[] =
	"Usage: " PROGRAM " [--dry-run] [NAME lxc mount]\n"
	"An LXC mount hook: mounts the guest's own cgroup hierarchy on its /sys/fs/cgroup.\n"
	"Put it into a container's configuration by including base.conf, or as\n"
	"  lxc.hook.mount = " PKGLIBEXECDIR "/" PROGRAM "\n"
	"\n"
	"  -n, --dry-run  say what would be mounted, and mount nothing\n"
	"  -h, --help     this text\n"
	"  -V, --version  the version\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 misuse, 3 no hierarchy can be given safely.\n";

/* -1 to go on, else the exit status. */
static int parse_options(int argc, char *argv[], struct hook *hook, struct options *ret)
{
	static const struct option table[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	opterr = 0; /* one line of our own, with our name */
	while ((c = getopt_long(argc, argv, "+nhV", table, NULL)) != -1) {
		switch (c) {
		case 'n':
			ret->dry_run = true;
			break;
		case 'h':
			return fputs(usage, stdout) < 0 || fflush(stdout) ? MOUNT_HOOK_FAILED : 0;
		case 'V':
			return puts(PROGRAM " " PACKAGE_VERSION) < 0 || fflush(stdout)
				       ? MOUNT_HOOK_FAILED
				       : 0;
		default: {
			struct hook_text bad;

			hook_say(mount_hook_loud(hook), JOURNAL_ERR,
				 "unknown option '%s'; see --help",
				 hook_escape(&bad, argv[optind - 1]));
			return MOUNT_HOOK_MISUSE;
		}
		}
	}
	return -1;
}

/* "systemd 257", for messages. */
static void describe_init(const struct initver *init, char buf[static 32])
{
	if (init->kind != INITVER_SYSTEMD)
		(void)snprintf(buf, 32, "%s",
			       init->kind == INITVER_OTHER ? "not systemd" : "no init");
	else if (init->version)
		(void)snprintf(buf, 32, "systemd %u", init->version);
	else
		(void)snprintf(buf, 32, "systemd of unknown version");
}

/* Mounts what was chosen, or says what it would do; the exit status. */
static int give(int rootfd, struct hierarchy *h, const struct initver *init,
		const struct options *opt, struct hook *hook)
{
	static const char *const would[] = {
		[HIERARCHY_ABSENT] = "would mount",
		[HIERARCHY_RIGHT] = "finds mounted already",
		[HIERARCHY_REPLACE] = "would mount, in place of what LXC mounted,",
	};
	struct hierarchy_place place;
	char text[512] = "", name[32];
	struct emit why = EMIT_INIT(text);
	int r;

	r = hierarchy_look(rootfd, h->which, &place, &why);
	if (r == 0 && opt->dry_run) {
		describe_init(init, name);
		hook_say(mount_hook_loud(hook), JOURNAL_INFO,
			 "%s the hierarchy %s on '/sys/fs/cgroup' (%s)", would[place.state],
			 hierarchy_name(h->which), name);
	} else if (r == 0 && place.state != HIERARCHY_RIGHT) {
		r = hierarchy_mount(&place, h, &why);
	}
	hierarchy_leave(&place);
	if (r == 0)
		return 0;
	hook_say(mount_hook_loud(hook), JOURNAL_ERR, "%s", text);
	return mount_hook_status(r);
}

/* The whole of the work once it is known for whom; the exit status. */
static int mount_cgroup(int rootfd, const struct options *opt, struct hook *hook)
{
	struct hierarchy h = { .mntfd = -EBADF };
	char text[512] = "", name[32];
	struct emit why = EMIT_INIT(text);
	struct initver init;
	int r;

	r = initver_read(rootfd, &init);
	if (r < 0) {
		hook_say(mount_hook_loud(hook), JOURNAL_ERR, "cannot tell the guest's init: %s",
			 strerror(-r));
		return MOUNT_HOOK_FAILED;
	}
	r = hierarchy_choose(&init, &h, &why);
	if (r < 0) {
		hook_say(mount_hook_loud(hook), JOURNAL_ERR, "%s", text);
		return r == -EPERM ? MOUNT_HOOK_REFUSED : MOUNT_HOOK_FAILED;
	}
	if (r > 0) {
		r = give(rootfd, &h, &init, opt, hook);
		cleanup_close(&h.mntfd);
		return r;
	}
	describe_init(&init, name);
	/* Only systemd insists on cgroups; other inits lose nothing that they had. */
	if (init.kind != INITVER_SYSTEMD) {
		if (opt->dry_run)
			hook_say(mount_hook_loud(hook), JOURNAL_INFO,
				 "would mount nothing (%s): %s", name, text);
		return 0;
	}
	hook_say(mount_hook_loud(hook), JOURNAL_ERR, "no cgroup hierarchy for the guest (%s): %s",
		 name, text);
	return MOUNT_HOOK_REFUSED;
}

int main(int argc, char *argv[])
{
	struct hook hook = hook_init(PROGRAM);
	struct options opt = { 0 };
	auto_close int rootfd = -EBADF;
	int r;

	r = parse_options(argc, argv, &hook, &opt);
	if (r >= 0)
		return r;
	r = mount_hook_begin(&hook, argc - optind, argv + optind, &rootfd);
	if (r != MOUNT_HOOK_DONE)
		return r;
	return mount_cgroup(rootfd, &opt, &hook);
}
