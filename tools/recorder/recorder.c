/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See recorder.h: loading, attaching, and events. */
#include "config.h"

#include "tools/recorder/recorder.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/proc.h"
#include "tools/recorder/recorder-kernel.h"
#include "tools/recorder/recorder.skel.h"

#define RING_BYTES (4u << 20)
#define BUDGET (64u << 20) /* bytes of kernel memory for the counts */
#define ENTRIES_MIN 1024

_Static_assert(RECORDER_OWN == (int)RECORD_OWN && RECORDER_BELOW == (int)RECORD_BELOW &&
		       RECORDER_OTHER == (int)RECORD_OTHER,
	       "the kernel's part says the same");
_Static_assert(RECORDER_GUEST == (int)RECORD_GUEST && RECORDER_ATTACH == (int)RECORD_ATTACH &&
		       RECORDER_WORKLOAD == (int)RECORD_WORKLOAD && RECORDER_LXC == (int)RECORD_LXC,
	       "the kernel's part says the same");

void recorder_set_error(struct recorder_error *error, const char *format, ...)
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
	recorder_set_error(error, "the kernel takes no BPF program at cap_capable (%s)", text);
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
		recorder_set_error(error, "cannot count the processors: %s",
				   strerror(-rec->n_cpus));
		return rec->n_cpus;
	}
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0) {
		int r = -errno;

		recorder_set_error(error, "this kernel has no BTF (/sys/kernel/btf/vmlinux: %s)",
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
	recorder_set_error(error, "no ring buffer: %s", strerror(-r));
	return r;
}

int recorder_open(const struct recorder_options *options, struct recorder **ret,
		  struct recorder_error *ret_error)
{
	struct recorder *rec = calloc(1, sizeof(*rec));
	int r;

	if (!rec) {
		recorder_set_error(ret_error, "out of memory");
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
