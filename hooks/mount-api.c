/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount-api: an LXC mount hook (lxc.hook.mount) that mounts what belongs beneath the guest's
 * /run and /dev, which LXC has mounted.  An lxc.mount.entry can do that too, but has LXC make
 * the mount points with "create=dir", by names: a guest that swaps its "dev" for a link at
 * that moment has a folder made on the host.  See mount-api(8).
 *
 * It runs with the host's root powers in the container's namespaces while the host's
 * files are still visible.  It never resolves a path through the guest's symlinks, and runs
 * nothing.  What it has mounted when it fails goes with the namespace of the start.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hooks/keep.h"
#include "hooks/mount-hook.h"
#include "hooks/nesting.h"
#include "hooks/place.h"
#include "lib/apifs.h"
#include "lib/cleanup.h"
#include "lib/rootfs.h"

#define PROGRAM "mount-api"
#define GENERATORS "run/systemd/system-generators" /* systemd.generator(7) */
#define GENERATOR "lxc-harden"

static const char usage[] =
	"Usage: " PROGRAM " [--unit-generator FILE] [NAME lxc mount]\n"
	"An LXC mount hook: mounts what belongs beneath the guest's /run and /dev.\n"
	"Put it into a container's configuration by including base.conf.\n"
	"\n"
	"  -g, --unit-generator FILE  give the guest's systemd this generator\n"
	"  -h, --help                 this text\n"
	"  -V, --version              the version\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 misuse, 3 it cannot be done safely.\n";

struct options {
	const char *generator; /* of the host's; NULL: none */
};

