/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See room.h. */
#include "config.h"

#include "tools/copy/room.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/span.h"

#define PARENT "/run/lxc-harden"
#define PREFIX "prove-"
#define LOCK "lock"
#define MOUNTINFO_MAX (16u << 20)
#define CGROUP_DEPTH_MAX 32

/* --- Cgroups ------------------------------------------------------------------ */

/* Depth first; what is in use, or not ours to remove, stays. */
static void remove_tree(int parentfd, const char *name, unsigned int depth)
{
	int fd = openat(parentfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	auto_closedir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (dir && depth && (entry = readdir(dir))) {
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			remove_tree(fd, entry->d_name, depth - 1);
	}
	(void)unlinkat(parentfd, name, AT_REMOVEDIR);
}

/* "lxc.payload.NAME", "lxc.monitor.NAME-1"... with a NAME that begins so. */
static bool is_named(const char *entry, const char *name)
{
	static const char *const kinds[] = { "lxc.payload.", "lxc.monitor.", "lxc.pivot." };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i]);

		if (strncmp(entry, kinds[i], n) == 0 && strncmp(entry + n, name, strlen(name)) == 0)
			return true;
	}
	return false;
}

/* Some hierarchies have them below the cgroup that LXC was started in. */
static void remove_below(int parentfd, const char *path, const char *name, unsigned int depth)
{
	int fd = openat(parentfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	auto_closedir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (is_named(entry->d_name, name))
			remove_tree(fd, entry->d_name, CGROUP_DEPTH_MAX);
		else if (depth && entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
			 strncmp(entry->d_name, "lxc.", 4) != 0)
			remove_below(fd, entry->d_name, name, depth - 1);
	}
}

void prove_room_remove_cgroups(const char *name, bool deep)
{
	auto_close int fd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_free char *text = NULL;
	struct span rest, line, word;
	char path[4096];
	size_t size;

	if (fd < 0 || io_read_file_at(fd, "mounts", MOUNTINFO_MAX, &text, &size) < 0)
		return;
	rest = (struct span){ text, size };
	while (span_next_line(&rest, &line)) {
		struct span where, type;

		if (span_next_word(&line, &word) && span_next_word(&line, &where) &&
		    span_next_word(&line, &type) &&
		    (span_is(type, "cgroup") || span_is(type, "cgroup2")) &&
		    span_starts(where, "/sys/fs/cgroup") &&
		    span_copy(where, path, sizeof(path)) == 0)
			remove_below(AT_FDCWD, path, name, deep ? CGROUP_DEPTH_MAX : 0);
	}
}

/* --- The folder ----------------------------------------------------------------- */

