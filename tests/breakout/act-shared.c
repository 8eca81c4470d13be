/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IPC of System V and POSIX, sockets without a file, signals, key rings. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/vm_sockets.h>
#include <mqueue.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/breakout/act.h"

/* --- System V: one of each under the same number ------------------------------------- */

struct sysv {
	int shm, msg, sem;
	char *at;
};

static int sysv_get(const char *word, int flags, struct sysv *s)
{
	key_t key = (key_t)strtol(word, NULL, 10);

	s->shm = shmget(key, 4096, flags);
	s->msg = msgget(key, flags);
	s->sem = semget(key, 1, flags);
	if (s->shm < 0 || s->msg < 0 || s->sem < 0)
		return -errno;
	s->at = shmat(s->shm, NULL, 0);
	return s->at == (void *)-1 ? -errno : 0;
}

int act_sysv_make(char **arg)
{
	struct sysv s;

	return sysv_get(arg[0], IPC_CREAT | IPC_EXCL | 0666, &s);
}

int act_sysv_use(char **arg)
{
	struct {
		long type;
		char text[4];
	} message = { 1, "act" };
	struct sysv s = { 0 };
	int r = sysv_get(arg[0], 0, &s);

	if (r < 0 || !s.at)
		return r;
	s.at[0] = 'X';
	if (msgsnd(s.msg, &message, sizeof(message.text), IPC_NOWAIT) < 0)
		return -errno;
	return act_errno(semctl(s.sem, 0, SETVAL, 7));
}

int act_sysv_state(char **arg)
{
	struct msqid_ds queue = { 0 };
	struct sysv s = { 0 };
	int r = sysv_get(arg[0], 0, &s);

	if (r < 0 || !s.at || msgctl(s.msg, IPC_STAT, &queue) < 0)
		return r < 0 ? r : -errno;
	(void)printf("%c%lu%d\n", s.at[0] ? s.at[0] : '-', (unsigned long)queue.msg_qnum,
		     semctl(s.sem, 0, GETVAL));
	return 0;
}

int act_sysv_remove(char **arg)
{
	struct sysv s;
	int r = sysv_get(arg[0], 0, &s);

	if (r < 0)
		return r;
	(void)msgctl(s.msg, IPC_RMID, NULL);
	(void)semctl(s.sem, 0, IPC_RMID);
	return act_errno(shmctl(s.shm, IPC_RMID, NULL));
}

/* --- POSIX queues ----------------------------------------------------------------------- */

int act_queue_make(char **arg)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 8 };

	return act_errno(mq_open(arg[0], O_RDWR | O_CREAT | O_EXCL, 0666, &attr));
}

int act_queue_send(char **arg)
{
	mqd_t q = mq_open(arg[0], O_WRONLY | O_NONBLOCK);

	return q < 0 ? -errno : act_errno(mq_send(q, "act", 3, 0));
}

int act_queue_count(char **arg)
{
	struct mq_attr attr;
	mqd_t q = mq_open(arg[0], O_RDONLY | O_NONBLOCK);

	if (q < 0 || mq_getattr(q, &attr) < 0)
		return -errno;
	return printf("%ld\n", attr.mq_curmsgs) < 0;
}

int act_queue_remove(char **arg)
{
	return act_errno(mq_unlink(arg[0]));
}

/* --- sockets ---------------------------------------------------------------------------- */

/* "@name" is an abstract one. */
static socklen_t address(const char *name, struct sockaddr_un *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->sun_family = AF_UNIX;
	(void)snprintf(ret->sun_path, sizeof(ret->sun_path), "%s", name);
	if (name[0] == '@')
		ret->sun_path[0] = 0;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
}

/* Holds, then tells whether somebody had connected. */
int act_listen(char **arg)
{
	struct sockaddr_un a;
	socklen_t size = address(arg[0], &a);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, size) < 0 || listen(fd, 4) < 0)
		return -errno;
	(void)act_hold();
	if (accept(fd, NULL, NULL) < 0)
		return -errno;
	(void)puts("seen");
	return 0;
}

int act_connect(char **arg)
{
	struct sockaddr_un a;
	socklen_t size = address(arg[0], &a);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : act_errno(connect(fd, (struct sockaddr *)&a, size));
}

/* Ports of this family are one set for the machine. */
int act_vsock_bind(char **arg)
{
	struct sockaddr_vm a = { .svm_family = AF_VSOCK,
				 .svm_cid = VMADDR_CID_ANY,
				 .svm_port = (unsigned int)strtoul(arg[0], NULL, 10) };
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return -errno;
	return act_hold();
}

/* --- what is counted for a user ------------------------------------------------------------ */

int act_signals(char **arg)
{
	const union sigval value = { 0 };
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGRTMIN);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	for (long n = strtol(arg[0], NULL, 10); n > 0; n--)
		if (sigqueue(getpid(), SIGRTMIN, value) < 0)
			return -errno;
	return act_hold();
}

/* --- key rings: RING is the kernel's number for one of the caller's ------------------------- */

static long find(char **arg)
{
	return syscall(SYS_keyctl, KEYCTL_SEARCH, strtol(arg[0], NULL, 10), "user", arg[1], 0);
}

int act_key_add(char **arg)
{
	return act_errno(syscall(SYS_add_key, "user", arg[1], arg[2], strlen(arg[2]),
				 strtol(arg[0], NULL, 10)));
}

int act_key_read(char **arg)
{
	char buf[128];
	long key = find(arg);
	long n = key < 0 ? -1 : syscall(SYS_keyctl, KEYCTL_READ, key, buf, sizeof(buf));

	if (n < 0)
		return -errno;
	return printf("%.*s\n", (int)n, buf) < 0;
}

int act_key_revoke(char **arg)
{
	long key = find(arg);

	return key < 0 ? -errno : act_errno(syscall(SYS_keyctl, KEYCTL_REVOKE, key));
}

/* Also of one that is revoked: by its name in the ring no search finds it any more. */
int act_key_forget(char **arg)
{
	long key = find(arg);

	return key < 0 ? -errno : act_errno(syscall(SYS_keyctl, KEYCTL_INVALIDATE, key));
}
