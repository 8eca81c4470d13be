/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checker ROUNDS PROCESSES [denied|below|pidns|short]: makes each of the calls below ROUNDS
 * times in each of PROCESSES processes; each call makes the kernel check one capability
 * exactly once.  What the recorder counts must be ROUNDS * PROCESSES for every row.
 *
 *	denied  without any capability in the effective set
 *	below   in a user namespace of its own
 *	pidns   in a pid namespace of its own
 *	short   a process for each round
 *	fast    only the cheapest of them
 *
 * As root in a container, in a tmpfs.  Static: it is copied into any guest.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOREIGN 1 /* a uid that is not ours */
#define TEMPLATE "/run/checker.XXXXXX"

static char path[sizeof(TEMPLATE)]; /* a file of FOREIGN's, mode 0 */
static int fd = -1, sem = -1;
static pid_t other; /* a process of FOREIGN's */
static volatile long sink;

static void op_chown(void)
{
	static uid_t uid;

	uid = uid == FOREIGN ? FOREIGN + 1 : FOREIGN;
	sink = fchown(fd, uid, (gid_t)-1);
}

static void op_open(int flags)
{
	int opened = open(path, flags | O_CLOEXEC);

	sink = opened;
	if (opened >= 0)
		(void)close(opened);
}

static void op_dac_override(void)
{
	op_open(O_WRONLY);
}

static void op_fowner(void)
{
	sink = fchmod(fd, 0);
}

static void op_kill(void)
{
	sink = kill(other, 0);
}

/* The raw calls: the C library's tell all threads. */
static void op_setgid(void)
{
	sink = syscall(SYS_setgid, 0);
}

static void op_setuid(void)
{
	sink = syscall(SYS_setuid, 0);
}

/* No such capability, which is looked at after the check. */
static void op_setpcap(void)
{
	sink = prctl(PR_CAPBSET_DROP, 99, 0, 0, 0);
}

static void op_net_bind_service(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(7) };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int one = 1;

	(void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	sink = bind(s, (const struct sockaddr *)&address, sizeof(address));
	(void)close(s);
}

static void op_net_admin(void)
{
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int one = 1;

	sink = setsockopt(s, SOL_SOCKET, SO_DEBUG, &one, sizeof(one));
	(void)close(s);
}

static void op_net_raw(void)
{
	int s = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	sink = s;
	if (s >= 0)
		(void)close(s);
}

static void op_ipc_owner(void)
{
	struct semid_ds data;

	sink = semctl(sem, 0, IPC_STAT, &data);
}

static void op_sys_chroot(void)
{
	sink = chroot("/");
}

static void op_sys_admin(void)
{
	char name[65];

	(void)gethostname(name, sizeof(name));
	sink = sethostname(name, strlen(name));
}

/* Magic numbers that are none, which is looked at after the check. */
static void op_sys_boot(void)
{
	sink = syscall(SYS_reboot, 0, 0, 0, NULL);
}

static void op_lease(void)
{
	sink = fcntl(fd, F_SETLEASE, F_RDLCK); /* refused later, as we could write */
}

/* An impossible level, which is looked at after the check. */
static void op_syslog(void)
{
	sink = syscall(SYS_syslog, 8, NULL, 0);
}

static void op_wake_alarm(void)
{
	int t = timerfd_create(CLOCK_REALTIME_ALARM, TFD_CLOEXEC);

	sink = t;
	if (t >= 0)
		(void)close(t);
}

static void op_sys_tty_config(void)
{
	sink = syscall(SYS_vhangup);
}