static void remove_room(int parentfd, const char *name)
{
	int fd = openat(parentfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	prove_room_remove_cgroups(name, true);
	/* The lock goes last, so that a sweep that is broken off is made good by the next. */
	if (fd >= 0) {
		(void)unlinkat(fd, LOCK, 0);
		(void)close(fd); /* a folder */
	}
	(void)unlinkat(parentfd, name, AT_REMOVEDIR);
}

/* Those whose lock nobody holds any more. */
static void sweep(int parentfd)
{
	int copy = openat(parentfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_closedir DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		auto_close int fd = openat(parentfd, entry->d_name,
					   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		auto_close int lock =
			fd < 0 ? -EBADF : openat(fd, LOCK, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

		if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
			remove_room(parentfd, entry->d_name);
	}
}

static int open_parent(void)
{
	struct stat st;
	int fd;

	if (mkdir(PARENT, 0711) < 0 && errno != EEXIST)
		return -errno;
	fd = open(PARENT, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Nobody else may put a folder of his in our place. */
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 022)) {
		(void)close(fd); /* a folder */
		return -EPERM;
	}
	/* To be walked, not opened: who can open it can hold its lock, and we would wait. */
	if (fchmod(fd, 0711) < 0) {
		int r = -errno;

		(void)close(fd); /* a folder */
		return r;
	}
	return fd;
}

int prove_room_open(struct prove_room *ret)
{
	auto_close int parentfd = open_parent();
	struct prove_room room = PROVE_ROOM_INIT;
	auto_close int fd = -EBADF;

	if (parentfd < 0)
		return parentfd;
	/* One sweeps at a time, and none while another makes its room. */
	if (flock(parentfd, LOCK_EX) < 0)
		return -errno;
	sweep(parentfd);
	(void)snprintf(room.path, sizeof(room.path), PARENT "/" PREFIX "XXXXXX");
	if (!mkdtemp(room.path))
		return -errno;
	fd = open(room.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* An id-mapped container's root has to come through. */
	if (fchmod(fd, 0755) < 0)
		return -errno;
	room.lock = openat(fd, LOCK, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (room.lock < 0)
		return -errno;
	if (flock(room.lock, LOCK_EX | LOCK_NB) < 0) {
		(void)close(room.lock); /* an empty file */
		return -errno;
	}
	*ret = room;
	ret->id = ret->path + strlen(PARENT "/");
	return 0;
}

void prove_room_done(struct prove_room *room)
{
	auto_close int parentfd = open(PARENT, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (room->lock < 0)
		return;
	if (parentfd >= 0)
		remove_room(parentfd, room->id);
	(void)close(room->lock); /* an empty file */
	room->lock = -EBADF;
	/* Succeeds for the last one. */
	(void)rmdir(PARENT);
}

/* --- The namespaces --------------------------------------------------------------- */

static int enter(const struct prove_room *room)
{
	/*
	 * LXC listens at an abstract socket for each copy, and those belong to the network: in the
	 * host's, anybody sees how the copies are named, and has the next one's name taken first.
	 */
	if (!room->network && unshare(CLONE_NEWNET) < 0)
		return -errno;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return -errno;
	if (mount("prove", room->path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
		return -errno;
	/* Where LXC puts its locks for each container there ever was. */
	if (mkdir("/run/lxc", 0755) < 0 && errno != EEXIST)
		return -errno;
	if (mount("prove", "/run/lxc", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755") < 0)
		return -errno;
	return 0;
}

static const int handed_on[] = { SIGINT, SIGTERM, SIGHUP };
#define N_HANDED_ON (sizeof(handed_on) / sizeof(handed_on[0]))

static void fill_set(sigset_t *set)
{
	(void)sigemptyset(set); /* fails for no set */
	for (size_t i = 0; i < N_HANDED_ON; i++)
		(void)sigaddset(set, handed_on[i]); /* constants */
	(void)sigaddset(set, SIGCHLD);
}

static int await(pid_t pid, const sigset_t *set)
{
	int status, sig;

	for (;;) {
		pid_t r = waitpid(pid, &status, WNOHANG);

		if (r < 0 && errno != EINTR)
			return -errno;
		if (r == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
		sig = sigwaitinfo(set, NULL);
		if (sig > 0 && sig != SIGCHLD)
			(void)kill(pid, sig); /* it may just have ended */
	}
}

int prove_room_work(const struct prove_room *room, int (*work)(void *state), void *state)
{
	struct stat st;
	bool made = stat("/run/lxc", &st) < 0 && errno == ENOENT;
	sigset_t set, old;
	pid_t pid;
	int r;

	fill_set(&set);
	if (sigprocmask(SIG_BLOCK, &set, &old) < 0 || unshare(CLONE_NEWPID) < 0)
		return -errno;
	(void)fflush(NULL); /* or the child writes it once more; errors show at the end */
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		/* Pid 1 of its namespace: with it the kernel ends everybody there. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
			_exit(1);
		r = enter(room);
		if (r < 0) {
			dprintf(STDERR_FILENO, "lxc-harden: prove: no namespaces of our own: %s\n",
				strerror(-r));
			_exit(1);
		}
		r = work(state);
		(void)fflush(NULL); /* asked by command_finish() */
		_exit(r);
	}
	r = await(pid, &set);
	(void)sigprocmask(SIG_SETMASK, &old, NULL); /* cannot fail with a set that it gave */
	if (made)
		(void)rmdir("/run/lxc"); /* another's may be in it by now */
	return r;
}
