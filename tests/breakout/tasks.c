/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Namespaces, other processes, capabilities, terminals, file handles, inherited descriptors. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/breakout/probe.h"

/* --- namespaces --------------------------------------------------------------- */

static long run_unshare(const struct probe *p)
{
	return probe_errno(unshare((int)p->nr));
}

static long reap(long pid)
{
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	(void)waitpid((pid_t)pid, NULL, __WALL);
	return 0;
}

static long run_clone(const struct probe *p)
{
	return reap(syscall(SYS_clone, (unsigned long)p->nr | SIGCHLD, 0, 0, 0, 0));
}

static long run_clone3(const struct probe *p)
{
	struct clone_args args = { .flags = (uint64_t)p->nr, .exit_signal = SIGCHLD };

	return reap(syscall(SYS_clone3, &args, sizeof(args)));
}

static long run_setns(const struct probe *p)
{
	int fd = open(p->text, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : probe_errno(setns(fd, 0));
}

/* The first namespaces of a host have fixed inode numbers. */
static long run_host_namespace(const struct probe *p)
{
	struct stat st;

	if (stat(p->text, &st) < 0)
		return -errno;
	return st.st_ino == (ino_t)p->nr ? 0 : -EACCES;
}

/* A nested user namespace, and in it what its capabilities open up. */
static long run_nested_call(const struct probe *p)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -errno;
	return probe_syscall(p);
}

/* --- other processes ---------------------------------------------------------- */

static pid_t other(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	return pid;
}

static long run_ptrace_seize(const struct probe *p)
{
	pid_t pid = p->nr ? (pid_t)p->nr : other();

	return probe_errno(ptrace(0x4206 /* PTRACE_SEIZE */, pid, 0, 0));
}

static long run_process_vm(const struct probe *p)
{
	static char here[8];
	struct iovec iov = { here, sizeof(here) };

	/* The same address in a forked child: what is written is what was there. */
	return probe_errno(syscall(p->nr, other(), &iov, 1, &iov, 1, 0));
}

static long run_pidfd_getfd(const struct probe *p)
{
	pid_t pid = p->nr ? (pid_t)p->nr : other();
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : probe_errno(syscall(SYS_pidfd_getfd, fd, 0, 0));
}

/* --- capabilities -------------------------------------------------------------- */

static long run_ambient(const struct probe *p)
{
	return probe_errno(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, p->nr, 0, 0));
}

