/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where learn-gate, a start-host hook, tells that a container's first process waits, and
 * waits for the answer itself.  A socket of the abstract namespace: nothing is left of it
 * whenever this process ends.
 */
#ifndef TOOLS_LEARN_GATE_H
#define TOOLS_LEARN_GATE_H

#include <stdbool.h>
#include <sys/types.h>

struct gate {
	int fd; /* poll it for POLLIN */
	char name[64];
};

int gate_open(struct gate *ret);
void gate_close(struct gate *gate);

/*
 * Who is at the gate: the process that waits in *ret_init and an owned descriptor to answer
 * by.  -EAGAIN if there is nobody, or not somebody of our own user in our own pid namespace;
 * else -errno.
 */
int gate_accept(const struct gate *gate, pid_t *ret_init);

/* Closes fd.  Without go the start is refused. */
void gate_answer(int fd, bool go);

#endif
