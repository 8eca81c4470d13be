/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/rootfs, by openat2(2) and by the walk of older kernels, which must answer alike. */
#include "config.h"

#include "lib/rootfs.h"

#include <limits.h>
#include <sys/syscall.h>

#include "lib/cleanup.h"
#include "tests/unit/deny.h"
#include "tests/unit/scratch.h"

/* A guest's root beside a host's secret: scratch/root, scratch/secret. */
static int new_root(void)
{
	int dirfd = scratch_new(), fd;
	char path[128];

	scratch_mkdir(dirfd, "secret");
	scratch_write(dirfd, "secret/key", "k", 1);
	scratch_mkdir(dirfd, "root/a/b");
	scratch_write(dirfd, "root/a/b/file", "x", 1);
	scratch_write(dirfd, "root/top", "t", 1);
	scratch_link(dirfd, "root/inside", "a");
	scratch_link(dirfd, "root/a/abs", "/");
	scratch_link(dirfd, "root/a/out", "../../secret");
	scratch_link(dirfd, "root/out", "../secret");
	scratch_link(dirfd, "root/dangling", "nowhere");
	scratch_link(dirfd, "root/loop", "loop");
	scratch_fifo(dirfd, "root/fifo");
	scratch_mkdir(dirfd, "root/odd \n\\name");
	(void)snprintf(path, sizeof(path), "%s/root", scratch_path);
	(void)close(dirfd);
	fd = rootfs_open(path);
	CHECK(fd >= 0);
	return fd;
}

static void check_opens(int rootfd)
{
	static const struct {
		const char *path;
		int flags;
		int r; /* 0: opens */
	} rows[] = {
		{ "a", O_PATH, 0 },
		{ "a", O_PATH | O_DIRECTORY, 0 },
		{ "a", O_RDONLY | O_DIRECTORY, 0 },
		{ "a/b", O_RDONLY | O_DIRECTORY, 0 },
		{ "a//b/.", O_PATH, 0 },
		{ "./a/./b/", O_PATH | O_DIRECTORY, 0 },
		{ ".", O_RDONLY | O_DIRECTORY, 0 },
		{ "a/b/file", O_PATH, 0 },
		{ "odd \n\\name", O_RDONLY | O_DIRECTORY, 0 },
		{ "fifo", O_PATH, 0 },
		{ "", O_PATH, -ENOENT },
		{ "none", O_PATH, -ENOENT },
		{ "a/none/x", O_PATH, -ENOENT },
		{ "top", O_PATH | O_DIRECTORY, -ENOTDIR },
		{ "fifo", O_RDONLY | O_DIRECTORY, -ENOTDIR },
		{ "top/x", O_PATH, -ENOTDIR },
		{ "top/", O_PATH, -ENOTDIR },
		{ "a/b/file/", O_PATH, -ENOTDIR },
		{ "inside", O_PATH | O_DIRECTORY, -ELOOP },
		{ "inside/b", O_PATH | O_DIRECTORY, -ELOOP },
		{ "inside/b/file", O_PATH, -ELOOP },
		{ "a/abs", O_RDONLY | O_DIRECTORY, -ELOOP },
		{ "a/abs/etc", O_PATH, -ELOOP },
		{ "a/out", O_PATH | O_DIRECTORY, -ELOOP },
		{ "a/out/key", O_PATH, -ELOOP },
		{ "out", O_PATH, -ELOOP },
		{ "out/", O_PATH, -ELOOP },
		{ "dangling", O_PATH, -ELOOP },
		{ "dangling/x", O_PATH, -ELOOP },
		{ "loop", O_PATH, -ELOOP },
		{ "/", O_PATH, -EXDEV },
		{ "/a", O_PATH, -EXDEV },
		{ "..", O_PATH, -EXDEV },
		{ "../secret", O_PATH, -EXDEV },
		{ "a/../../secret", O_PATH, -EXDEV },
		{ "a/b/../../..", O_PATH, -EXDEV },
	};
	int fds = scratch_open_fds();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = rootfs_open_at(rootfd, rows[i].path, rows[i].flags);

		if (!CHECK_INT(fd < 0 ? fd : 0, rows[i].r))
			printf("# of '%s'\n", rows[i].path);
		if (fd < 0)
			continue;
		CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
		CHECK_INT(fcntl(fd, F_GETFL) & (O_PATH | O_ACCMODE),
			  rows[i].flags & (O_PATH | O_ACCMODE));
		(void)close(fd);
	}
	CHECK_INT(scratch_open_fds(), fds);
}