/* A file that claims a capability: executing it must not give it. */
static long run_file_capability(const struct probe *p)
{
	struct vfs_cap_data data = { .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE };
	char buf[4096];
	ssize_t n;
	int status;
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int out = open("gains", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	while (in >= 0 && (n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			return -errno;
	(void)close(out);
	data.data[p->nr / 32].permitted = 1u << (p->nr % 32);
	if (setxattr("gains", "security.capability", &data, sizeof(data), 0) < 0)
		return -errno;

	pid_t pid = fork();

	if (pid == 0) {
		(void)execl("gains", "gains", "--holds", p->text, NULL);
		_exit(1);
	}
	(void)waitpid(pid, &status, 0);
	(void)unlink("gains");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPERM;
}

/* --- terminals ------------------------------------------------------------------ */

static int own_terminal(void)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), unlock = 0, fd;

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return -errno;
	fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	if (fd < 0)
		return -errno;
	(void)setsid();
	(void)ioctl(fd, TIOCSCTTY, 0);
	return fd;
}

static long run_terminal(const struct probe *p)
{
	static char value[16] = { 6 };
	static int discipline = 20;
	int fd = own_terminal();

	if (fd < 0)
		return fd;
	return probe_errno(syscall(SYS_ioctl, fd, p->nr, p->arg[0] ? (void *)&discipline : value));
}

static long run_console(const struct probe *p)
{
	static char value[64];
	int fd = open("/dev/console", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? -errno : probe_errno(ioctl(fd, (unsigned long)p->nr, value));
}

/* --- handles and descriptors ---------------------------------------------------- */

struct handle {
	struct file_handle head;
	unsigned char bytes[128];
};

static long get_handle(const char *path, struct handle *ret)
{
	int id;

	ret->head.handle_bytes = sizeof(ret->bytes);
	return probe_errno(name_to_handle_at(AT_FDCWD, path, &ret->head, &id, 0));
}

static long run_name_to_handle(const struct probe *p)
{
	struct handle h;

	return get_handle(p->text, &h);
}

/* The root folder of a disk file system has inode 2 (ext4), 64, 128 (xfs) or 256. */
static long run_open_handle(const struct probe *p)
{
	struct handle h = { .head = { .handle_bytes = 8, .handle_type = 1 } };
	int fd = open(p->text, O_RDONLY | O_CLOEXEC);

	h.bytes[0] = 2;
	return fd < 0 ? -errno : probe_errno(open_by_handle_at(fd, &h.head, O_RDONLY | O_CLOEXEC));
}

static int mount_is_ours(const char *proc, const char *fd)
{
	char path[320], line[4096];
	int id = -1, found = 0, other_id;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/fdinfo/%s", proc, fd);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		/* NOLINTNEXTLINE(cert-err34-c): the kernel wrote it. */
		(void)sscanf(line, "mnt_id: %d", &id);
	if (f)
		(void)fclose(f);
	f = fopen("/proc/self/mountinfo", "re");
	while (f && fgets(line, sizeof(line), f))
		/* NOLINTNEXTLINE(cert-err34-c): the kernel wrote it. */
		if (sscanf(line, "%d", &other_id) == 1 && other_id == id)
			found = 1;
	if (f)
		(void)fclose(f);
	return id < 0 || found;
}

/* An open file or folder in a mount that is not in this container's table. */
static long run_descriptors(const struct probe *p)
{
	char path[320], target[256];
	struct dirent *e;
	struct stat st;
	long r = -EACCES;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/fd", p->text);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((e = readdir(dir))) {
		(void)snprintf(path, sizeof(path), "%s/fd/%s", p->text, e->d_name);
		ssize_t n = readlink(path, target, sizeof(target) - 1);

		if (n <= 0 || target[0] != '/' || strncmp(target, "/memfd:", 7) == 0 ||
		    stat(path, &st) < 0 || (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3)))
			continue;
		target[n] = 0;
		if (!mount_is_ours(p->text, e->d_name)) {
			probe_detail(target);
			r = 0;
		}
	}
	(void)closedir(dir);
	return r;
}

#define UNSHARE(label, class, flag)                                        \
	{                                                                  \
		"unshare-" label, class, run_unshare, NULL, flag, { 0 }, 0 \
	}
#define SETNS(kind)                                                                      \
	{                                                                                \
		"setns-" kind, PROBE_HOST, run_setns, "/proc/self/ns/" kind, 0, { 0 }, 0 \
	}
#define SHARED(kind, ino)                                                                      \
	{                                                                                      \
		"host-namespace-" kind, PROBE_HOST, run_host_namespace, "/proc/self/ns/" kind, \
			ino, { 0 }, 0                                                          \
	}
#define TERMINAL(label, class, nr, use)                          \
	{                                                        \
		label, class, run_terminal, NULL, nr, { use }, 0 \
	}

