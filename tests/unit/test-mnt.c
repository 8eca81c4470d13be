/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/mnt, with real mounts in a mount namespace of the case's own. */
#include "config.h"

#include "lib/mnt.h"

#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/mountinfo.h"
#include "tests/unit/deny.h"
#include "tests/unit/scratch.h"

#define NR_MOUNT_SETATTR 442
#define NR_FSOPEN 430
#define NR_OPEN_TREE 428
#define NR_STATMOUNT 457
#define STRICT (ST_NOSUID | ST_NODEV | ST_NOEXEC)
#define FLAGS (STRICT | ST_RDONLY)

static const struct mnt_option size_mode[] = { { "size", "64k" }, { "mode", "0711" } };
static const struct mnt_fs tmpfs = {
	.type = "tmpfs", .source = "our source", .options = size_mode, .n_options = 2
};

/* scratch_path/{a,b} in private mounts; an O_PATH descriptor of "a". */
static int new_target(void)
{
	int dirfd, fd;

	if (!scratch_unshare(0))
		return -1;
	dirfd = scratch_new();
	scratch_mkdir(dirfd, "a/in");
	scratch_mkdir(dirfd, "b");
	fd = openat(dirfd, "a", O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)close(dirfd);
	return fd;
}

static const char *target_path(const char *name)
{
	static char path[100];

	(void)snprintf(path, sizeof(path), "%s/%s", scratch_path, name);
	return path;
}

/* How many mounts there are on scratch_path/name; the last in *ret. */
static int find_mounts(const char *name, struct mountinfo *ret)
{
	static char *text;
	auto_close int dirfd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct mountinfo m;
	struct span rest;
	int n = 0;

	free(text);
	text = NULL;
	if (!CHECK_INT(io_read_file_at(dirfd, "mountinfo", 1 << 20, &text, &rest.n), 0))
		return -1;
	rest.p = text;
	while (mountinfo_next(&rest, &m) > 0) {
		if (span_is(m.target, target_path(name))) {
			*ret = m;
			n++;
		}
	}
	return n;
}

static unsigned long flags_of(const char *name)
{
	struct statvfs st;

	CHECK_INT(statvfs(target_path(name), &st), 0);
	return st.f_flag & FLAGS;
}

