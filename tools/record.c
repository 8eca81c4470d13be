/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See record.h; reading is in record-parse.c. */
#include "config.h"

#include "tools/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "lib/io.h"
#include "lib/json.h"

const char *const record_answers[RECORD_N_ANSWERS] = { "granted", "denied" };
const char *const record_targets[RECORD_N_TARGETS] = { "own", "below", "other" };
const char *const record_origins[RECORD_N_ORIGINS] = { "guest", "attach", "workload", "lxc" };
const char *const record_points[RECORD_N_POINTS] = { "tracepoint", "fexit", "kprobe" };
const char *const record_verdicts[RECORD_N_VERDICTS] = { "unused", "probed", "denied", "needed" };

static void free_text(const char *text)
{
	free((void *)(uintptr_t)text); /* ours: every string of a record is a copy */
}

static void free_check(const struct record_check *check)
{
	free_text(check->unit);
	free_text(check->program);
	free_text(check->comm);
	free_text(check->syscall);
}

struct record *record_new(const char *container)
{
	struct record *record = calloc(1, sizeof(*record));

	if (!record)
		return NULL;
	record->container = strdup(container);
	if (!record->container) {
		free(record);
		return NULL;
	}
	return record;
}

void record_free(struct record *record)
{
	if (!record)
		return;
	for (size_t i = 0; i < record->n_checks; i++)
		free_check(&record->checks[i]);
	for (size_t i = 0; i < record->n_runs; i++)
		free_text(record->runs[i].kernel);
	free_text(record->container);
	free(record->checks);
	free(record->runs);
	free(record->losses);
	free(record);
}

/* --- Adding ------------------------------------------------------------------ */

/* JSON readers keep 63 bits; a file may claim as many as it likes. */
static uint64_t add_counts(uint64_t a, uint64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* Room for one more of size bytes; arrays grow by powers of two, so n alone tells. */
static int grow(void *array, size_t n, size_t size)
{
	void *p;

	if (n & (n - 1) || n == 1) /* neither 0 nor a power of two from 2 on: there is room */
		return 0;
	p = reallocarray(*(void **)array, n ? n * 2 : 2, size);
	if (!p)
		return -ENOMEM;
	*(void **)array = p;
	return 0;
}

/* A copy; printable ASCII stays, backslashes too: they are of an escape, see the header. */
static int copy_text(const char *text, const char **ret)
{
	char buf[RECORD_TEXT_MAX + 1];
	struct emit e = EMIT_INIT(buf);

	*ret = NULL;
	if (!text)
		return 0;
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c >= 0x20 && c < 0x7f && c != '"')
			emit_span(&e, (struct span){ p, 1 });
		else
			emit_printf(&e, "\\x%02x", c);
	}
	if (e.full)
		return -EINVAL;
	*ret = strdup(buf);
	return *ret ? 0 : -ENOMEM;
}

int record_add_check(struct record *record, const struct record_check *check)
{
	struct record_check copy = *check;
	int r = grow(&record->checks, record->n_checks, sizeof(copy));

	if (r < 0)
		return r;
	copy.unit = copy.program = copy.comm = copy.syscall = NULL;
	r = copy_text(check->unit, &copy.unit);
	if (r == 0)
		r = copy_text(check->program, &copy.program);
	if (r == 0)
		r = copy_text(check->comm, &copy.comm);
	if (r == 0)
		r = copy_text(check->syscall, &copy.syscall);
	if (r < 0) {
		free_check(&copy);
		return r;
	}
	record->checks[record->n_checks++] = copy;
	return 0;
}

int record_add_run(struct record *record, const struct record_run *run)
{
	struct record_run copy = *run;
	int r = grow(&record->runs, record->n_runs, sizeof(copy));

	if (r == 0)
		r = copy_text(run->kernel, &copy.kernel);
	if (r < 0)
		return r;
	record->runs[record->n_runs++] = copy;
	record->n_runs_total++;
	record->n_boots += run->boot;
	return 0;
}

int record_add_loss(struct record *record, const struct record_loss *loss)
{
	int r = 0;

	for (size_t i = 0; i < record->n_losses; i++) {
		struct record_loss *l = &record->losses[i];

		if (l->cap == loss->cap && l->answer == loss->answer && l->target == loss->target) {
			l->count = add_counts(l->count, loss->count);
			return 0;
		}
	}
	r = grow(&record->losses, record->n_losses, sizeof(*loss));
	if (r == 0)
		record->losses[record->n_losses++] = *loss;
	return r;
}

