/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * act ACTION WORD...: one action on one object; see act.h.  The host side uses the same
 * program to make its objects and to look at them.  Static, so that it runs in any guest.
 * Status 0 done, 1 a call failed (its errno on standard output), 2 misuse.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/breakout/act.h"

#define HOLD_MS 8000

int act_errno(long r)
{
	return r < 0 ? -errno : 0;
}

int act_hold(void)
{
	struct pollfd in = { .fd = 0, .events = POLLIN };

	(void)puts("held");
	(void)fflush(stdout);
	(void)poll(&in, 1, HOLD_MS);
	return 0;
}

int act_write_file(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, 0644);

	if (fd < 0)
		return -errno;
	return act_errno(write(fd, text, strlen(text)));
}

int act_print_fd(int fd)
{
	char buf[256];
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));

	if (n < 0)
		return -errno;
	return act_errno(fwrite(buf, 1, (size_t)n, stdout) == (size_t)n ? 0 : -1);
}

/* --- files and nodes ---------------------------------------------------------------- */

static int act_read(char **arg)
{
	return act_print_fd(open(arg[0], O_RDONLY | O_CLOEXEC));
}

static int act_write(char **arg)
{
	return act_write_file(arg[0], 0, arg[1]);
}

static int act_create(char **arg)
{
	return act_write_file(arg[0], O_CREAT, arg[1]);
}

/* A block of a device, and out to what is behind it. */
static int act_write_block(char **arg)
{
	static char block[4096];
	int fd = open(arg[0], O_RDWR | O_CLOEXEC);

	memset(block, 'X', sizeof(block));
	if (fd < 0 || pwrite(fd, block, sizeof(block), 0) < 0)
		return -errno;
	return act_errno(fsync(fd));
}

