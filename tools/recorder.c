/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See recorder.h: loading, attaching, and which container is meant. */
#include "config.h"

#include "tools/recorder.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/proc.h"
#include "tools/recorder-kernel.h"
#include "tools/recorder.skel.h"

#define RING_BYTES (4u << 20)
#define BUDGET (64u << 20) /* bytes of kernel memory for the counts */
#define ENTRIES_MIN 1024

_Static_assert(RECORDER_OWN == (int)RECORD_OWN && RECORDER_BELOW == (int)RECORD_BELOW &&
		       RECORDER_OTHER == (int)RECORD_OTHER,
	       "the kernel's part says the same");
_Static_assert(RECORDER_GUEST == (int)RECORD_GUEST && RECORDER_ATTACH == (int)RECORD_ATTACH &&
		       RECORDER_WORKLOAD == (int)RECORD_WORKLOAD && RECORDER_LXC == (int)RECORD_LXC,
	       "the kernel's part says the same");

__attribute__((format(printf, 2, 3))) static void set_error(struct recorder_error *error,
							    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vsnprintf(error->text, sizeof(error->text), format, args) < 0)
		error->text[0] = '\0';
	va_end(args);
}

/* --- Loading ----------------------------------------------------------------- */

static int print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args; /* libbpf's */
	return 0;
}

/* Not to be asked of /proc/mounts: where it is mounted does not matter. */
static bool has_systemd_hierarchy(void)
{
	auto_free char *text = NULL;
	auto_close int fd = proc_open(0);
	struct recorder_base base;
	size_t size;

	if (fd < 0 || proc_read(fd, "cgroup", &text, &size) < 0)
		return false;
	recorder_get_base((struct span){ text, size }, &base);
	return base.systemd[0];
}

/* With FRED (Linux 6.9, x86) the instruction "syscall" leaves rcx as it was. */
static bool has_fred(void)
{
	char line[16384];
	FILE *f = fopen("/proc/cpuinfo", "re");
	size_t n;

	if (!f)
		return false;
	n = fread(line, 1, sizeof(line) - 1, f); /* the first processor's will do */
	line[n] = '\0';
	(void)fclose(f); /* only read from */
	return strstr(line, " fred ") || strstr(line, " fred\n");
}

static unsigned int get_entries(unsigned int wanted, int n_cpus)
{
	size_t each =
		sizeof(struct recorder_key) + 64 + (size_t)n_cpus * sizeof(struct recorder_count);

	if (wanted)
		return wanted;
	if (each * RECORDER_ENTRIES <= BUDGET)
		return RECORDER_ENTRIES;
	return BUDGET / each > ENTRIES_MIN ? (unsigned int)(BUDGET / each) : ENTRIES_MIN;
}

static int set_up(struct recorder *rec, const struct recorder_options *options)
{
	struct recorder_bpf *bpf = rec->bpf;
	int r;

	bpf->rodata->has_systemd_hierarchy = has_systemd_hierarchy();
	bpf->rodata->stream = options->stream;
	bpf->rodata->stream_denied = options->denied;
	bpf->rodata->stream_caps = options->caps;
	bpf->rodata->trust_orig_ax = has_fred();
	r = bpf_map__set_max_entries(bpf->maps.counts, get_entries(options->entries, rec->n_cpus));
	if (r == 0)
		r = bpf_map__set_max_entries(bpf->maps.events,
					     options->stream ? RING_BYTES
							     : (unsigned int)sysconf(_SC_PAGESIZE));
	if (r == 0)
		r = bpf_program__set_autoload(bpf->progs.by_tracepoint,
					      rec->point == RECORD_TRACEPOINT);
	if (r == 0)
		r = bpf_program__set_autoload(bpf->progs.by_fexit, rec->point == RECORD_FEXIT);
	if (r == 0)
		r = bpf_program__set_autoload(bpf->progs.by_kprobe, rec->point == RECORD_KPROBE);
	if (r == 0)
		r = bpf_program__set_autoload(bpf->progs.by_kretprobe, rec->point == RECORD_KPROBE);
	return r;
}

static int try_point(struct recorder *rec, const struct recorder_options *options,
		     enum record_point point)
{
	int r;