static void check_tmpfs(unsigned long flags)
{
	struct mountinfo m;
	struct stat st;

	if (!CHECK_INT(find_mounts("a", &m), 1))
		return;
	CHECK_SPAN(m.fstype, "tmpfs");
	CHECK_SPAN(m.source, "our\\040source");
	CHECK(mountinfo_has_option(m.super_options, "size=64k"));
	CHECK_INT(flags_of("a"), flags);
	CHECK_INT(stat(target_path("a"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0711);
}

static void test_new(void)
{
	int targetfd = new_target(), fd;
	struct mountinfo m;

	if (targetfd < 0)
		return;
	fd = mnt_new(&tmpfs);
	if (fd == -ENOSYS) {
		tap_skip("no fsopen here");
		return;
	}
	if (!CHECK(fd >= 0))
		return;
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	/* It can be used before anybody sees it. */
	CHECK_INT(find_mounts("a", &m), 0);
	scratch_write(fd, "file", "x", 1);
	CHECK_INT(mnt_attach(fd, targetfd), 0);
	check_tmpfs(STRICT);
	CHECK_INT(access(target_path("a/file"), F_OK), 0);
	CHECK_INT(mnt_remove(fd), 0);
	CHECK_INT(find_mounts("a", &m), 0);
}

static void test_executable(void)
{
	struct mnt_fs fs = tmpfs;
	int targetfd = new_target();

	if (targetfd < 0)
		return;
	fs.executable = true;
	CHECK_INT(mnt_attach(mnt_new(&fs), targetfd), 0);
	check_tmpfs(ST_NOSUID | ST_NODEV);
	CHECK_INT(umount2(target_path("a"), MNT_DETACH), 0);
	CHECK_INT(mnt_new_on(&fs, targetfd), 0);
	check_tmpfs(ST_NOSUID | ST_NODEV);
}

static void test_new_fails(void)
{
	const struct mnt_option bad[] = { { "no_such_option", "1" } };
	struct mnt_fs fs = { .type = "no_such_fs", .source = "s" };
	int targetfd = new_target(), fds = scratch_open_fds();
	struct mountinfo m;

	if (targetfd < 0)
		return;
	CHECK_INT(mnt_new(&fs), -ENODEV);
	CHECK_INT(mnt_new_on(&fs, targetfd), -ENODEV);
	fs = (struct mnt_fs){ .type = "tmpfs", .source = "s", .options = bad, .n_options = 1 };
	CHECK_INT(mnt_new(&fs), -EINVAL);
	CHECK_INT(mnt_new_on(&fs, targetfd), -EINVAL);
	CHECK_INT(mnt_attach(-EBADF, targetfd), -EBADF);
	CHECK_INT(mnt_new_on(&tmpfs, -EBADF), -ENOENT);
	CHECK(mnt_remove(targetfd) < 0); /* no mount's root */
	CHECK_INT(find_mounts("a", &m), 0);
	CHECK_INT(scratch_open_fds(), fds);
}

/* Not a cut-off option string. */
static void test_long_options(void)
{
	char value[300];
	const struct mnt_option option = { "mpol", value };
	struct mnt_fs fs = { .type = "tmpfs", .source = "s", .options = &option, .n_options = 1 };
	int targetfd = new_target();

	if (targetfd < 0)
		return;
	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	CHECK_INT(mnt_new_on(&fs, targetfd), -E2BIG);
}

static void test_old_kernel(void)
{
	int targetfd = new_target(), r;
	struct mountinfo m;

	if (targetfd < 0)
		return;
	r = deny_syscall(NR_FSOPEN);
	if (r < 0) {
		tap_skip("no seccomp filters: %s", strerror(-r));
		return;
	}
	CHECK_INT(mnt_new(&tmpfs), -ENOSYS);
	CHECK_INT(mnt_new_on(&tmpfs, targetfd), 0);
	check_tmpfs(STRICT);
	CHECK_INT(umount2(target_path("a"), MNT_DETACH), 0);
	CHECK_INT(find_mounts("a", &m), 0);
}

static int mount_and_open(int targetfd)
{
	CHECK_INT(mnt_new_on(&tmpfs, targetfd), 0);
	return open(target_path("a"), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void test_readonly(void)
{
	int targetfd = new_target(), fd;

	if (targetfd < 0)
		return;
	fd = mount_and_open(targetfd);
	CHECK_INT(mnt_set_readonly(fd), 0);
	check_tmpfs(FLAGS);
	CHECK(mnt_set_readonly(-EBADF) < 0);
}

static void test_readonly_old(void)
{
	int targetfd = new_target(), fd, r;

	if (targetfd < 0)
		return;
	fd = mount_and_open(targetfd);
	r = deny_syscall(NR_MOUNT_SETATTR);
	if (r < 0) {
		tap_skip("no seccomp filters: %s", strerror(-r));
		return;
	}
	CHECK_INT(mnt_set_readonly(fd), 0);
	check_tmpfs(FLAGS);
}

/* In a mount namespace in which "b" has a file: a file bound on a file, and what it is then. */
static void check_clone(bool old)
{
	auto_close int filefd = -EBADF, spotfd = -EBADF, fd = -EBADF;
	int dirfd = open(target_path("b"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	scratch_write(dirfd, "file", "x", 1);
	scratch_write(dirfd, "spot", "", 0);
	filefd = openat(dirfd, "file", O_PATH | O_CLOEXEC);
	spotfd = openat(dirfd, "spot", O_PATH | O_CLOEXEC);
	(void)close(dirfd);
	if (old) {
		CHECK_INT(mnt_clone(filefd), -ENOSYS);
		CHECK_INT(mnt_clone_on(filefd, spotfd), 0);
		fd = open(target_path("b/spot"), O_PATH | O_CLOEXEC);
	} else {
		fd = mnt_clone(filefd);
		CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
		CHECK_INT(mnt_attach(fd, spotfd), 0);
	}
	CHECK_INT(mnt_set_readonly(fd), 0);
	CHECK_INT(flags_of("b/spot"), ST_RDONLY | ST_NOSUID | ST_NODEV);
	CHECK_INT(flags_of("b") & ST_RDONLY, 0);
	CHECK(access(target_path("b/spot"), W_OK) < 0);
	CHECK_INT(mnt_clone_on(filefd, -EBADF), -ENOENT);
	CHECK_INT(mnt_clone_on(-EBADF, spotfd), -ENOENT);
}

static void test_clone(void)
{
	int targetfd = new_target(), fd;

	if (targetfd < 0)
		return;
	fd = mnt_clone(targetfd);
	if (fd == -ENOSYS) {
		tap_skip("no open_tree here");
		return;
	}
	CHECK(fd >= 0);
	CHECK_INT(mnt_clone(-EBADF), -EBADF);
	check_clone(false);
}

static void test_clone_old(void)
{
	int targetfd = new_target(), r;

	if (targetfd < 0)
		return;
	r = deny_syscall(NR_OPEN_TREE);
	if (r == 0)
		r = deny_syscall(NR_MOUNT_SETATTR);
	if (r < 0)
		tap_skip("no seccomp filters: %s", strerror(-r));
	else
		check_clone(true);
}

/* What is mounted beneath a folder, and the folder bound with it. */
static void check_within(bool old)
{
	auto_close int b = open(target_path("b"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int a = open(target_path("a"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *list = NULL;

	CHECK_INT(mkdir(target_path("b/in side"), 0755), 0);
	CHECK_INT(mkdir(target_path("bb"), 0755), 0);
	CHECK_INT(mount("t", target_path("bb"), "tmpfs", 0, NULL), 0);
	CHECK_INT(mnt_list_within(b, &list), 0);
	CHECK_STR(list, "");
	free(list);
	CHECK_INT(mount("t", target_path("b/in side"), "tmpfs", 0, NULL), 0);
	CHECK_INT(mkdir(target_path("b/in side/deep"), 0755), 0);
	CHECK_INT(mount("t", target_path("b/in side/deep"), "tmpfs", 0, NULL), 0);
	CHECK_INT(mnt_list_within(b, &list), 0);
	CHECK_STR(list, "in side");
	CHECK_STR(list + strlen(list) + 1, "in side/deep");
	CHECK_INT(list[sizeof("in side") + sizeof("in side/deep")], 0);
	free(list);
	CHECK(mnt_list_within(-EBADF, &list) < 0);
	if (old)
		CHECK_INT(mnt_clone_on(b, a), 0);
	else
		CHECK_INT(mnt_attach(mnt_clone(b), a), 0);
	CHECK_INT(access(target_path("a/in side/deep"), F_OK), 0);
}

static void test_within(void)
{
	if (new_target() >= 0)
		check_within(true);
}

static void test_within_new(void)
{
	int targetfd = new_target();

	if (targetfd < 0)
		return;
	if (mnt_clone(targetfd) == -ENOSYS)
		tap_skip("no open_tree here");
	else
		check_within(false);
}

/* A mount of its own is made read-only, not the file system that others use too. */
static void test_readonly_here_only(void)
{
	int targetfd = new_target(), fd;

	if (targetfd < 0)
		return;
	CHECK_INT(mnt_new_on(&tmpfs, targetfd), 0);
	CHECK_INT(mount(target_path("a"), "/proc/self/fd/0", NULL, 0, NULL), -1);
	{
		char from[100];

		(void)snprintf(from, sizeof(from), "%s", target_path("a"));
		CHECK_INT(mount(from, target_path("b"), NULL, MS_BIND, NULL), 0);
	}
	fd = open(target_path("b"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(mnt_set_readonly(fd), 0);
	CHECK_INT(flags_of("b") & ST_RDONLY, ST_RDONLY);
	CHECK_INT(flags_of("a") & ST_RDONLY, 0);
}

static void test_remove(void)
{
	int targetfd = new_target(), parentfd, fd;
	char name[300];
	struct mountinfo m;

	if (targetfd < 0)
		return;
	/* Two deep, and one below: the root's own is removed, with what is below. */
	fd = mount_and_open(targetfd);
	CHECK_INT(mkdir(target_path("a/in"), 0755), 0);
	CHECK_INT(mount("t", target_path("a/in"), "tmpfs", 0, NULL), 0);
	CHECK_INT(mnt_remove(fd), 0);
	CHECK_INT(find_mounts("a", &m), 0);
	CHECK_INT(find_mounts("a/in", &m), 0);

	parentfd = open(scratch_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(mnt_remove_at(parentfd, "a"), -EINVAL); /* nothing mounted */
	(void)mount_and_open(targetfd);
	CHECK_INT(find_mounts("a", &m), 1);
	CHECK_INT(mnt_remove_at(parentfd, "a/"), -EINVAL);
	CHECK_INT(mnt_remove_at(parentfd, "../a"), -EINVAL);
	CHECK_INT(mnt_remove_at(parentfd, "none"), -ENOENT);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	CHECK_INT(mnt_remove_at(parentfd, name), -EINVAL);
	CHECK_INT(symlink("a", target_path("link")), 0);
	CHECK_INT(mnt_remove_at(parentfd, "link"), -EINVAL);
	CHECK_INT(find_mounts("a", &m), 1);
	CHECK_INT(mnt_remove_at(parentfd, "a"), 0);
	CHECK_INT(find_mounts("a", &m), 0);
}

static void check_shared(int targetfd)
{
	bool shared = true;
	int fd;

	fd = mount_and_open(targetfd);
	CHECK_INT(mnt_is_shared(fd, &shared), 0);
	CHECK(!shared);
	CHECK_INT(mount(NULL, target_path("a"), NULL, MS_SHARED, NULL), 0);
	CHECK_INT(mnt_is_shared(fd, &shared), 0);
	CHECK(shared);
	/* The folder below it is in the private mount that was there before. */
	CHECK_INT(mnt_is_shared(targetfd, &shared), 0);
	CHECK(!shared);
	CHECK_INT(mount(NULL, target_path("a"), NULL, MS_SLAVE, NULL), 0);
	shared = true;
	CHECK_INT(mnt_is_shared(fd, &shared), 0);
	CHECK(!shared);
	CHECK(mnt_is_shared(-EBADF, &shared) < 0);
}

static void test_shared(void)
{
	int targetfd = new_target();

	if (targetfd >= 0)
		check_shared(targetfd);
}

static void test_shared_old(void)
{
	static const unsigned int newer[] = { SYS_statx, NR_STATMOUNT };
	int targetfd = new_target(), r;

	if (targetfd < 0)
		return;
	r = deny_syscalls(newer, 2);
	if (r < 0)
		tap_skip("no seccomp filters: %s", strerror(-r));
	else
		check_shared(targetfd);
}

static void test_same(void)
{
	int targetfd = new_target(), fd, infd, parentfd;
	bool same;

	if (targetfd < 0)
		return;
	parentfd = open(scratch_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(mnt_is_same(parentfd, targetfd, &same), 0);
	CHECK(same);
	fd = mount_and_open(targetfd);
	CHECK_INT(mnt_is_same(parentfd, fd, &same), 0);
	CHECK(!same);
	CHECK_INT(mkdir(target_path("a/in"), 0755), 0);
	infd = open(target_path("a/in"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(mnt_is_same(fd, infd, &same), 0);
	CHECK(same);
	CHECK(mnt_is_same(fd, -EBADF, &same) < 0);
	CHECK(mnt_is_same(-EBADF, fd, &same) < 0);
	/* Bound to itself: the same folder, another mount. */
	CHECK_INT(mount(target_path("b"), target_path("b"), NULL, MS_BIND, NULL), 0);
	fd = open(target_path("b"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(mnt_is_same(parentfd, fd, &same), 0);
	CHECK(!same);
}

static void check_root(int targetfd)
{
	auto_close int parentfd = open(scratch_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int fd = -EBADF;
	bool root;

	CHECK_INT(mnt_is_root(parentfd, targetfd, &root), 0);
	CHECK(!root);
	fd = mount_and_open(targetfd);
	CHECK_INT(mnt_is_root(parentfd, fd, &root), 0);
	CHECK(root);
	CHECK_INT(mnt_is_root(parentfd, targetfd, &root), 0); /* covered, and no root */
	CHECK(!root);
	CHECK(mnt_is_root(parentfd, -EBADF, &root) < 0);
}

static void test_root(void)
{
	int targetfd = new_target();

	if (targetfd >= 0)
		check_root(targetfd);
}

static void test_root_old(void)
{
	int targetfd = new_target(), r;

	if (targetfd < 0)
		return;
	r = deny_syscall(SYS_statx);
	if (r < 0)
		tap_skip("no seccomp filters: %s", strerror(-r));
	else
		check_root(targetfd);
}

/* What this is all for: a cgroup2 of the namespace's own, looked at, then attached. */
static void test_cgroup2(void)
{
	const struct mnt_fs fs = { .type = "cgroup2", .source = "cgroup2" };
	int targetfd = new_target(), fd;
	struct mountinfo m;
	struct statfs st;

	if (targetfd < 0)
		return;
	if (unshare(CLONE_NEWCGROUP) < 0) {
		tap_skip("no cgroup namespace: %s", strerror(errno));
		return;
	}
	fd = mnt_new(&fs);
	if (fd < 0) {
		tap_skip("no cgroup2 here: %s", strerror(-fd));
		return;
	}
	CHECK_INT(fstatfs(fd, &st), 0);
	CHECK_INT(st.f_type, 0x63677270);
	CHECK_INT(faccessat(fd, "cgroup.procs", F_OK, 0), 0);
	CHECK_INT(mnt_attach(fd, targetfd), 0);
	CHECK_INT(find_mounts("a", &m), 1);
	CHECK_SPAN(m.root, "/");
	CHECK_SPAN(m.fstype, "cgroup2");
	CHECK_INT(flags_of("a"), STRICT);
}

TAP_MAIN({ "a new file system, attached and removed", test_new },
	 { "an executable one", test_executable }, { "what cannot be mounted", test_new_fails },
	 { "too many options", test_long_options }, { "before fsopen", test_old_kernel },
	 { "read-only", test_readonly }, { "read-only before mount_setattr", test_readonly_old },
	 { "read-only, this mount only", test_readonly_here_only },
	 { "a file bound, read-only", test_clone }, { "the same before open_tree", test_clone_old },
	 { "what is mounted within, and comes with a bind", test_within_new },
	 { "the same by mount(2)", test_within }, { "removing", test_remove },
	 { "shared mounts", test_shared },
	 { "shared mounts before statx and statmount", test_shared_old },
	 { "the same mount", test_same }, { "the root of a mount", test_root },
	 { "the root of a mount before statx", test_root_old }, { "a real cgroup2", test_cgroup2 })