static const struct op {
	const char *name;
	void (*run)(void);
	bool fast, below; /* below: asked of the process's own user namespace */
} ops[] = {
	{ "chown", op_chown, false, false },
	{ "dac_override", op_dac_override, false, false },
	{ "fowner", op_fowner, false, false },
	{ "kill", op_kill, true, false },
	{ "setgid", op_setgid, true, false },
	{ "setuid", op_setuid, true, false },
	{ "setpcap", op_setpcap, true, true },
	{ "net_bind_service", op_net_bind_service, false, false },
	{ "net_admin", op_net_admin, false, false },
	{ "net_raw", op_net_raw, false, false },
	{ "ipc_owner", op_ipc_owner, false, false },
	{ "sys_chroot", op_sys_chroot, false, true },
	{ "sys_admin", op_sys_admin, false, false },
	{ "sys_boot", op_sys_boot, true, false },
	{ "lease", op_lease, false, false },
	{ "syslog", op_syslog, true, false },
	{ "wake_alarm", op_wake_alarm, false, false },
	{ "sys_tty_config", op_sys_tty_config, false, false },
};
#define N_OPS (sizeof(ops) / sizeof(ops[0]))

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "checker: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void prepare(void)
{
	(void)strcpy(path, TEMPLATE); /* of the same size */
	fd = mkstemp(path);
	if (fd < 0 || fchmod(fd, 0) < 0 || fchown(fd, FOREIGN, 0) < 0)
		die(path);
	sem = semget(IPC_PRIVATE, 1, 0);
	if (sem >= 0) {
		struct semid_ds data = { .sem_perm = { .uid = FOREIGN, .gid = FOREIGN } };

		/* Its creator is us still, so a process that is neither has to ask. */
		if (semctl(sem, 0, IPC_SET, &data) < 0)
			die("semctl");
	}
	other = fork();
	if (other == 0) {
		if (setgid(FOREIGN) < 0 || setuid(FOREIGN) < 0)
			_exit(1);
		(void)pause(); /* until it is killed */
		_exit(0);
	}
	/* Its setuid() must be over. */
	for (int i = 0; i < 1000; i++) {
		char name[64];
		struct stat st;

		(void)snprintf(name, sizeof(name), "/proc/%d", (int)other); /* sized to fit */
		if (stat(name, &st) == 0 && st.st_uid == FOREIGN)
			return;
		(void)usleep(1000);
	}
	die("the other process");
}

static void drop_effective(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		die("capget");
	data[0].effective = data[1].effective = 0;
	if (syscall(SYS_capset, &header, data) < 0)
		die("capset");
}

static bool is_wanted(const struct op *op, const char *mode)
{
	if (strcmp(mode, "fast") == 0)
		return op->fast;
	if (strcmp(mode, "below") == 0)
		return op->below;
	if (strcmp(mode, "pidns") == 0) /* the other process has no number there */
		return op->run != op_kill;
	return strcmp(mode, "short") != 0 || op->fast;
}

static void work(long rounds, const char *mode)
{
	if (strcmp(mode, "denied") == 0)
		drop_effective();
	if (strcmp(mode, "below") == 0 && unshare(CLONE_NEWUSER) < 0)
		die("unshare");
	for (size_t i = 0; i < N_OPS; i++) {
		if (!is_wanted(&ops[i], mode))
			continue;
		for (long n = 0; n < rounds; n++)
			ops[i].run();
	}
}

static void work_short(long rounds)
{
	for (long n = 0; n < rounds; n++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			work(1, "short");
			_exit(0);
		}
		(void)waitpid(pid, NULL, 0);
	}
}

static void work_in_pidns(long rounds)
{
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0)
		die("unshare");
	pid = fork(); /* its init */
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		work(rounds, "pidns");
		_exit(0);
	}
	(void)waitpid(pid, NULL, 0);
}

static void start_worker(long rounds, const char *mode)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return;
	(void)prctl(PR_SET_NAME, "checker", 0, 0, 0);
	if (strcmp(mode, "short") == 0)
		work_short(rounds);
	else if (strcmp(mode, "pidns") == 0)
		work_in_pidns(rounds);
	else
		work(rounds, mode);
	_exit(0);
}

static void print_calls(const char *mode)
{
	for (size_t i = 0; i < N_OPS; i++) {
		if (is_wanted(&ops[i], mode))
			printf("%s\n", ops[i].name);
	}
}

int main(int argc, char *argv[])
{
	const char *mode = argc > 3 ? argv[3] : "";
	long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	long processes = argc > 2 ? strtol(argv[2], NULL, 10) : 0;

	if (rounds < 0 || processes < 1) {
		fprintf(stderr,
			"usage: checker ROUNDS PROCESSES [denied|below|pidns|short|fast]\n");
		return 2;
	}
	if (rounds == 0) { /* what it would check */
		print_calls(mode);
		return 0;
	}
	/* What is made ready goes by another name than what is counted. */
	(void)prctl(PR_SET_NAME, "preparing", 0, 0, 0);
	prepare();
	for (long i = 0; i < processes; i++)
		start_worker(rounds, mode);
	for (long i = 0; i < processes;)
		i += waitpid(-1, NULL, 0) > 0;
	(void)kill(other, SIGKILL);
	(void)waitpid(other, NULL, 0);
	(void)unlink(path);
	(void)semctl(sem, 0, IPC_RMID);
	return 0;
}
