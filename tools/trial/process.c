/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's processes, from outside: whoever has init's pid namespace.  Their names are
 * their own choice.  See guest.h.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/audit-process.h"
#include "lib/cleanup.h"
#include "lib/proc.h"
#include "tools/trial/guest.h"
#include "tools/trial/unitlist.h"

static void read_stat(int procfd, struct prove_process *p)
{
	auto_free char *text = NULL;
	const char *name_end;
	size_t size;

	p->state = '?';
	if (proc_read(procfd, "stat", &text, &size) < 0)
		return;
	name_end = strrchr(text, ')'); /* a name may have more of them */
	if (name_end && strlen(name_end) > 2)
		p->state = name_end[2];
	(void)audit_parse_start_time((struct span){ text, size }, &p->start); /* or 0 */
}

static void read_unit(int procfd, char *buf, size_t size)
{
	auto_free char *text = NULL;
	struct span rest, line, unit;
	size_t n;

	buf[0] = '\0';
	if (proc_read(procfd, "cgroup", &text, &n) < 0)
		return;
	rest = (struct span){ text, n };
	/* The unified hierarchy comes last, and speaks where both do. */
	while (span_next_line(&rest, &line)) {
		if (unitlist_find_unit(line, &unit))
			(void)span_copy(unit, buf, size); /* a name fits */
	}
}

static bool read_process(pid_t pid, const struct stat *ns, struct prove_process *ret)
{
	auto_close int fd = proc_open(pid);
	auto_free char *comm = NULL;
	struct span rest, line;
	struct stat st;
	size_t size;

	if (fd < 0 || fstatat(fd, "ns/pid", &st, 0) < 0 || st.st_ino != ns->st_ino ||
	    st.st_dev != ns->st_dev || proc_read(fd, "comm", &comm, &size) < 0)
		return false;
	*ret = (struct prove_process){ .pid = pid };
	read_stat(fd, ret);
	rest = (struct span){ comm, size };
	if (span_next_line(&rest, &line) && line.n < sizeof(ret->comm))
		memcpy(ret->comm, line.p, line.n);
	read_unit(fd, ret->unit, sizeof(ret->unit));
	return true;
}

int prove_guest_list(const struct prove_guest *guest, struct prove_process **ret, size_t *ret_n)
{
	auto_free struct prove_process *list = NULL;
	auto_closedir DIR *dir = opendir("/proc");
	auto_close int initfd = proc_open(guest->init);
	const struct dirent *entry;
	size_t n = 0, size = 0;
	struct stat ns;

	if (!dir || initfd < 0 || fstatat(initfd, "ns/pid", &ns, 0) < 0)
		return -ESRCH;
	while ((entry = readdir(dir))) {
		uint64_t pid;

		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    span_parse_u64(span_of(entry->d_name), 10, INT32_MAX, &pid) < 0)
			continue;
		if (n == size) {
			struct prove_process *p =
				reallocarray(list, size ? size * 2 : 128, sizeof(*p));

			if (!p)
				return -ENOMEM;
			list = p;
			size = size ? size * 2 : 128;
		}
		n += read_process((pid_t)pid, &ns, &list[n]);
	}
	*ret = take_ptr(&list);
	*ret_n = n;
	return 0;
}

bool prove_guest_has(const struct prove_process *process)
{
	auto_close int fd = proc_open(process->pid);
	uint64_t start = 0;

	if (fd < 0)
		return false;
	(void)audit_read_start_time(fd, &start); /* 0 as in the list */
	return start == process->start;
}

int64_t prove_guest_get_age(const struct prove_process *process)
{
	long ticks = sysconf(_SC_CLK_TCK);
	struct timespec now;

	/* The clock that the kernel counts a start by. */
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000 -
	       (int64_t)(process->start * 1000 / (uint64_t)(ticks > 0 ? ticks : 100));
}