/* --- Adding up --------------------------------------------------------------- */

static int compare_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* NULL comes first. */
static int compare_text(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_names(const struct record_check *a, const struct record_check *b)
{
	int r = compare_text(a->unit, b->unit);

	if (r == 0)
		r = compare_text(a->program, b->program);
	if (r == 0)
		r = compare_text(a->comm, b->comm);
	if (r == 0)
		r = compare_text(a->syscall, b->syscall);
	return r;
}

static int compare_checks(const void *pa, const void *pb)
{
	const struct record_check *a = pa, *b = pb;
	int r = compare_number(a->cap, b->cap);

	if (r == 0)
		r = compare_names(a, b);
	if (r == 0)
		r = compare_number(a->answer, b->answer);
	if (r == 0)
		r = compare_number(a->target, b->target);
	if (r == 0)
		r = compare_number(a->origin, b->origin);
	if (r == 0)
		r = compare_number(a->borrowed, b->borrowed);
	if (r == 0)
		r = compare_number(a->options_known, b->options_known);
	if (r == 0)
		r = compare_number(a->options, b->options);
	return r;
}

static int compare_counts(const void *pa, const void *pb)
{
	const struct record_check *a = pa, *b = pb;

	return compare_number(b->count, a->count);
}

static void sort(struct record *record, int (*compare)(const void *, const void *))
{
	if (record->n_checks)
		qsort(record->checks, record->n_checks, sizeof(*record->checks), compare);
}

static void add_up(struct record *record)
{
	size_t n = 0;

	sort(record, compare_checks);
	for (size_t i = 0; i < record->n_checks; i++) {
		struct record_check *check = &record->checks[i], *into;

		if (!n || compare_checks(&record->checks[n - 1], check) != 0) {
			record->checks[n++] = *check;
			continue;
		}
		into = &record->checks[n - 1];
		into->count = add_counts(into->count, check->count);
		if (check->first < into->first)
			into->first = check->first;
		if (check->last > into->last)
			into->last = check->last;
		free_check(check);
	}
	record->n_checks = n;
}

/* The rarest become losses: what a guest makes up by the thousand is each seen once. */
static int cut(struct record *record, size_t max)
{
	if (record->n_checks <= max)
		return 0;
	sort(record, compare_counts);
	while (record->n_checks > max) {
		const struct record_check *check = &record->checks[record->n_checks - 1];
		struct record_loss loss = { check->cap, check->answer, check->target,
					    check->count };
		int r = record_add_loss(record, &loss);

		if (r < 0)
			return r;
		free_check(check);
		record->n_checks--;
	}
	sort(record, compare_checks);
	return 0;
}

static int compare_losses(const void *pa, const void *pb)
{
	const struct record_loss *a = pa, *b = pb;
	int r = compare_number(a->cap, b->cap);

	if (r == 0)
		r = compare_number(a->answer, b->answer);
	return r ? r : compare_number(a->target, b->target);
}

int record_settle(struct record *record)
{
	add_up(record);
	while (record->n_runs > RECORD_RUNS_MAX) {
		free_text(record->runs[0].kernel);
		memmove(record->runs, record->runs + 1, --record->n_runs * sizeof(*record->runs));
	}
	if (record->n_losses)
		qsort(record->losses, record->n_losses, sizeof(*record->losses), compare_losses);
	return cut(record, RECORD_CHECKS_MAX);
}

int record_merge(struct record *into, const struct record *from)
{
	uint64_t runs = into->n_runs_total + from->n_runs_total;
	uint64_t boots = into->n_boots + from->n_boots;
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->n_checks; i++)
		r = record_add_check(into, &from->checks[i]);
	for (size_t i = 0; r == 0 && i < from->n_runs; i++)
		r = record_add_run(into, &from->runs[i]);
	for (size_t i = 0; r == 0 && i < from->n_losses; i++)
		r = record_add_loss(into, &from->losses[i]);
	into->n_runs_total = runs;
	into->n_boots = boots;
	return r < 0 ? r : record_settle(into);
}

/* --- What it says ------------------------------------------------------------ */

