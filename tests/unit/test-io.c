/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/io, on real files and on what a guest may put in their place. */
#include "config.h"

#include "lib/io.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "lib/cleanup.h"
#include "tests/unit/deny.h"
#include "tests/unit/scratch.h"

static void test_read(void)
{
	static char big[20000];
	static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 8192, 20000 };
	int dirfd = scratch_new();

	memset(big, 'x', sizeof(big));
	big[3] = '\0';
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		auto_free char *text = NULL;
		size_t n = 4711;

		scratch_write(dirfd, "f", big, sizes[i]);
		if (!CHECK_INT(io_read_file_at(dirfd, "f", sizeof(big), &text, &n), 0))
			continue;
		CHECK_INT(n, sizes[i]);
		CHECK(memcmp(text, big, n) == 0);
		CHECK_INT(text[n], '\0');
	}
}

static void test_limit(void)
{
	int dirfd = scratch_new();
	char *text = (char *)1;
	size_t n = 4711;

	scratch_write(dirfd, "f", "12345", 5);
	CHECK_INT(io_read_file_at(dirfd, "f", 4, &text, &n), -EFBIG);
	CHECK_INT(io_read_file_at(dirfd, "f", 0, &text, &n), -EFBIG);
	CHECK(text == (char *)1);
	CHECK_INT(n, 4711);
	CHECK_INT(io_read_file_at(dirfd, "f", 5, &text, &n), 0);
	CHECK_STR(text, "12345");
	free(text);
	scratch_write(dirfd, "f", "", 0);
	CHECK_INT(io_read_file_at(dirfd, "f", 0, &text, &n), 0);
	CHECK_STR(text, "");
	free(text);
}

static void test_huge(void)
{
	int dirfd = scratch_new(), fd;
	char *text = NULL;
	double start;
	size_t n;

	fd = openat(dirfd, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (!CHECK_INT(ftruncate(fd, 1 << 30), 0))
		return;
	start = tap_now();
	CHECK_INT(io_read_file_at(dirfd, "f", 1 << 16, &text, &n), -EFBIG);
	CHECK(tap_now() - start < 0.5);
	(void)close(fd);
}

static void test_proc(void)
{
	int dirfd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_free char *text = NULL;
	size_t n;

	CHECK_INT(io_read_file_at(dirfd, "status", 1 << 16, &text, &n), 0);
	CHECK(n > 100 && text && strncmp(text, "Name:\t", 6) == 0);
}

/* Those whose mere opening would wait or act; a refusal must come before it. */
static void test_refused(void)
{
	static const struct {
		const char *name;
		int r;
	} rows[] = {
		{ "folder", -EINVAL },	{ "fifo", -EINVAL },	 { "socket", -EINVAL },
		{ "link", -EINVAL },	{ "dangling", -EINVAL }, { "fifo-link", -EINVAL },
		{ "missing", -ENOENT }, { "", -ENOENT },	 { "file/", -ENOTDIR },
	};
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int dirfd = scratch_new(), sock, fds;

	scratch_mkdir(dirfd, "folder");
	scratch_fifo(dirfd, "fifo");
	scratch_write(dirfd, "file", "x", 1);
	scratch_link(dirfd, "link", "file");
	scratch_link(dirfd, "dangling", "nowhere");
	scratch_link(dirfd, "fifo-link", "fifo");
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", scratch_path);
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK_INT(bind(sock, (struct sockaddr *)&address, sizeof(address)), 0);
	fds = scratch_open_fds();
	(void)alarm(5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = (char *)1;
		size_t n;

		if (!CHECK_INT(io_read_file_at(dirfd, rows[i].name, 100, &text, &n), rows[i].r) ||
		    !CHECK_INT(io_open_file_at(dirfd, rows[i].name), rows[i].r) ||
		    !CHECK(text == (char *)1))
			printf("# of '%s'\n", rows[i].name);
	}
	CHECK_INT(scratch_open_fds(), fds);
	CHECK_INT(io_reopen_file(-EBADF), -EBADF);
}

/*
 * A device: opening /dev/ptmx makes a terminal, which can be seen from outside; a watchdog
 * would start.
 */
static void test_device(void)
{
	int devfd = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC), dirfd = scratch_new();
	int pts = open("/dev/pts", O_RDONLY | O_DIRECTORY | O_CLOEXEC), before;

	CHECK_INT(io_open_file_at(devfd, "null"), -EINVAL);
	if (geteuid() == 0 && mknodat(dirfd, "dev", S_IFCHR | 0600, makedev(5, 2)) == 0)
		CHECK_INT(io_open_file_at(dirfd, "dev"), -EINVAL);
	/* A chroot that packages are built in may lack both. */
	if (pts < 0 || faccessat(devfd, "ptmx", F_OK, 0) < 0)
		return;
	before = scratch_count(pts);
	CHECK_INT(io_open_file_at(devfd, "ptmx"), -EINVAL);
	CHECK_INT(scratch_count(pts), before);
}

