/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount-cgroup: an LXC mount hook (lxc.hook.mount) that mounts for the guest what its init
 * cannot mount without CAP_SYS_ADMIN: what belongs beneath /run and /dev, and the one cgroup
 * hierarchy which its init can use and which is the container's own.  Then it closes what these
 * and all other mounts of the container would open: limits of its own cgroup, covers that lxcfs
 * hid, device nodes.  See mount-cgroup(8).
 *
 * It runs with the host's root powers in the container's namespaces while the host's files are
 * still visible.  It never resolves a path through the guest's symlinks, and runs nothing.  What
 * it has mounted when it fails goes with the namespace of the start.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "hooks/hook.h"
#include "hooks/mount/api.h"
#include "hooks/mount/covers.h"
#include "hooks/mount/generator.h"
#include "hooks/mount/hierarchy.h"
#include "hooks/mount/limits.h"
#include "hooks/mount/nodev.h"
#include "hooks/mount/table.h"
#include "lib/cleanup.h"
#include "lib/rootfs.h"

#define PROGRAM "mount-cgroup"

enum status { DONE = 0, FAILED = 1, MISUSE = 2, REFUSED = 3 };

struct options {
	bool dry_run;
	const char *generator; /* of the host's; NULL: none */
};

static const char usage[] =
	"Usage: " PROGRAM " [--unit-generator FILE] [--dry-run] [NAME lxc mount]\n"
	"An LXC mount hook: mounts what the guest's init cannot, and closes device nodes.\n"
	"Put it into a container's configuration by including base.conf, or as\n"
	"  lxc.hook.mount = " PKGLIBEXECDIR "/" PROGRAM "\n"
	"\n"
	"  -g, --unit-generator FILE  give the guest's systemd a copy of this generator\n"
	"  -n, --dry-run              say which cgroup hierarchy it would mount, and do nothing\n"
	"  -h, --help                 this text\n"
	"  -V, --version              the version\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 misuse, 3 it cannot be done safely.\n";

/* Most starts have nothing to say, so the journal is reached for only when there is. */
static const struct hook *loud(struct hook *hook)
{
	if (hook->container)
		hook_open_journal(hook);
	return hook;
}

static enum status status_of(int r)
{
	return r == -EPERM || r == -EXDEV || r == -EEXIST || r == -ELOOP ? REFUSED : FAILED;
}