/*
 * Where the attach point gives no options: system calls in which the kernel asks quietly.
 * Memory is accounted by __vm_enough_memory(), extended attributes of overlayfs and "trusted."
 * are listed for those who hold it; both go on without.
 */
static const struct {
	unsigned int cap;
	const char *syscall;
} probes[] = {
	{ CAP_SYS_ADMIN, "brk" },	 { CAP_SYS_ADMIN, "mmap" },
	{ CAP_SYS_ADMIN, "mremap" },	 { CAP_SYS_ADMIN, "mprotect" },
	{ CAP_SYS_ADMIN, "execve" },	 { CAP_SYS_ADMIN, "execveat" },
	{ CAP_SYS_ADMIN, "clone" },	 { CAP_SYS_ADMIN, "clone3" },
	{ CAP_SYS_ADMIN, "fork" },	 { CAP_SYS_ADMIN, "vfork" },
	{ CAP_SYS_ADMIN, "shmget" },	 { CAP_SYS_ADMIN, "shmat" },
	{ CAP_SYS_ADMIN, "ftruncate" },	 { CAP_SYS_ADMIN, "fallocate" },
	{ CAP_SYS_ADMIN, "listxattr" },	 { CAP_SYS_ADMIN, "llistxattr" },
	{ CAP_SYS_ADMIN, "flistxattr" },
};

bool record_is_probe(const struct record_check *check)
{
	if (check->options_known)
		return check->options & RECORD_NOAUDIT;
	if (!check->syscall) /* the stack of a process grows in a page fault */
		return check->cap == CAP_SYS_ADMIN;
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (probes[i].cap == check->cap && strcmp(probes[i].syscall, check->syscall) == 0)
			return true;
	}
	return false;
}

bool record_counts(const struct record_check *check)
{
	return check->target == RECORD_OWN && check->origin != RECORD_LXC && !check->borrowed &&
	       !record_is_probe(check);
}

static uint64_t *find_counter(struct record_use *use, const struct record_check *check)
{
	if (check->origin == RECORD_LXC)
		return &use->lxc;
	if (check->target == RECORD_BELOW)
		return &use->below;
	if (check->target == RECORD_OTHER)
		return &use->other;
	if (check->borrowed)
		return &use->borrowed;
	if (record_is_probe(check))
		return &use->probed;
	return check->answer == RECORD_GRANTED ? &use->granted : &use->denied;
}

/* Of a loss no more is known than this; taking it for a need is the safe side. */
static void use_loss(struct record_use *use, const struct record_loss *loss)
{
	uint64_t *counter = loss->target == RECORD_BELOW     ? &use->below
			    : loss->target == RECORD_OTHER   ? &use->other
			    : loss->answer == RECORD_GRANTED ? &use->granted
							     : &use->denied;

	*counter = add_counts(*counter, loss->count);
}

void record_get_use(const struct record *record, unsigned int cap, struct record_use *ret)
{
	struct record_use use = { 0 };

	for (size_t i = 0; i < record->n_checks; i++) {
		uint64_t *counter;

		if (record->checks[i].cap != cap)
			continue;
		counter = find_counter(&use, &record->checks[i]);
		*counter = add_counts(*counter, record->checks[i].count);
	}
	for (size_t i = 0; i < record->n_losses; i++) {
		if (record->losses[i].cap == cap)
			use_loss(&use, &record->losses[i]);
	}
	if (use.granted)
		use.verdict = RECORD_NEEDED;
	else if (use.denied)
		use.verdict = RECORD_REFUSED;
	else if (use.probed)
		use.verdict = RECORD_PROBED;
	*ret = use;
}

/* --- Writing ----------------------------------------------------------------- */

static void print_cap(struct json *j, const char *key, unsigned int cap)
{
	char buf[32];
	struct emit e = EMIT_INIT(buf);

	caps_emit_name(&e, cap);
	json_str(j, key, buf);
}

static void print_time(struct json *j, const char *key, int64_t seconds)
{
	char buf[32];
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm))
		(void)strcpy(buf, "1970-01-01T00:00:00Z"); /* NOLINT: sized to fit */
	json_str(j, key, buf);
}