	rec->point = point;
	rec->bpf = recorder_bpf__open();
	if (!rec->bpf)
		return -errno;
	r = set_up(rec, options);
	if (r == 0)
		r = recorder_bpf__load(rec->bpf);
	if (r == 0)
		r = recorder_bpf__attach(rec->bpf);
	if (r < 0) {
		recorder_bpf__destroy(rec->bpf);
		rec->bpf = NULL;
	}
	return r;
}

/* The verifier of a kernel without BTF, or without the function, says "no such process". */
static const char *explain(int r)
{
	return r == -ESRCH || r == -ENOENT ? "not in this kernel" : strerror(-r);
}

static int try_all(struct recorder *rec, const struct recorder_options *options,
		   struct recorder_error *error)
{
	char text[400];
	struct emit e = EMIT_INIT(text);
	int r = -ENOTSUP;

	for (unsigned int i = 0; i < RECORD_N_POINTS; i++) {
		if (options->only && i != options->point)
			continue;
		r = try_point(rec, options, (enum record_point)i);
		if (r == 0)
			return 0;
		emit_printf(&e, "%s%s: %s", e.len ? ", " : "", record_points[i], explain(r));
	}
	set_error(error, "the kernel takes no BPF program at cap_capable (%s)", text);
	return r;
}

static int64_t get_clock(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t); /* always there */
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int handle_event(void *state, void *data, size_t size)
{
	struct recorder *rec = state;
	const struct recorder_event *event = data;
	struct recorder_names names;
	struct recorder_event_info info = { 0 };

	if (size < sizeof(*event))
		return 0;
	recorder_get_check(rec, &event->key, &names, &info.check);
	info.time = event->time + (uint64_t)rec->real_minus_monotonic;
	info.check.count = 1;
	info.check.first = info.check.last = (int64_t)(info.time / 1000000000);
	info.pid = (pid_t)event->pid;
	info.tid = (pid_t)event->tid;
	rec->take(&info, rec->take_state);
	return 0;
}

static int check_kernel(const struct recorder *rec, struct recorder_error *error)
{
	if (rec->n_cpus < 0) {
		set_error(error, "cannot count the processors: %s", strerror(-rec->n_cpus));
		return rec->n_cpus;
	}
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0) {
		int r = -errno;

		set_error(error, "this kernel has no BTF (/sys/kernel/btf/vmlinux: %s)",
			  strerror(-r));
		return r;
	}
	return 0;
}

static int open_ring(struct recorder *rec, struct recorder_error *error)
{
	int r;

	rec->ring = ring_buffer__new(bpf_map__fd(rec->bpf->maps.events), handle_event, rec, NULL);
	if (rec->ring)
		return 0;
	r = -errno;
	set_error(error, "no ring buffer: %s", strerror(-r));
	return r;
}

int recorder_open(const struct recorder_options *options, struct recorder **ret,
		  struct recorder_error *ret_error)
{
	struct recorder *rec = calloc(1, sizeof(*rec));
	int r;

	if (!rec) {
		set_error(ret_error, "out of memory");
		return -ENOMEM;
	}
	if (!options->debug)
		(void)libbpf_set_print(print_nothing); /* returns the old one */
	rec->n_cpus = libbpf_num_possible_cpus();
	r = check_kernel(rec, ret_error);
	if (r == 0)
		r = try_all(rec, options, ret_error);
	if (r == 0 && options->stream)
		r = open_ring(rec, ret_error);
	if (r < 0) {
		recorder_close(rec);
		return r;
	}
	rec->real_minus_monotonic = get_clock(CLOCK_REALTIME) - get_clock(CLOCK_MONOTONIC);
	*ret = rec;
	return 0;
}

void recorder_close(struct recorder *rec)
{
	if (!rec)
		return;
	ring_buffer__free(rec->ring);
	recorder_bpf__destroy(rec->bpf);
	free(rec);
}

enum record_point recorder_get_point(const struct recorder *rec)
{
	return rec->point;
}

/* --- Which container --------------------------------------------------------- */

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

struct process {
	pid_t pid, ppid;
	bool inside, marked;
};

struct processes {
	struct process *list;
	size_t n;
};

