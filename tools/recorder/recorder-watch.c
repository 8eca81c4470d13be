/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See recorder.h: which container is meant, and where its processes come from. */
#include "config.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/proc.h"
#include "tools/recorder/recorder-attached.h"
#include "tools/recorder/recorder-kernel.h"
#include "tools/recorder/recorder.skel.h"

static int mark(const struct recorder *rec, pid_t pid, uint8_t origin)
{
	uint32_t key = (uint32_t)pid;

	return bpf_map__update_elem(rec->bpf->maps.marks, &key, sizeof(key), &origin,
				    sizeof(origin), BPF_ANY);
}

int recorder_mark_workload(struct recorder *rec, pid_t pid)
{
	return mark(rec, pid, RECORDER_WORKLOAD);
}

int recorder_mark_ignored(struct recorder *rec, pid_t pid)
{
	return mark(rec, pid, RECORDER_IGNORE);
}

/* Inode number of a namespace of a process; 0 if it cannot be had. */
static uint32_t get_namespace(int procfd, const char *name)
{
	struct stat st;

	/* Following the link is the point, see namespaces(7). */
	return fstatat(procfd, name, &st, 0) < 0 ? 0 : (uint32_t)st.st_ino;
}

struct processes {
	struct recorder_process *list;
	size_t n;
};

static int add_process(struct processes *all, pid_t pid, uint32_t pid_ns)
{
	auto_close int fd = proc_open(pid);
	struct procstatus status;
	struct recorder_process *p;

	if (fd < 0 || proc_read_status(fd, &status) < 0)
		return 0; /* gone meanwhile */
	if (!(all->n & (all->n - 1))) {
		p = reallocarray(all->list, all->n ? all->n * 2 : 1, sizeof(*p));
		if (!p)
			return -ENOMEM;
		all->list = p;
	}
	all->list[all->n++] = (struct recorder_process){
		.pid = pid,
		.ppid = status.ppid,
		.inside = get_namespace(fd, "ns/pid") == pid_ns,
	};
	return 0;
}

static int read_processes(uint32_t pid_ns, struct processes *ret)
{
	auto_closedir DIR *dir = opendir("/proc");
	const struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir))) {
		uint64_t pid;

		if (span_parse_u64(span_of(entry->d_name), 10, INT32_MAX, &pid) == 0)
			r = add_process(ret, (pid_t)pid, pid_ns);
	}
	return r;
}

/*
 * Those that entered before we came.  Whoever is forked meanwhile inherits the mark, or is
 * found by the second look.
 */
static int mark_attached(const struct recorder *rec, uint32_t pid_ns, pid_t init)
{
	int r = 0;

	for (int look = 0; r == 0 && look < 2; look++) {
		struct processes all = { 0 };

		r = read_processes(pid_ns, &all);
		if (r == 0)
			recorder_find_attached(all.list, all.n, init);
		for (size_t i = 0; r == 0 && i < all.n; i++) {
			const struct recorder_process *p = &all.list[i];

			if (p->attached)
				(void)mark(rec, p->pid, RECORDER_ATTACH); /* full: as unmarked */
		}
		free(all.list);
	}
	return r;
}

/* Its number in the innermost of its pid namespaces. */
static int get_inner_pid(int procfd, uint64_t *ret)
{
	auto_free char *text = NULL;
	struct span rest, line, word;
	size_t size;
	int r = proc_read(procfd, "status", &text, &size);

	if (r < 0)
		return r;
	rest = (struct span){ text, size };
	while (span_next_line(&rest, &line)) {
		if (!span_starts(line, "NSpid:"))
			continue;
		while (span_next_word(&line, &word)) {
			if (span_parse_u64(word, 10, INT32_MAX, ret) < 0)
				*ret = 0; /* "NSpid:" itself */
		}
		return 0;
	}
	return -EINVAL;
}

static int read_base(struct recorder *rec, int procfd)
{
	auto_free char *text = NULL;
	size_t size;
	int r = proc_read(procfd, "cgroup", &text, &size);

	if (r < 0)
		return r;
	if (rec->n_bases == RECORDER_BASES)
		memmove(rec->bases, rec->bases + 1, --rec->n_bases * sizeof(rec->bases[0]));
	recorder_get_base((struct span){ text, size }, &rec->bases[rec->n_bases++]);
	return 0;
}

int recorder_watch(struct recorder *rec, pid_t init, bool boot, struct record_run *ret_run,
		   struct recorder_error *ret_error)
{
	static struct utsname host;
	auto_close int fd = proc_open(init);
	auto_close int own = proc_open(0);
	struct procstatus status;
	uint32_t pid_ns, user_ns;
	uint64_t inner = 0;
	int r = fd < 0 ? fd : proc_read_status(fd, &status);

	if (r == 0)
		r = get_inner_pid(fd, &inner);
	if (r == 0)
		r = read_base(rec, fd);
	if (r < 0) {
		recorder_set_error(ret_error, "cannot look at process %d: %s", (int)init,
				   strerror(-r));
		return r;
	}
	pid_ns = get_namespace(fd, "ns/pid");
	user_ns = get_namespace(fd, "ns/user");
	if (!pid_ns || !user_ns || inner != 1 || pid_ns == get_namespace(own, "ns/pid")) {
		recorder_set_error(ret_error,
				   "it has no pid namespace of its own, by which its processes "
				   "could be told from others");
		return -EINVAL;
	}
	recorder_set_time(rec);
	rec->bpf->bss->user_ns = user_ns;
	rec->bpf->bss->bounding = status.bounding.bits;
	r = boot ? mark(rec, init, RECORDER_LXC) : mark_attached(rec, pid_ns, init);
	if (r < 0) {
		recorder_set_error(ret_error, "cannot mark processes: %s", strerror(-r));
		return r;
	}
	__atomic_store_n(&rec->bpf->bss->pid_ns, pid_ns, __ATOMIC_SEQ_CST);
	(void)uname(&host); /* cannot fail */
	*ret_run = (struct record_run){ .boot = boot,
					.begin = (int64_t)time(NULL),
					.kernel = host.release,
					.point = rec->point,
					.held = status.bounding };
	return 0;
}

void recorder_unwatch(struct recorder *rec)
{
	__atomic_store_n(&rec->bpf->bss->pid_ns, 0, __ATOMIC_SEQ_CST);
}

void recorder_set_time(struct recorder *rec)
{
	__atomic_store_n(&rec->bpf->bss->now, (uint64_t)time(NULL), __ATOMIC_RELAXED);
}
