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

#include "hooks/mount-hook.h"
#include "hooks/place.h"
#include "lib/apifs.h"
#include "lib/cleanup.h"
#include "lib/rootfs.h"

#define PROGRAM "mount-api"
#define GENERATORS "run/systemd/system-generators" /* systemd.generator(7) */
#define GENERATOR "lxc-harden"
#define NESTING_FOLDER "dev"
#define NESTING_NAME ".lxc"
#define NESTING NESTING_FOLDER "/" NESTING_NAME

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

static const struct mnt_option cover_options[] = { { "mode", "0555" }, { "size", "4k" } };
static const struct mnt_fs cover = {
	.type = "tmpfs",
	.source = "tmpfs",
	.options = cover_options,
	.n_options = 2,
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

/*
 * True if another entry of the configuration, before this hook, has something there: itself
 * mounted, or mounted within a folder that LXC made for it.  What a guest keeps in a folder
 * of its own root file system does not count.
 */
static int is_taken(int rootfd, const struct place *at, bool *ret)
{
	bool same;
	int r = mnt_is_root(at->parentfd, at->fd, ret);

	if (r < 0 || *ret)
		return r;
	r = mnt_is_same(rootfd, at->parentfd, &same);
	*ret = r == 0 && !same && !place_holds_only(at->fd, "");
	return r;
}

static int fill_place(int rootfd, const struct apifs *api, const struct place *at, bool is_new,
		      struct emit *why)
{
	auto_close int detached = -EBADF;
	auto_close int root = -EBADF;
	bool taken = false;
	int r = is_new ? 0 : is_taken(rootfd, at, &taken);

	if (r < 0)
		emit_printf(why, "cannot examine '/%s' of the guest: %s", at->path, strerror(-r));
	if (r < 0 || taken)
		return r;
	root = place_put(&api->fs, &detached, at, why);
	if (root >= 0)
		return 0;
	if (!api->optional || (root != -ENODEV && root != -EPERM))
		return root;
	*why = (struct emit){ .buf = why->buf, .size = why->size }; /* nothing to tell */
	return 0;
}

static int mount_api(int rootfd, const struct apifs *api, struct emit *why)
{
	struct place at = { -EBADF, -EBADF, api->name, api->path };
	bool is_new;
	int r = place_find(rootfd, api->folder, &at, &is_new, why);

	if (r == 0)
		r = fill_place(rootfd, api, &at, is_new, why);
	place_leave(&at);
	return r;
}

/* Unmounts all that is on name in the folder fd. */
static int remove_mounts(int fd, const char *name)
{
	bool mounted = true;
	int r = 0;

	while (r == 0 && mounted) {
		auto_close int inner = rootfs_open_at(fd, name, O_PATH | O_DIRECTORY);

		if (inner == -ENOENT)
			return 0;
		r = inner < 0 ? inner : mnt_is_root(fd, inner, &mounted);
		if (r == 0 && mounted)
			r = mnt_remove(inner);
	}
	return r;
}

/*
 * With lxc.apparmor.allow_nesting LXC has mounted a second, unmasked /proc and /sys there.
 * AppArmor denies that path, but root in a privileged container gets round it in a user
 * namespace, where the sight of them, covered or not, lets it mount fresh ones: writing
 * core_pattern there is running code on the host.
 */
static int clear_nesting(const struct place *at, struct emit *why)
{
	int r = place_refuse_shared(at->fd, at->path, why);

	if (r < 0)
		return r;
	r = remove_mounts(at->fd, "proc");
	if (r == 0)
		r = remove_mounts(at->fd, "sys");
	return r < 0 ? place_fail(why, "unmount what LXC has in '/" NESTING "'", r) : 0;
}

/* And nothing comes there later. */
static int cover_nesting(const struct place *at, struct emit *why)
{
	auto_close int detached = -EBADF;
	auto_close int root = place_put(&cover, &detached, at, why);
	int r;

	if (root < 0)
		return root;
	r = mnt_set_readonly(root);
	return r < 0 ? place_fail(why, "make '/" NESTING "' read-only", r) : 0;
}

static int close_nesting(int rootfd, struct emit *why)
{
	struct place at = { -EBADF, -EBADF, NESTING_NAME, NESTING };
	bool is_new, mounted = false;
	int r = place_find(rootfd, NESTING_FOLDER, &at, &is_new, why);

	if (r == 0 && !is_new)
		r = clear_nesting(&at, why);
	if (r == 0 && !is_new) {
		r = mnt_is_root(at.parentfd, at.fd, &mounted);
		if (r < 0)
			(void)place_fail(why, "examine '/" NESTING "'", r);
	}
	if (r == 0 && !mounted)
		r = cover_nesting(&at, why);
	place_leave(&at);
	return r;
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
	root = place_bind(sourcefd, &at, why);
	return root < 0 ? root : 0;
}

static int give_generator(int rootfd, const char *file, struct emit *why)
{
	static const char *const names[] = { "systemd", "system-generators" };
	auto_close int source = open(file, O_PATH | O_CLOEXEC); /* the configuration's: trusted */
	auto_close int fd = -EBADF;
	struct hook_text text;
	struct stat st;
	bool is_new;
	int r;

	if (source < 0) {
		r = -errno;
		emit_printf(why, "cannot open '%s': %s", hook_escape(&text, file), strerror(-r));
		return r;
	}
	if (fstat(source, &st) < 0 || !S_ISREG(st.st_mode)) {
		emit_printf(why, "'%s' is no file", hook_escape(&text, file));
		return -EINVAL;
	}
	fd = place_open_folder(rootfd, "run", "run", why);
	for (size_t i = 0; fd >= 0 && i < sizeof(names) / sizeof(names[0]); i++) {
		int inner = place_make_folder(fd, names[i], GENERATORS, &is_new, why);

		cleanup_close(&fd);
		fd = inner;
	}
	r = fd < 0 ? fd : place_refuse_shared(fd, GENERATORS, why);
	return r < 0 ? r : bind_generator(fd, source, why);
}

static int mount_all(int rootfd, const struct options *opt, struct emit *why)
{
	int r = close_nesting(rootfd, why);

	for (size_t i = 0; r == 0 && i < apifs_n; i++)
		r = mount_api(rootfd, &apifs[i], why);
	if (r == 0 && opt->generator)
		r = give_generator(rootfd, opt->generator, why);
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