static void test_open_flags(void)
{
	int dirfd = scratch_new(), fd;
	char c = 0;

	scratch_write(dirfd, "f", "x", 1);
	fd = io_open_file_at(dirfd, "f");
	if (!CHECK(fd >= 0))
		return;
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_INT(fcntl(fd, F_GETFL) & (O_ACCMODE | O_PATH), O_RDONLY);
	CHECK_INT(read(fd, &c, 1), 1);
	CHECK_INT(c, 'x');
}

/* A lease makes open(2) wait until its holder lets go, for 45 seconds. */
static void test_lease(void)
{
	int dirfd = scratch_new(), fd, ready[2];
	double start;
	pid_t pid;
	char c;

	scratch_write(dirfd, "f", "x", 1);
	if (pipe(ready) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		fd = openat(dirfd, "f", O_RDWR | O_CLOEXEC);
		(void)signal(SIGIO, SIG_IGN);
		c = fcntl(fd, F_SETLEASE, F_WRLCK) == 0 ? 'y' : 'n';
		(void)!write(ready[1], &c, 1);
		(void)pause();
		_exit(0);
	}
	if (read(ready[0], &c, 1) != 1 || c != 'y') {
		tap_skip("no lease on this file system");
	} else {
		start = tap_now();
		fd = io_open_file_at(dirfd, "f");
		CHECK(fd >= 0 || fd == -EAGAIN);
		CHECK(tap_now() - start < 1);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* A guest that swaps the file for a FIFO while it is opened. */
static void test_swapped(void)
{
	int dirfd = scratch_new(), good = 0, refused = 0;
	pid_t pid;

	scratch_write(dirfd, "file", "x", 1);
	scratch_fifo(dirfd, "fifo");
	pid = fork();
	if (pid == 0) {
		for (;;) {
			(void)!linkat(dirfd, "file", dirfd, "new", 0);
			(void)renameat(dirfd, "new", dirfd, "f");
			(void)!linkat(dirfd, "fifo", dirfd, "new", 0);
			(void)renameat(dirfd, "new", dirfd, "f");
		}
	}
	(void)alarm(20);
	for (int i = 0; i < 200000 && (i < 2000 || good < 10 || refused < 10); i++) {
		int fd = io_open_file_at(dirfd, "f");

		if (fd >= 0)
			good++;
		else if (fd == -EINVAL)
			refused++;
		else
			CHECK_INT(fd, -ENOENT); /* not made yet */
		if (fd >= 0)
			(void)close(fd);
	}
	CHECK(good > 0 && refused > 0);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static bool file_is(int dirfd, const char *name, const char *want)
{
	auto_free char *text = NULL;
	size_t n;

	return CHECK_INT(io_read_file_at(dirfd, name, 1 << 20, &text, &n), 0) &&
	       CHECK_STR(text, want);
}

static void test_write(void)
{
	int dirfd = scratch_new();
	struct stat st, old;

	(void)umask(077);
	CHECK_INT(io_write_file_at(dirfd, "f", "hello", 5, 0644), 0);
	file_is(dirfd, "f", "hello");
	CHECK_INT(fstatat(dirfd, "f", &old, AT_SYMLINK_NOFOLLOW), 0);
	CHECK_INT(old.st_mode, S_IFREG | 0644);
	CHECK_INT(io_write_file_at(dirfd, "f", "", 0, 0600), 0);
	file_is(dirfd, "f", "");
	CHECK_INT(fstatat(dirfd, "f", &st, AT_SYMLINK_NOFOLLOW), 0);
	CHECK_INT(st.st_mode, S_IFREG | 0600);
	CHECK(st.st_ino != old.st_ino);
	CHECK_INT(io_write_passing_at(dirfd, "f", "passing", 7, 0644), 0);
	file_is(dirfd, "f", "passing");
	CHECK_INT(fstatat(dirfd, "f", &old, AT_SYMLINK_NOFOLLOW), 0);
	CHECK_INT(old.st_mode, S_IFREG | 0644);
	CHECK(st.st_ino != old.st_ino);
	CHECK_INT(scratch_count(dirfd), 1);
}

/* rootfs_open() and proc_open() give O_PATH descriptors, which fsync(2) does not take. */
static void test_write_path_fd(void)
{
	int dirfd = scratch_new(), pathfd = openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	CHECK_INT(io_write_file_at(pathfd, "f", "x", 1, 0644), 0);
	file_is(dirfd, "f", "x");
}

/* A symlink is replaced, not followed; neither is one in the place of the temporary file. */
static void test_write_links(void)
{
	int dirfd = scratch_new();
	char temporary[64];
	struct stat st;

	scratch_write(dirfd, "victim", "safe", 4);
	scratch_link(dirfd, "f", "victim");
	(void)snprintf(temporary, sizeof(temporary), ".f.%d", (int)getpid());
	scratch_link(dirfd, temporary, "victim");
	CHECK_INT(io_write_file_at(dirfd, "f", "new", 3, 0644), 0);
	file_is(dirfd, "victim", "safe");
	file_is(dirfd, "f", "new");
	CHECK_INT(fstatat(dirfd, "f", &st, AT_SYMLINK_NOFOLLOW), 0);
	CHECK(S_ISREG(st.st_mode));
	CHECK_INT(scratch_count(dirfd), 2);
}

static void test_write_fails(void)
{
	char name[300];
	int dirfd = scratch_new();

	scratch_mkdir(dirfd, "folder");
	CHECK_INT(io_write_file_at(dirfd, "folder", "x", 1, 0644), -EISDIR);
	CHECK_INT(scratch_count(dirfd), 1);
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	CHECK_INT(io_write_file_at(dirfd, name, "x", 1, 0644), -ENAMETOOLONG);
	CHECK_INT(io_write_file_at(dirfd, "none/f", "x", 1, 0644), -ENOENT);
	CHECK_INT(io_write_file_at(-EBADF, "f", "x", 1, 0644), -EBADF);
	CHECK_INT(scratch_count(dirfd), 1);
}

/* A full disk: the old file stays, and nothing beside it. */
static void test_write_full(void)
{
	static char big[1 << 20];
	int dirfd;

	if (!scratch_unshare(0))
		return;
	(void)close(scratch_new());
	if (!scratch_mount("tmpfs", scratch_path, "size=64k"))
		return;
	dirfd = open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scratch_write(dirfd, "f", "old", 3);
	CHECK_INT(io_write_file_at(dirfd, "f", big, sizeof(big), 0644), -ENOSPC);
	file_is(dirfd, "f", "old");
	CHECK_INT(scratch_count(dirfd), 1);
	(void)close(dirfd);
	(void)umount2(scratch_path, MNT_DETACH);
}

static void test_close_from(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit low = { 64, 64 };

		/* One above a limit that is lowered afterwards, too. */
		if (dup2(STDERR_FILENO, 10) < 0 || dup2(STDERR_FILENO, 1000) < 0 ||
		    setrlimit(RLIMIT_NOFILE, &low) < 0)
			_exit(3);
		io_close_from(10);
		_exit(fcntl(STDERR_FILENO, F_GETFD) < 0 || fcntl(10, F_GETFD) >= 0 ||
		      fcntl(1000, F_GETFD) >= 0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	/* Before Linux 5.9. */
	CHECK_INT(deny_syscall(436 /* close_range */), 0);
	CHECK(dup2(STDERR_FILENO, 1000) >= 0);
	io_close_from(1000);
	CHECK_INT(fcntl(1000, F_GETFD), -1);
}

TAP_MAIN({ "reading a file whole", test_read }, { "the limit", test_limit },
	 { "a file of 1 GiB", test_huge }, { "a file of /proc", test_proc },
	 { "what is no regular file", test_refused }, { "devices are not opened", test_device },
	 { "how a file is opened", test_open_flags }, { "a file with a lease", test_lease },
	 { "a file swapped for a FIFO meanwhile", test_swapped }, { "writing", test_write },
	 { "writing by an O_PATH descriptor", test_write_path_fd },
	 { "writing over symlinks", test_write_links }, { "writing that fails", test_write_fails },
	 { "writing on a full disk", test_write_full },
	 { "closing what is not ours", test_close_from })