static const struct probe rows[] = {
	UNSHARE("user", PROBE_KERNEL, CLONE_NEWUSER),
	UNSHARE("mount", PROBE_HOST, CLONE_NEWNS),
	UNSHARE("pid", PROBE_KERNEL, CLONE_NEWPID),
	UNSHARE("net", PROBE_KERNEL, CLONE_NEWNET),
	UNSHARE("ipc", PROBE_KERNEL, CLONE_NEWIPC),
	UNSHARE("uts", PROBE_KERNEL, CLONE_NEWUTS),
	UNSHARE("cgroup", PROBE_KERNEL, CLONE_NEWCGROUP),
	UNSHARE("time", PROBE_KERNEL, 0x80),
	UNSHARE("user-and-mount", PROBE_KERNEL, CLONE_NEWUSER | CLONE_NEWNS),
	{ "clone-user", PROBE_KERNEL, run_clone, NULL, CLONE_NEWUSER, { 0 }, 0 },
	{ "clone-mount", PROBE_HOST, run_clone, NULL, CLONE_NEWNS, { 0 }, 0 },
	{ "clone-net", PROBE_KERNEL, run_clone, NULL, CLONE_NEWNET, { 0 }, 0 },
	{ "clone3-user", PROBE_KERNEL, run_clone3, NULL, CLONE_NEWUSER, { 0 }, 0 },
	{ "clone3-mount", PROBE_HOST, run_clone3, NULL, CLONE_NEWNS, { 0 }, 0 },
	SETNS("mnt"),
	SETNS("net"),
	SETNS("uts"),
	SETNS("ipc"),
	SETNS("cgroup"),
	SETNS("pid"),
	SHARED("pid", 0xeffffffcL),
	SHARED("ipc", 0xefffffffL),
	SHARED("uts", 0xeffffffeL),
	SHARED("cgroup", 0xeffffffbL),
	SHARED("mnt", 0xeffffff8L),
	SHARED("net", 0xeffffff9L),
	{ "nested-raw-socket", PROBE_KERNEL, run_nested_call, NULL, SYS_socket, { 2, 3, 255 }, 0 },
	{ "nested-packet-socket",
	  PROBE_KERNEL,
	  run_nested_call,
	  NULL,
	  SYS_socket,
	  { 17, 3, 0 },
	  0 },
	{ "nested-netfilter", PROBE_KERNEL, run_nested_call, NULL, SYS_socket, { 16, 3, 12 }, 0 },
	{ "nested-xfrm", PROBE_KERNEL, run_nested_call, NULL, SYS_socket, { 16, 3, 6 }, 0 },

	{ "ptrace-child", PROBE_KERNEL, run_ptrace_seize, NULL, 0, { 0 }, 0 },
	{ "ptrace-init", PROBE_KERNEL, run_ptrace_seize, NULL, 1, { 0 }, 0 },
	{ "ptrace-me", PROBE_KERNEL, probe_syscall, NULL, SYS_ptrace, { 0 }, 0 },
	{ "process_vm_readv", PROBE_KERNEL, run_process_vm, NULL, SYS_process_vm_readv, { 0 }, 0 },
	{ "process_vm_writev",
	  PROBE_KERNEL,
	  run_process_vm,
	  NULL,
	  SYS_process_vm_writev,
	  { 0 },
	  0 },
	{ "pidfd_getfd-child", PROBE_KERNEL, run_pidfd_getfd, NULL, 0, { 0 }, 0 },
	{ "pidfd_getfd-init", PROBE_KERNEL, run_pidfd_getfd, NULL, 1, { 0 }, EBADF },

	{ "ambient-sys_admin", PROBE_HOST, run_ambient, NULL, 21, { 0 }, 0 },
	{ "file-capability-sys_admin", PROBE_HOST, run_file_capability, "21", 21, { 0 }, 0 },
	{ "file-capability-sys_rawio", PROBE_HOST, run_file_capability, "17", 17, { 0 }, 0 },

	TERMINAL("tiocsti", PROBE_HOST, 0x5412, 0),
	TERMINAL("tiocsti-garbage", PROBE_HOST, 0x5412 | (1L << 40), 0),
	TERMINAL("tioclinux", PROBE_HOST, 0x541c, 0),
	TERMINAL("tiocsetd", PROBE_KERNEL, 0x5423, 1),
	TERMINAL("tioccons", PROBE_HOST, 0x541d, 0),
	{ "console-keyboard", PROBE_HOST, run_console, NULL, 0x4b33, { 0 }, 0 },
	{ "console-vt-state", PROBE_HOST, run_console, NULL, 0x5603, { 0 }, 0 },

	{ "name_to_handle-root", PROBE_SECRETS, run_name_to_handle, "/", 0, { 0 }, 0 },
	{ "name_to_handle-proc", PROBE_SECRETS, run_name_to_handle, "/proc/self", 0, { 0 }, 0 },
	{ "open_by_handle-root", PROBE_HOST, run_open_handle, "/", 0, { 0 }, ESTALE },
	{ "open_by_handle-cgroup",
	  PROBE_HOST,
	  run_open_handle,
	  "/sys/fs/cgroup",
	  0,
	  { 0 },
	  ESTALE },
	{ "descriptors-self", PROBE_HOST, run_descriptors, "/proc/self", 0, { 0 }, 0 },
	{ "descriptors-init", PROBE_HOST, run_descriptors, "/proc/1", 0, { 0 }, 0 },
};

const struct probe_table probe_tasks = { rows, PROBE_COUNT(rows) };
