/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See generator.h. */
#include "config.h"

#include "hooks/mount/generator.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hooks/hook.h"
#include "hooks/mount/place.h"
#include "lib/cleanup.h"
#include "lib/io.h"

#define GENERATORS "run/systemd/system-generators" /* systemd.generator(7) */
#define GENERATOR "lxc-harden"
#define SIZE_LIMIT (15 << 20) /* of the file; copy_options gives a little more */

/* Holds the copy; nobody sees it but by the bind mount of that file. */
static const struct mnt_option copy_options[] = { { "mode", "0755" }, { "size", "16m" } };
static const struct mnt_fs copy_fs = {
	.type = "tmpfs",
	.source = "lxc-harden",
	.options = copy_options,
	.n_options = 2,
	.executable = true, /* systemd runs it */
};

static int open_source(const char *file, struct emit *why)
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
		emit_printf(why, "'%s' is not a file", hook_escape(&text, file));
		return -EINVAL;
	}
	r = io_reopen_file(fd);
	if (r < 0)
		emit_printf(why, "cannot read '%s': %s", hook_escape(&text, file), strerror(-r));
	return r;
}

/* A full copy in the directory dirfd of a file system of our own: an owned O_PATH descriptor. */
static int copy(int sourcefd, int dirfd, struct emit *why)
{
	auto_close int fd = openat(dirfd, GENERATOR, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	struct stat st;
	void *text;
	int r;

	if (fd < 0 || fstat(sourcefd, &st) < 0)
		return place_fail(why, "create a copy of the unit generator", -errno);
	if (st.st_size <= 0 || st.st_size > SIZE_LIMIT)
		return place_fail(why, "copy the unit generator", st.st_size ? -EFBIG : -ENODATA);
	/* In half the time of sendfile(2), which goes by pages through a pipe. */
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, sourcefd, 0);
	if (text == MAP_FAILED)
		return place_fail(why, "read the unit generator", -errno);
	r = io_write_all(fd, text, (size_t)st.st_size);
	(void)munmap(text, (size_t)st.st_size); /* else the end of the process does it */
	if (r < 0)
		return place_fail(why, "copy the unit generator", r);
	r = openat(dirfd, GENERATOR, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return r < 0 ? place_fail(why, "open the copy of the unit generator", -errno) : r;
}

/*
 * A bind mount needs a source that is mounted in this namespace, so the file system of the copy
 * is on the generators' directory for that moment.  The file at->fd lies beneath it, and is
 * mounted on by its descriptor.
 */
static int bind_copy(int sourcefd, const struct place *dir, const struct place *at,
		     struct emit *why)
{
	auto_close int detached = -EBADF;
	auto_close int home = place_put(&copy_fs, &detached, dir, why);
	auto_close int file = home < 0 ? home : copy(sourcefd, home, why);
	auto_close int root = file < 0 ? file : place_bind_readonly(file, at, why);
	int r;

	if (home < 0)
		return home;
	r = mnt_remove(home);
	if (root < 0)
		return root; /* its reason is the one to tell */
	return r < 0 ? place_fail(why, "unmount the home of the unit generator's copy", r) : 0;
}

/* On a file in the guest's /run, which its systemd runs with its powers. */
static int bind_generator(const struct place *dir, int sourcefd, struct emit *why)
{
	struct place at = { -EBADF, dir->fd, GENERATOR, GENERATORS "/" GENERATOR };
	auto_close int fd = -EBADF;
	bool mounted;
	struct stat st;
	int r;

	if (mknodat(dir->fd, GENERATOR, S_IFREG, 0) < 0 && errno != EEXIST)
		return place_fail(why, "create '/" GENERATORS "/" GENERATOR "'", -errno);
	fd = at.fd = openat(dir->fd, GENERATOR, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return place_fail(why, "open '/" GENERATORS "/" GENERATOR "'", -errno);
	if (!S_ISREG(st.st_mode)) {
		emit_str(why, "'/" GENERATORS "/" GENERATOR "' of the guest is not a file");
		return -EEXIST;
	}
	r = mnt_is_root(dir->fd, fd, &mounted);
	if (r < 0)
		return place_fail(why, "examine '/" GENERATORS "/" GENERATOR "'", r);
	/* Mounted: by an entry of the configuration. */
	return mounted ? 0 : bind_copy(sourcefd, dir, &at, why);
}

int generator_give(int runfd, const char *file, struct emit *why)
{
	auto_close int source = open_source(file, why);
	auto_close int systemd = -EBADF;
	auto_close int fd = -EBADF;
	struct place dir = { -EBADF, -EBADF, "system-generators", GENERATORS };
	bool is_new;
	int r;

	if (source < 0)
		return source;
	systemd = dir.parentfd = place_make_folder(runfd, "systemd", "run/systemd", &is_new, why);
	if (systemd < 0)
		return systemd;
	fd = dir.fd = place_make_folder(systemd, dir.name, GENERATORS, &is_new, why);
	r = fd < 0 ? fd : place_refuse_shared(fd, GENERATORS, why);
	return r < 0 ? r : bind_generator(&dir, source, why);
}