/* What is opened is what was named. */
static void check_identity(int rootfd)
{
	auto_close int fd = rootfs_open_at(rootfd, "a/b/file", O_PATH);
	auto_close int rootdir = rootfs_open_at(rootfd, ".", O_PATH | O_DIRECTORY);
	struct stat a, b;

	CHECK_INT(fstat(fd, &a), 0);
	CHECK_INT(fstatat(rootfd, "a/b/file", &b, 0), 0);
	CHECK_INT(a.st_ino, b.st_ino);
	CHECK_INT(fstat(rootdir, &a), 0);
	CHECK_INT(fstat(rootfd, &b), 0);
	CHECK_INT(a.st_ino, b.st_ino);
}

static void check_long(int rootfd)
{
	char name[300];

	memset(name, 'n', sizeof(name));
	name[256] = '\0';
	CHECK_INT(rootfs_open_at(rootfd, name, O_PATH), -ENAMETOOLONG);
	name[255] = '\0';
	CHECK_INT(rootfs_open_at(rootfd, name, O_PATH), -ENOENT);
}

static void test_open_at(void)
{
	int rootfd = new_root();

	check_opens(rootfd);
	check_identity(rootfd);
	check_long(rootfd);
}

static bool deny_openat2(void)
{
	int r = deny_syscall(SYS_openat2);

	if (r < 0) {
		tap_skip("no seccomp filters: %s", strerror(-r));
		return false;
	}
	CHECK_INT(syscall(SYS_openat2, AT_FDCWD, "/", NULL, 0), -1);
	return CHECK_INT(errno, ENOSYS);
}

static void test_walk(void)
{
	int rootfd = new_root();

	if (!deny_openat2())
		return;
	check_opens(rootfd);
	check_identity(rootfd);
	check_long(rootfd);
}

static void check_links(int rootfd)
{
	static const struct {
		const char *path;
		int r;
		const char *text;
	} rows[] = {
		{ "inside", 0, "a" },		{ "a/abs", 0, "/" },
		{ "a/out", 0, "../../secret" }, { "dangling", 0, "nowhere" },
		{ "top", -EINVAL, NULL },	{ "a", -EINVAL, NULL },
		{ "a/b/file", -EINVAL, NULL },	{ "none", -ENOENT, NULL },
		{ "none/x", -ENOENT, NULL },	{ "inside/abs", -ELOOP, NULL },
		{ "out/key", -ELOOP, NULL },	{ "top/x", -ENOTDIR, NULL },
		{ "../secret", -EXDEV, NULL },	{ "/a/abs", -EXDEV, NULL },
		{ "/inside", -EXDEV, NULL },
	};
	char buf[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(buf, 'z', sizeof(buf));
		if (!CHECK_INT(rootfs_read_link_at(rootfd, rows[i].path, buf, sizeof(buf)),
			       rows[i].r))
			printf("# of '%s'\n", rows[i].path);
		if (rows[i].text)
			CHECK_STR(buf, rows[i].text);
	}
	/* "nowhere" has seven bytes. */
	CHECK_INT(rootfs_read_link_at(rootfd, "dangling", buf, 7), -ENAMETOOLONG);
	CHECK_INT(rootfs_read_link_at(rootfd, "dangling", buf, 8), 0);
	CHECK_STR(buf, "nowhere");
}

static void test_links(void)
{
	int rootfd = new_root();

	check_links(rootfd);
	if (deny_openat2())
		check_links(rootfd);
}

