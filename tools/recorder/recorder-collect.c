/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel counted: totals, and a record at the end. */
#include "config.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "tools/recorder/recorder-kernel.h"
#include "tools/recorder/recorder.skel.h"

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

/* Of all processors; false if none has counted. */
static bool add_up(const struct recorder_count *cpus, int n, struct recorder_count *ret)
{
	struct recorder_count sum = { 0 };

	for (int i = 0; i < n; i++) {
		sum.count += cpus[i].count;
		if (cpus[i].first && (!sum.first || cpus[i].first < sum.first))
			sum.first = cpus[i].first;
		if (cpus[i].last > sum.last)
			sum.last = cpus[i].last;
	}
	*ret = sum;
	return sum.count;
}

static int collect_counts(struct recorder *rec, struct record *record)
{
	size_t size = (size_t)rec->n_cpus * sizeof(struct recorder_count);
	auto_free struct recorder_count *cpus = malloc(size);
	struct bpf_map *map = rec->bpf->maps.counts;
	struct recorder_key key, *previous = NULL;
	int r;

	if (!cpus)
		return -ENOMEM;
	while ((r = bpf_map__get_next_key(map, previous, &key, sizeof(key))) == 0) {
		struct recorder_count sum;
		struct recorder_names names;
		struct record_check check;

		previous = &key;
		r = bpf_map__lookup_elem(map, &key, sizeof(key), cpus, size, 0);
		if (r < 0)
			return r;
		if (!add_up(cpus, rec->n_cpus, &sum))
			continue;
		recorder_get_check(rec, &key, &names, &check);
		check.count = sum.count;
		if (names.lost)
			rec->unnamed += sum.count;
		check.first = (int64_t)sum.first;
		check.last = (int64_t)sum.last;
		r = record_add_check(record, &check);
		if (r < 0)
			return r;
	}
	return r == -ENOENT ? 0 : r;
}

static int collect_losses(const struct recorder *rec, struct record *record)
{
	size_t size = (size_t)rec->n_cpus * sizeof(uint64_t);
	auto_free uint64_t *cpus = malloc(size);

	if (!cpus)
		return -ENOMEM;
	for (uint32_t i = 0; i < RECORDER_LOSSES; i++) {
		struct record_loss loss = {
			.cap = i / (RECORDER_ANSWERS * RECORDER_TARGETS),
			.answer = (enum record_answer)(i / RECORDER_TARGETS % RECORDER_ANSWERS),
			.target = (enum record_target)(i % RECORDER_TARGETS),
		};
		int r = bpf_map__lookup_elem(rec->bpf->maps.losses, &i, sizeof(i), cpus, size, 0);

		if (r < 0)
			return r;
		for (int cpu = 0; cpu < rec->n_cpus; cpu++)
			loss.count += cpus[cpu];
		r = loss.count ? record_add_loss(record, &loss) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

int recorder_collect(struct recorder *rec, struct record *record)
{
	int r;

	/* Nothing is counted from here on, or the sums would not agree. */
	recorder_unwatch(rec);
	r = collect_counts(rec, record);
	return r < 0 ? r : collect_losses(rec, record);
}