static int act_hold_open(char **arg)
{
	int fd = open(arg[0], O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? -errno : act_hold();
}

static int act_loop_add(char **arg)
{
	int fd = open(arg[0], O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : act_errno(ioctl(fd, LOOP_CTL_ADD, strtol(arg[1], NULL, 10)));
}

static int act_loop_remove(char **arg)
{
	int fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : act_errno(ioctl(fd, LOOP_CTL_REMOVE, strtol(arg[0], NULL, 10)));
}

/* EAGAIN where somebody holds a lease. */
static int act_open_nowait(char **arg)
{
	return act_errno(open(arg[0], O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

/* Those that came with init: by the magic links of its descriptors. */
static int act_init_fds(char **arg)
{
	char path[512];
	int r = -ENOENT;

	for (int fd = 3; fd < 32 && r < 0; fd++) {
		(void)snprintf(path, sizeof(path), "/proc/1/fd/%d/%s", fd, arg[0]);
		r = act_write_file(path, O_CREAT, "act");
	}
	return r;
}

/* As init: from its working directory as far up as that goes.  What it writes stays. */
static int act_init_cwd(char **arg)
{
	char path[512];
	int r;

	(void)snprintf(path, sizeof(path), "../../../../../../../../../../..%s", arg[0]);
	r = act_write_file(path, O_CREAT, "act");
	(void)sleep(3);
	return r;
}

/* --- shared inodes ------------------------------------------------------------------- */

static int act_lease(char **arg)
{
	int fd = open(arg[0], O_RDONLY | O_CLOEXEC);

	/* The lease is broken by a signal, whose default ends the process. */
	(void)signal(SIGIO, SIG_IGN);
	if (fd < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
		return -errno;
	return act_hold();
}

static int act_lock(char **arg)
{
	int fd = open(arg[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return act_hold();
}

static int act_watch(char **arg)
{
	char event[512];
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd < 0 || inotify_add_watch(fd, arg[0], IN_OPEN) < 0)
		return -errno;
	(void)act_hold();
	if (read(fd, event, sizeof(event)) <= 0)
		return -errno;
	(void)puts("seen");
	return 0;
}

/* By the handle of the file system's root: inode 2 of ext4. */
static int act_handle(char **arg)
{
	struct {
		struct file_handle head;
		unsigned char bytes[8];
	} h = { { .handle_bytes = 8, .handle_type = 1 }, { 2 } };
	int at = open(arg[0], O_RDONLY | O_CLOEXEC);
	int root = at < 0 ? -1 : open_by_handle_at(at, &h.head, O_RDONLY | O_DIRECTORY);

	return root < 0 ? -errno : act_print_fd(openat(root, arg[1], O_RDONLY | O_CLOEXEC));
}

static int act_project(char **arg)
{
	struct fsxattr attr;
	int fd = open(arg[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, FS_IOC_FSGETXATTR, &attr) < 0)
		return -errno;
	if (!arg[1])
		return printf("%u\n", attr.fsx_projid) < 0;
	attr.fsx_projid = (unsigned int)strtoul(arg[1], NULL, 10);
	return act_errno(ioctl(fd, FS_IOC_FSSETXATTR, &attr));
}

/* --- terminals ----------------------------------------------------------------------- */

static int act_type(char **arg)
{
	int fd = open(arg[0], O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : act_errno(ioctl(fd, TIOCSTI, arg[1]));
}

/* --- namespaces of one's own ---------------------------------------------------------- */

/* Root in a user namespace of its own, which has the container's root as its root. */
static int enter_nested(int flags)
{
	uid_t uid = getuid();
	char map[32];
	int r = act_errno(unshare(CLONE_NEWUSER | CLONE_NEWNS | flags));

	if (r < 0)
		return r;
	(void)snprintf(map, sizeof(map), "0 %u 1", uid);
	r = act_write_file("/proc/self/uid_map", 0, map);
	(void)mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return r;
}

/* CONTROLLER FILE VALUE: a legacy hierarchy, mounted anew in a cgroup namespace. */
static int act_cgroup1(char **arg)
{
	char path[300];
	int r = enter_nested(CLONE_NEWCGROUP);

	if (r < 0 || (r = act_errno(mount("act", "/tmp", "cgroup", 0, arg[0]))) < 0)
		return r;
	(void)snprintf(path, sizeof(path), "/tmp/%s", arg[1]);
	return act_write_file(path, 0, arg[2]);
}

/* Init, into a part of the container's freezer that LXC does not know of. */
static int act_freeze(char **arg)
{
	int r = enter_nested(CLONE_NEWCGROUP);

	(void)arg;
	if (r < 0 || (r = act_errno(mount("act", "/tmp", "cgroup", 0, "freezer"))) < 0)
		return r;
	if (mkdir("/tmp/act", 0755) < 0)
		return -errno;
	r = act_write_file("/tmp/act/cgroup.procs", 0, "1");
	return r < 0 ? r : act_write_file("/tmp/act/freezer.state", 0, "FROZEN");
}

/* FILE VALUE: in the unified hierarchy as it is mounted. */
static int act_cgroup2(char **arg)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	char path[300];
	int r = -ENOENT;

	for (int i = 0; i < 2 && r < 0; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", places[i], arg[0]);
		r = act_write_file(path, 0, arg[1]);
	}
	return r;
}

/* TYPE FILE TEXT: a fresh file system of that type, without the covers of the old one. */
static int act_nested_mount(char **arg)
{
	char path[300];
	int status, r = enter_nested(CLONE_NEWPID);
	pid_t pid = r < 0 ? -1 : fork();

	if (pid < 0)
		return r < 0 ? r : -errno;
	if (pid == 0) {
		(void)snprintf(path, sizeof(path), "/tmp/%s", arg[1]);
		r = act_errno(mount("act", "/tmp", arg[0], 0, NULL));
		_exit(r < 0 ? -r : -act_write_file(path, 0, arg[2]));
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

/* --- objects that are only a descriptor ------------------------------------------------ */

static int act_hold_kind(char **arg)
{
	static unsigned int parameters[64];
	static const unsigned int clock[32] = { 1, 128 };
	static const unsigned int map[32] = { 2, 4, 4, 1 };
	const struct {
		const char *kind;
		long nr, arg[5];
	} kinds[] = {
		{ "perf", SYS_perf_event_open, { (long)clock, 0, -1, -1, 0 } },
		{ "perf-host", SYS_perf_event_open, { (long)clock, -1, 0, -1, 0 } },
		{ "io_uring", SYS_io_uring_setup, { 4, (long)parameters } },
		{ "userfaultfd", SYS_userfaultfd, { 0 } },
		{ "fanotify", SYS_fanotify_init, { 0x200, 0 } },
		{ "bpf", SYS_bpf, { 0, (long)map, 72 } },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].kind, arg[0]) != 0)
			continue;
		const long *a = kinds[i].arg;
		long r = syscall(kinds[i].nr, a[0], a[1], a[2], a[3], a[4]);

		return r < 0 ? -errno : act_hold();
	}
	return -EINVAL;
}

static const struct {
	const char *name;
	int words; /* at least this many */
	act_fn *run;
} actions[] = {
	{ "read", 1, act_read },
	{ "write", 2, act_write },
	{ "create", 2, act_create },
	{ "write-block", 1, act_write_block },
	{ "hold-open", 1, act_hold_open },
	{ "loop-add", 2, act_loop_add },
	{ "loop-remove", 1, act_loop_remove },
	{ "open-nowait", 1, act_open_nowait },
	{ "init-fds", 1, act_init_fds },
	{ "init-cwd", 1, act_init_cwd },
	{ "lease", 1, act_lease },
	{ "lock", 1, act_lock },
	{ "watch", 1, act_watch },
	{ "handle", 2, act_handle },
	{ "project", 1, act_project },
	{ "type", 2, act_type },
	{ "cgroup1", 3, act_cgroup1 },
	{ "freeze", 0, act_freeze },
	{ "cgroup2", 2, act_cgroup2 },
	{ "nested-mount", 3, act_nested_mount },
	{ "hold", 1, act_hold_kind },
	{ "link-list", 0, act_link_list },
	{ "link-move", 2, act_link_move },
	{ "link-delete", 1, act_link_delete },
	{ "link-new", 1, act_link_new },
	{ "sysv-make", 1, act_sysv_make },
	{ "sysv-use", 1, act_sysv_use },
	{ "sysv-state", 1, act_sysv_state },
	{ "sysv-remove", 1, act_sysv_remove },
	{ "queue-make", 1, act_queue_make },
	{ "queue-send", 1, act_queue_send },
	{ "queue-count", 1, act_queue_count },
	{ "queue-remove", 1, act_queue_remove },
	{ "listen", 1, act_listen },
	{ "connect", 1, act_connect },
	{ "vsock-bind", 1, act_vsock_bind },
	{ "signals", 1, act_signals },
	{ "key-add", 3, act_key_add },
	{ "key-read", 2, act_key_read },
	{ "key-revoke", 2, act_key_revoke },
	{ "key-forget", 2, act_key_forget },
	{ "seize", 2, act_seize },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(actions) / sizeof(*actions); i++) {
		if (strcmp(actions[i].name, argv[1]) != 0 || argc - 2 < actions[i].words)
			continue;
		int r = actions[i].run(argv + 2);

		if (r < 0)
			(void)puts(strerrorname_np(-r) ? strerrorname_np(-r) : "failed");
		return r < 0;
	}
	(void)fputs("usage: act ACTION WORD...\n", stderr);
	return 2;
}