/* -1 to go on, else the exit status. */
static int parse_options(int argc, char *argv[], struct hook *hook, struct options *ret)
{
	static const struct option table[] = {
		{ "unit-generator", required_argument, NULL, 'g' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct hook_text bad;
	int c;

	opterr = 0; /* one line of our own, with our name */
	while ((c = getopt_long(argc, argv, "+g:nhV", table, NULL)) != -1) {
		switch (c) {
		case 'g':
			ret->generator = optarg;
			break;
		case 'n':
			ret->dry_run = true;
			break;
		case 'h':
			return fputs(usage, stdout) < 0 || fflush(stdout) ? FAILED : DONE;
		case 'V':
			return puts(PROGRAM " " PACKAGE_VERSION) < 0 || fflush(stdout) ? FAILED
										       : DONE;
		default:
			hook_say(hook, JOURNAL_ERR,
				 "unknown option, or one without its value, '%s'; see --help",
				 hook_escape(&bad, argv[optind - 1]));
			return MISUSE;
		}
	}
	return -1;
}

/* Who called it, and an owned descriptor of the container's root in *ret: DONE, or the status. */
static enum status begin(struct hook *hook, int argc, char *const argv[], int *ret)
{
	struct hook_text text;
	struct hook_env env;
	const char *reason;
	int r;

	r = hook_read_env(argc, argv, &env, &reason);
	if (r < 0) {
		hook_say(loud(hook), JOURNAL_ERR, "%s", reason);
		return MISUSE;
	}
	hook->container = env.name;
	if (strcmp(env.type, "mount") != 0) {
		hook_say(loud(hook), JOURNAL_ERR, "is for lxc.hook.mount, not for lxc.hook.%s",
			 hook_escape(&text, env.type));
		return MISUSE;
	}
	if (!env.rootfs_mount) {
		hook_say(loud(hook), JOURNAL_ERR, "LXC_ROOTFS_MOUNT is not set: run by LXC only");
		return MISUSE;
	}
	r = rootfs_open(env.rootfs_mount);
	if (r >= 0) {
		*ret = r;
		return DONE;
	}
	hook_say(loud(hook), JOURNAL_ERR, "cannot open the root file system '%s': %s",
		 hook_escape(&text, env.rootfs_mount),
		 r == -EXDEV ? "it is the host's own" : strerror(-r));
	return r == -EXDEV || r == -EINVAL ? MISUSE : FAILED;
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

/* What is done for one container. */
struct work {
	int rootfd;
	struct initver init;
	bool has_hierarchy; /* else the init does without */
	struct hierarchy hierarchy;
	struct hierarchy_place place;
};

/*
 * Which hierarchy, and what is on its place: first, as nothing is mounted yet if there is none.
 * 0, or -errno with *why.
 */
static int choose(struct work *w, struct emit *why)
{
	char text[512] = "", name[32];
	struct emit reason = EMIT_INIT(text);
	int r = initver_read(w->rootfd, &w->init);

	if (r < 0) {
		emit_printf(why, "cannot tell the guest's init: %s", strerror(-r));
		return r;
	}
	r = hierarchy_choose(&w->init, &w->hierarchy, &reason);
	w->has_hierarchy = r > 0;
	if (r > 0)
		return hierarchy_look(w->rootfd, w->hierarchy.which, &w->place, why);
	/* Only systemd insists on cgroups; other inits lose nothing that they had. */
	if (r == 0 && w->init.kind == INITVER_SYSTEMD) {
		describe_init(&w->init, name);
		emit_printf(why, "no cgroup hierarchy for the guest (%s): %s", name, text);
		return -EPERM;
	}
	emit_str(why, text);
	return r;
}

static void say_choice(const struct work *w, const char *why_none, const struct hook *hook)
{
	static const char *const would[] = {
		[HIERARCHY_ABSENT] = "would mount",
		[HIERARCHY_RIGHT] = "finds mounted already",
		[HIERARCHY_REPLACE] = "would mount, in place of what LXC mounted,",
	};
	char name[32];

	describe_init(&w->init, name);
	if (w->has_hierarchy)
		hook_say(hook, JOURNAL_INFO, "%s the hierarchy %s on '/sys/fs/cgroup' (%s)",
			 would[w->place.state], hierarchy_name(w->hierarchy.which), name);
	else
		hook_say(hook, JOURNAL_INFO, "would mount nothing (%s): %s", name, why_none);
}

static int mount_api(const struct work *w, const struct options *opt, struct emit *why)
{
	auto_close int runfd = api_open_top(w->rootfd, "run", why);
	auto_close int devfd = runfd < 0 ? runfd : api_open_top(w->rootfd, "dev", why);
	int r = devfd < 0 ? devfd : api_mount(runfd, devfd, why);

	return r == 0 && opt->generator ? generator_give(runfd, opt->generator, why) : r;
}

/* *ret: an owned descriptor of the guest's v2 cgroup, if it has one. */
static int mount_hierarchy(struct work *w, int *ret, struct emit *why)
{
	if (!w->has_hierarchy)
		return 0;
	if (w->place.state != HIERARCHY_RIGHT)
		return hierarchy_mount(&w->place, &w->hierarchy, ret, why);
	if (w->hierarchy.which == CGROUP_UNIFIED)
		*ret = take_fd(&w->place.fd);
	return 0;
}

/* After all mounts, and device nodes last: whatever is mounted by then has them closed. */
static int close_all(const struct work *w, int cgroupfd, struct emit *why)
{
	struct table table;
	int r = table_read(w->rootfd, &table, why);

	if (r == 0)
		r = covers_restore(w->rootfd, &table, why);
	if (r == 0 && cgroupfd >= 0)
		r = limits_close(cgroupfd, &table, why);
	if (r == 0)
		r = nodev_set(w->rootfd, &table, why);
	table_done(&table);
	return r;
}

static int mount_all(struct work *w, const struct options *opt, struct emit *why)
{
	auto_close int cgroupfd = -EBADF;
	int r = mount_api(w, opt, why);

	if (r == 0)
		r = mount_hierarchy(w, &cgroupfd, why);
	return r < 0 ? r : close_all(w, cgroupfd, why);
}

static enum status run(struct work *w, const struct options *opt, struct hook *hook)
{
	char text[700] = "";
	struct emit why = EMIT_INIT(text);
	int r = choose(w, &why);

	if (r == 0 && opt->dry_run) {
		say_choice(w, text, loud(hook));
		return DONE;
	}
	if (r == 0) {
		emit_clear(&why);
		r = mount_all(w, opt, &why);
	}
	if (r == 0)
		return DONE;
	hook_say(loud(hook), JOURNAL_ERR, "%s", text);
	return status_of(r);
}

int main(int argc, char *argv[])
{
	struct work work = { .hierarchy.mntfd = -EBADF, .place = { -EBADF, -EBADF, 0 } };
	struct hook hook = hook_init(PROGRAM);
	struct options opt = { 0 };
	auto_close int rootfd = -EBADF;
	int r;

	r = parse_options(argc, argv, &hook, &opt);
	if (r >= 0)
		return r;
	r = begin(&hook, argc - optind, argv + optind, &rootfd);
	if (r != DONE)
		return r;
	work.rootfd = rootfd;
	r = run(&work, &opt, &hook);
	hierarchy_leave(&work.place);
	cleanup_close(&work.hierarchy.mntfd);
	return r;
}