static void print_run(struct json *j, const struct record_run *run)
{
	json_begin_object(j, NULL);
	json_bool(j, "boot", run->boot);
	print_time(j, "begin", run->begin);
	print_time(j, "end", run->end);
	json_str(j, "kernel", run->kernel);
	json_str(j, "point", record_points[run->point]);
	json_begin_array(j, "held");
	for (unsigned int cap = 0; cap <= CAPS_MAX; cap++) {
		if (caps_has(run->held, cap))
			print_cap(j, NULL, cap);
	}
	json_end_array(j);
	json_u64(j, "checks", run->checks);
	json_u64(j, "unassigned", run->unassigned);
	json_u64(j, "missed", run->missed);
	json_end_object(j);
}

static void print_options(struct json *j, const struct record_check *check)
{
	if (!check->options_known) {
		json_null(j, "options");
		return;
	}
	json_begin_array(j, "options");
	if (check->options & RECORD_NOAUDIT)
		json_str(j, NULL, "noaudit");
	if (check->options & RECORD_INSETID)
		json_str(j, NULL, "insetid");
	json_end_array(j);
}

static void print_check(struct json *j, const struct record_check *check)
{
	json_begin_object(j, NULL);
	print_cap(j, "capability", check->cap);
	json_str(j, "answer", record_answers[check->answer]);
	json_str(j, "target", record_targets[check->target]);
	json_str(j, "origin", record_origins[check->origin]);
	json_bool(j, "borrowed", check->borrowed);
	print_options(j, check);
	json_str(j, "unit", check->unit);
	json_str(j, "program", check->program);
	json_str(j, "comm", check->comm);
	json_str(j, "syscall", check->syscall);
	json_u64(j, "count", check->count);
	print_time(j, "first", check->first);
	print_time(j, "last", check->last);
	json_end_object(j);
}

static void print_loss(struct json *j, const struct record_loss *loss)
{
	json_begin_object(j, NULL);
	print_cap(j, "capability", loss->cap);
	json_str(j, "answer", record_answers[loss->answer]);
	json_str(j, "target", record_targets[loss->target]);
	json_u64(j, "count", loss->count);
	json_end_object(j);
}

static void print_all(struct json *j, const struct record *record)
{
	json_begin_object(j, NULL);
	json_str(j, "schema", "lxc-harden-record");
	json_u64(j, "version", RECORD_VERSION);
	json_str(j, "container", record->container);
	json_u64(j, "runs_total", record->n_runs_total);
	json_u64(j, "boots", record->n_boots);
	json_begin_array(j, "runs");
	for (size_t i = 0; i < record->n_runs; i++)
		print_run(j, &record->runs[i]);
	json_end_array(j);
	json_begin_array(j, "losses");
	for (size_t i = 0; i < record->n_losses; i++)
		print_loss(j, &record->losses[i]);
	json_end_array(j);
	json_begin_array(j, "checks");
	for (size_t i = 0; i < record->n_checks; i++)
		print_check(j, &record->checks[i]);
	json_end_array(j);
	json_end_object(j);
	json_finish(j);
}

/* 0, -ENOMEM, or -E2BIG if it is more than size. */
static int print_into(const struct record *record, size_t size, char **ret_text, size_t *ret_size)
{
	auto_free char *buf = malloc(size);
	struct emit e = { .buf = buf, .size = size };
	struct json j = { .e = &e };

	if (!buf)
		return -ENOMEM;
	buf[0] = '\0';
	print_all(&j, record);
	if (e.full)
		return -E2BIG;
	*ret_size = e.len;
	*ret_text = take_ptr(&buf);
	return 0;
}

int record_print(struct record *record, char **ret_text, size_t *ret_size)
{
	size_t size = 65536;
	int r;

	while ((r = print_into(record, size, ret_text, ret_size)) == -E2BIG) {
		if (size < RECORD_SIZE_MAX) {
			size = size * 2 < RECORD_SIZE_MAX ? size * 2 : RECORD_SIZE_MAX;
			continue;
		}
		/* Long names, which the guest chooses, cannot make a file that nobody reads. */
		r = cut(record, record->n_checks / 2);
		if (r < 0)
			return r;
	}
	return r;
}

int record_write_at(int dirfd, struct record *record)
{
	auto_free char *text = NULL;
	size_t size;
	int r = record_print(record, &text, &size);

	return r < 0 ? r : io_write_file_at(dirfd, RECORD_FILE, text, size, 0644);
}