static void test_root(void)
{
	char path[128];
	int fd, dirfd = scratch_new();

	CHECK_INT(rootfs_open("/"), -EXDEV);
	CHECK_INT(rootfs_open("//"), -EXDEV);
	CHECK_INT(rootfs_open("/proc/self/root"), -EXDEV);
	CHECK_INT(rootfs_open("/usr/.."), -EXDEV);
	CHECK_INT(rootfs_open(""), -EINVAL);
	CHECK_INT(rootfs_open("tmp"), -EINVAL);
	CHECK_INT(rootfs_open("./"), -EINVAL);
	scratch_write(dirfd, "file", "x", 1);
	(void)snprintf(path, sizeof(path), "%s/file", scratch_path);
	CHECK_INT(rootfs_open(path), -ENOTDIR);
	(void)snprintf(path, sizeof(path), "%s/none", scratch_path);
	CHECK_INT(rootfs_open(path), -ENOENT);
	fd = rootfs_open(scratch_path);
	CHECK(fd >= 0);
	CHECK_INT(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

/* The host's root, mounted somewhere else, is still the host's root. */
static void test_bound_root(void)
{
	if (!scratch_unshare(0))
		return;
	(void)close(scratch_new());
	if (!CHECK_INT(mount("/", scratch_path, NULL, MS_BIND, NULL), 0))
		return;
	CHECK_INT(rootfs_open(scratch_path), -EXDEV);
	(void)umount2(scratch_path, MNT_DETACH);
}

/* Mounts are crossed, and the guest's /proc has links that lead anywhere. */
static void check_proc(int rootfd)
{
	CHECK(rootfs_open_at(rootfd, "proc/sys", O_PATH) >= 0);
	CHECK_INT(rootfs_open_at(rootfd, "proc/self", O_PATH), -ELOOP);
	CHECK_INT(rootfs_open_at(rootfd, "proc/1/root", O_PATH), -ELOOP);
	CHECK_INT(rootfs_open_at(rootfd, "proc/1/root/etc", O_PATH), -ELOOP);
	CHECK_INT(rootfs_open_at(rootfd, "proc/1/cwd", O_PATH | O_DIRECTORY), -ELOOP);
}

static void test_mounts(void)
{
	char path[128];
	int rootfd;

	if (!scratch_unshare(0))
		return;
	rootfd = new_root();
	CHECK_INT(mkdirat(rootfd, "proc", 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/root/proc", scratch_path);
	if (!scratch_mount("proc", path, NULL))
		return;
	check_proc(rootfd);
	if (deny_openat2())
		check_proc(rootfd);
	(void)umount2(path, MNT_DETACH);
}

/* A folder and a link out, swapped for ever: the answer is never the secret. */
static void check_race(int rootfd)
{
	struct stat secret, st;
	char path[128];
	int opened = 0, refused = 0;
	pid_t pid;

	(void)snprintf(path, sizeof(path), "%s/secret", scratch_path);
	CHECK_INT(stat(path, &secret), 0);
	CHECK_INT(mkdirat(rootfd, "race", 0755), 0);
	CHECK_INT(mkdirat(rootfd, "race/x", 0755), 0);
	CHECK_INT(symlinkat("../secret/..", rootfd, "evil"), 0);
	pid = fork();
	if (pid == 0) {
		for (;;)
			(void)syscall(SYS_renameat2, rootfd, "race", rootfd, "evil",
				      1 << 1 /* RENAME_EXCHANGE */);
	}
	(void)alarm(30);
	for (int i = 0; i < 1000000 && (i < 20000 || opened < 10 || refused < 10); i++) {
		int fd = rootfs_open_at(rootfd, i % 2 ? "race/x" : "race/secret", O_PATH);

		if (fd < 0) {
			refused++;
			if (fd != -ELOOP && fd != -ENOENT && fd != -EAGAIN && fd != -EXDEV)
				CHECK_INT(fd, -ELOOP);
			continue;
		}
		opened++;
		CHECK_INT(fstat(fd, &st), 0);
		if (!CHECK(st.st_ino != secret.st_ino))
			i = INT_MAX - 1;
		(void)close(fd);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	CHECK(opened > 0);
	CHECK(refused > 0);
}

static void test_race(void)
{
	check_race(new_root());
}

static void test_race_walk(void)
{
	int rootfd = new_root();

	if (deny_openat2())
		check_race(rootfd);
}

TAP_MAIN({ "opening beneath a root", test_open_at }, { "the same before openat2", test_walk },
	 { "reading links", test_links }, { "a root", test_root },
	 { "the host's root bound elsewhere", test_bound_root },
	 { "mounts and magic links", test_mounts }, { "swapped links", test_race },
	 { "swapped links before openat2", test_race_walk })