static int add_process(struct processes *all, pid_t pid, uint32_t pid_ns)
{
	auto_close int fd = proc_open(pid);
	struct procstatus status;
	struct process *p;

	if (fd < 0 || proc_read_status(fd, &status) < 0)
		return 0; /* gone meanwhile */
	if (!(all->n & (all->n - 1))) {
		p = reallocarray(all->list, all->n ? all->n * 2 : 1, sizeof(*p));
		if (!p)
			return -ENOMEM;
		all->list = p;
	}
	all->list[all->n++] = (struct process){ .pid = pid,
						.ppid = status.ppid,
						.inside = get_namespace(fd, "ns/pid") == pid_ns };
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

static const struct process *find_process(const struct processes *all, pid_t pid)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->list[i].pid == pid)
			return &all->list[i];
	}
	return NULL;
}

/* Inside with a parent outside is attached, and so is whatever descends from that. */
static bool is_attached(const struct processes *all, const struct process *p, pid_t init)
{
	const struct process *parent = find_process(all, p->ppid);

	if (p->marked || p->pid == init)
		return false;
	return (parent && parent->marked) || (p->inside && (!parent || !parent->inside));
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
		bool changed = true;

		r = read_processes(pid_ns, &all);
		while (r == 0 && changed) {
			changed = false;
			for (size_t i = 0; i < all.n; i++) {
				struct process *p = &all.list[i];

				if (!is_attached(&all, p, init))
					continue;
				p->marked = changed = true;
				(void)mark(rec, p->pid, RECORDER_ATTACH); /* full: as unmarked */
			}
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
		set_error(ret_error, "cannot look at process %d: %s", (int)init, strerror(-r));
		return r;
	}
	pid_ns = get_namespace(fd, "ns/pid");
	user_ns = get_namespace(fd, "ns/user");
	if (!pid_ns || !user_ns || inner != 1 || pid_ns == get_namespace(own, "ns/pid")) {
		set_error(ret_error, "it has no pid namespace of its own, by which its processes "
				     "could be told from others");
		return -EINVAL;
	}
	recorder_set_time(rec);
	rec->bpf->bss->user_ns = user_ns;
	rec->bpf->bss->bounding = status.bounding.bits;
	r = boot ? mark(rec, init, RECORDER_LXC) : mark_attached(rec, pid_ns, init);
	if (r < 0) {
		set_error(ret_error, "cannot mark processes: %s", strerror(-r));
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

/* --- What it says ------------------------------------------------------------ */

/* Times that the kernel did not run a program as it was running already. */
static uint64_t get_misses(const struct bpf_program *program)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_program__fd(program) < 0 ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) < 0)
		return 0;
	return info.recursion_misses;
}

int recorder_get_totals(const struct recorder *rec, struct recorder_totals *ret)
{
	auto_free struct recorder_stats *cpus = calloc((size_t)rec->n_cpus, sizeof(*cpus));
	struct recorder_totals t = { .unnamed = rec->unnamed };
	uint64_t entries = 0, returns = 0;
	uint32_t zero = 0;
	int r;

	if (!cpus)
		return -ENOMEM;
	r = bpf_map__lookup_elem(rec->bpf->maps.stats, &zero, sizeof(zero), cpus,
				 (size_t)rec->n_cpus * sizeof(*cpus), 0);
	if (r < 0)
		return r;
	for (int i = 0; i < rec->n_cpus; i++) {
		t.checks += cpus[i].answers[RECORD_GRANTED] + cpus[i].answers[RECORD_DENIED];
		t.denied += cpus[i].answers[RECORD_DENIED];
		t.keys += cpus[i].keys;
		t.unassigned += cpus[i].unassigned;
		t.unmarked += cpus[i].unmarked;
		t.events_lost += cpus[i].events_lost;
		entries += cpus[i].entries;
		returns += cpus[i].returns;
	}
	t.missed = get_misses(rec->bpf->progs.by_tracepoint) +
		   get_misses(rec->bpf->progs.by_fexit) + get_misses(rec->bpf->progs.by_kprobe) +
		   get_misses(rec->bpf->progs.by_kretprobe);
	if (entries > returns)
		t.missed += entries - returns;
	*ret = t;
	return 0;
}

int recorder_get_event_fd(const struct recorder *rec)
{
	return rec && rec->ring ? ring_buffer__epoll_fd(rec->ring) : -EBADF;
}

int recorder_read_events(struct recorder *rec, recorder_take take, void *state)
{
	rec->take = take;
	rec->take_state = state;
	return ring_buffer__consume(rec->ring);
}
