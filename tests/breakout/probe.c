/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * probe [NAME...]: tries every row, or those named, and prints for each
 *
 *	NAME CLASS open|closed|absent ERRNO DETAIL
 *
 * "absent": the kernel has no such thing, or the container has no such file; a
 * system call filter that answers ENOSYS looks the same, and is as good.
 * Static, so that it runs in any guest.  Status 0 however much is open; 2 misuse.
 */
#include "config.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/breakout/probe.h"

#define TIMEOUT_MS 5000

struct result {
	long r;
	char detail[96];
};

static struct result result;
static const char *const class_names[] = { "host", "kernel", "secrets", "denial" };
static const struct probe_table *const tables[] = {
	&probe_mounts, &probe_tasks, &probe_calls, &probe_sockets, &probe_files, &probe_foreign,
};

long probe_errno(long r)
{
	return r < 0 ? -errno : r;
}

long probe_syscall(const struct probe *p)
{
	return probe_errno(
		syscall(p->nr, p->arg[0], p->arg[1], p->arg[2], p->arg[3], p->arg[4], p->arg[5]));
}

void probe_detail(const char *text)
{
	if (!result.detail[0])
		(void)snprintf(result.detail, sizeof(result.detail), "%s", text);
}

static const char *verdict(const struct probe *p, long r)
{
	static const int closed[] = { EPERM, EACCES, EROFS };
	static const int absent[] = { ENOSYS,	    ENODEV,	     ENOENT,	      ENXIO,
				      EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EOPNOTSUPP,
				      ENOTTY,	    EPFNOSUPPORT,    ENOPROTOOPT };

	if (r >= 0 || (p->past && r == -p->past))
		return "open";
	for (size_t i = 0; i < PROBE_COUNT(closed); i++)
		if (r == -closed[i])
			return "closed";
	for (size_t i = 0; i < PROBE_COUNT(absent); i++)
		if (r == -absent[i])
			return "absent";
	/* Past the check of permissions, stopped by harmless arguments. */
	return "open";
}

static _Noreturn void child(const struct probe *p, int fd)
{
	/* What a row leaves running ends with it. */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	result.r = p->run(p);
	_exit(write(fd, &result, sizeof(result)) != sizeof(result));
}

/* A row that hangs was let in; one that is killed was not. */
static void attempt(const struct probe *p, struct result *ret)
{
	int fds[2];
	pid_t pid;

	*ret = (struct result){ .r = -EPERM, .detail = "killed" };
	if (pipe(fds) < 0 || (pid = fork()) < 0) {
		perror("probe: cannot fork");
		exit(1);
	}
	if (pid == 0)
		child(p, fds[1]);
	(void)close(fds[1]);

	struct pollfd ready = { .fd = fds[0], .events = POLLIN };

	if (poll(&ready, 1, TIMEOUT_MS) == 0)
		*ret = (struct result){ .r = 0, .detail = "timeout" };
	else if (read(fds[0], &result, sizeof(result)) == sizeof(result))
		*ret = result;
	memset(&result, 0, sizeof(result));
	(void)close(fds[0]);
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static void print(const struct probe *p)
{
	struct result got;

	attempt(p, &got);
	printf("%s %s %s %s %s\n", p->name, class_names[p->class], verdict(p, got.r),
	       got.r < 0 ? strerrorname_np((int)-got.r) : "0", got.detail[0] ? got.detail : "-");
	(void)fflush(stdout);
}

static int enter_folder(void)
{
	static const char *const places[] = { "/run/probe.XXXXXX", "/tmp/probe.XXXXXX",
					      "/dev/shm/probe.XXXXXX" };
	static char dir[32];

	for (size_t i = 0; i < PROBE_COUNT(places); i++) {
		(void)snprintf(dir, sizeof(dir), "%s", places[i]);
		if (mkdtemp(dir))
			return chdir(dir);
	}
	return -1;
}

static int is_wanted(const char *name, char *const *names)
{
	if (!*names)
		return 1;
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return 1;
	return 0;
}

/* For a row that executes this program again, to see what that gives. */
static int holds(unsigned cap)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	return cap < 64 && syscall(SYS_capget, &head, data) == 0 &&
	       (data[cap / 32].effective & (1u << (cap % 32)));
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--holds") == 0)
		/* NOLINTNEXTLINE(cert-err34-c): the row that runs us wrote it. */
		return !holds((unsigned)atoi(argv[2]));
	if (argc > 1 && argv[1][0] == '-') {
		fprintf(stderr, "usage: probe [NAME...]\n");
		return 2;
	}
	if (enter_folder() < 0) {
		perror("probe: no folder to work in");
		return 1;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers. */
	for (size_t t = 0; t < PROBE_COUNT(tables); t++)
		for (size_t i = 0; i < tables[t]->n; i++)
			if (is_wanted(tables[t]->rows[i].name, argv + 1))
				print(&tables[t]->rows[i]);
	return 0;
}
