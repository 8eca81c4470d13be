/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One row for each way out of a container, or into the kernel, that a root inside
 * would try.  A row's function really tries it, in a process of its own, in an
 * empty folder, and undoes at once what worked.
 */
#ifndef TESTS_BREAKOUT_PROBE_H
#define TESTS_BREAKOUT_PROBE_H

#include <stddef.h>

enum probe_class {
	PROBE_HOST,    /* acts on the host, or on what is not the container's */
	PROBE_KERNEL,  /* reaches code of the kernel that a server does not need */
	PROBE_SECRETS, /* tells about the host */
	PROBE_DENIAL,  /* takes more than its share of the host */
};

struct probe {
	const char *name;
	enum probe_class class;
	/* 0 or more: it worked.  -errno: why not; probe.c says which mean "closed". */
	long (*run)(const struct probe *p);
	const char *text; /* a path, a file system type */
	long nr;	  /* a system call, a family, a flag */
	long arg[6];
	int past; /* this errno is met only by who was let in; 0: none */
};

struct probe_table {
	const struct probe *rows;
	size_t n;
};

extern const struct probe_table probe_calls, probe_files, probe_foreign, probe_mounts,
	probe_sockets, probe_tasks;

/* -errno of a call that returned r. */
long probe_errno(long r);

/* What was found, for the line of output; the first one stays. */
void probe_detail(const char *text);

/* A system call with arguments as they are in the row. */
long probe_syscall(const struct probe *p);

#define PROBE_COUNT(a) (sizeof(a) / sizeof(*(a)))
#define PROBE_PTR(x) ((long)(x))

#endif