/* -1 to go on, else the exit status. */
static int parse_options(int argc, char *argv[], struct hook *hook, struct options *ret)
{
	static const struct option table[] = {
		{ "unit-generator", required_argument, NULL, 'g' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct hook_text bad;
	int c;

	opterr = 0; /* one line of our own, with our name */
	while ((c = getopt_long(argc, argv, "+g:hV", table, NULL)) != -1) {
		switch (c) {
		case 'g':
			ret->generator = optarg;
			break;
		case 'h':
			return fputs(usage, stdout) < 0 || fflush(stdout) ? MOUNT_HOOK_FAILED : 0;
		case 'V':
			return puts(PROGRAM " " PACKAGE_VERSION) < 0 || fflush(stdout)
				       ? MOUNT_HOOK_FAILED
				       : 0;
		default:
			hook_say(hook, JOURNAL_ERR,
				 "unknown option, or one without its value, '%s'; see --help",
				 hook_escape(&bad, argv[optind - 1]));
			return MOUNT_HOOK_MISUSE;
		}
	}
	return -1;
}

/* What LXC has mounted there, or the guest's own folder; opened once, whatever its name says later.
 */
static int open_top(int rootfd, const char *name, struct emit *why)
{
	auto_close int fd = place_open_folder(rootfd, name, name, why);
	int r = fd < 0 ? fd : place_refuse_shared(fd, name, why);

	return r < 0 ? r : take_fd(&fd);
}

static int put(const struct apifs *api, const struct place *at, const struct keep *keep,
	       struct emit *why)
{
	auto_close int detached = -EBADF;
	auto_close int root = place_put(api->fs, &detached, at, why);

	if (root >= 0)
		return keep_put(keep, root, at, why);
	/* A kernel without it, a namespace that is not the container's, a security module. */
	if (!api->optional || (root != -ENODEV && root != -EPERM && root != -EACCES))
		return root;
	emit_clear(why);
	return 0;
}

/* On a folder that is there, for an entry of the configuration or by the guest. */
static int put_on_old(const struct apifs *api, const struct place *at, struct emit *why)
{
	struct keep keep;
	bool mounted;
	int r = mnt_is_root(at->parentfd, at->fd, &mounted);

	if (r < 0)
		emit_printf(why, "cannot examine '/%s' of the guest: %s", at->path, strerror(-r));
	if (r < 0 || mounted)
		return r; /* an entry's: it goes first */
	r = keep_find(at, &keep, why);
	if (r == 0)
		r = put(api, at, &keep, why);
	keep_clear(&keep);
	return r;
}

static int mount_api(int parentfd, const struct apifs *api, struct emit *why)
{
	bool is_new;
	auto_close int fd = place_make_folder(parentfd, api->name, api->path, &is_new, why);
	struct place at = { fd, parentfd, api->name, api->path };

	if (fd < 0)
		return fd;
	return is_new ? put(api, &at, &KEEP_NONE, why) : put_on_old(api, &at, why);
}

/* The guest's generator, run by its systemd with its powers: read-only, on a file in its /run. */
static int bind_generator(int folder, int sourcefd, struct emit *why)
{
	struct place at = { -EBADF, folder, GENERATOR, GENERATORS "/" GENERATOR };
	auto_close int fd = -EBADF;
	auto_close int root = -EBADF;
	bool mounted;
	struct stat st;
	int r;

	if (mknodat(folder, GENERATOR, S_IFREG, 0) < 0 && errno != EEXIST)
		return place_fail(why, "create '/" GENERATORS "/" GENERATOR "'", -errno);
	fd = at.fd = openat(folder, GENERATOR, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return place_fail(why, "open '/" GENERATORS "/" GENERATOR "'", -errno);
	if (!S_ISREG(st.st_mode)) {
		emit_str(why, "'/" GENERATORS "/" GENERATOR "' of the guest is no file");
		return -EEXIST;
	}
	r = mnt_is_root(folder, fd, &mounted);
	if (r < 0)
		return place_fail(why, "examine '/" GENERATORS "/" GENERATOR "'", r);
	if (mounted)
		return 0; /* by an entry of the configuration */
	root = place_bind_readonly(sourcefd, &at, why);
	return root < 0 ? root : 0;
}

static int open_generator(const char *file, struct emit *why)
{
	auto_close int fd = open(file, O_PATH | O_CLOEXEC); /* the configuration's: trusted */
	struct hook_text text;
	struct stat st;
	int r;

	if (fd < 0) {
		r = -errno;
		emit_printf(why, "cannot open '%s': %s", hook_escape(&text, file), strerror(-r));
		return r;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		emit_printf(why, "'%s' is no file", hook_escape(&text, file));
		return -EINVAL;
	}
	return take_fd(&fd);
}

static int give_generator(int runfd, const char *file, struct emit *why)
{
	auto_close int source = open_generator(file, why);
	auto_close int systemd = -EBADF;
	auto_close int folder = -EBADF;
	bool is_new;
	int r;

	if (source < 0)
		return source;
	systemd = place_make_folder(runfd, "systemd", "run/systemd", &is_new, why);
	if (systemd < 0)
		return systemd;
	folder = place_make_folder(systemd, "system-generators", GENERATORS, &is_new, why);
	r = folder < 0 ? folder : place_refuse_shared(folder, GENERATORS, why);
	return r < 0 ? r : bind_generator(folder, source, why);
}

static int mount_all(int rootfd, const struct options *opt, struct emit *why)
{
	auto_close int runfd = open_top(rootfd, "run", why);
	auto_close int devfd = runfd < 0 ? runfd : open_top(rootfd, "dev", why);
	int r = devfd < 0 ? devfd : nesting_close(devfd, why);

	for (size_t i = 0; r == 0 && i < apifs_n; i++)
		r = mount_api(strcmp(apifs[i].folder, "run") == 0 ? runfd : devfd, &apifs[i], why);
	if (r == 0 && opt->generator)
		r = give_generator(runfd, opt->generator, why);
	return r;
}

int main(int argc, char *argv[])
{
	struct hook hook = hook_init(PROGRAM);
	struct options opt = { 0 };
	auto_close int rootfd = -EBADF;
	char text[512] = "";
	struct emit why = EMIT_INIT(text);
	int r;

	r = parse_options(argc, argv, &hook, &opt);
	if (r >= 0)
		return r;
	r = mount_hook_begin(&hook, argc - optind, argv + optind, &rootfd);
	if (r != MOUNT_HOOK_DONE)
		return r;
	r = mount_all(rootfd, &opt, &why);
	if (r == 0)
		return MOUNT_HOOK_DONE;
	hook_say(mount_hook_loud(&hook), JOURNAL_ERR, "%s", text);
	return mount_hook_status(r);
}
