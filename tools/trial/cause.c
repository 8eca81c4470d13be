/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why a try failed: the one line of a log that says most.  Logs are the guest's own text and
 * hostile; what is kept is escaped.  See units.h.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/trial/unitlist.h"
#include "tools/trial/units.h"

#define ASK_MS 3000
#define LOG_MAX (4u << 20)

/* Words of a line about a refused permission, the most telling first; then of any failure. */
static const char *const telling[] = { "not permitted", "Permission denied",
				       "capabilit",	"EPERM",
				       "EACCES",	"ermission",
				       "denied",	"annot",
				       "ailed",		"rror",
				       "unable",	"Unable" };
#define N_TELLING (sizeof(telling) / sizeof(telling[0]))
#define N_SURE 5

static const char *const all_lines[] = { "journalctl", "-q", "-b",   "--no-pager", "-o",
					 "cat",	       "-n", "1500", NULL };

static bool contains(struct span line, const char *word)
{
	return memmem(line.p, line.n, word, strlen(word)) != NULL;
}

static size_t rank_line(struct span line)
{
	size_t rank = 0;

	while (rank < N_TELLING && !contains(line, telling[rank]))
		rank++;
	return rank;
}

/* FNV-1a, without digits: process ids, times and ports differ from boot to boot. */
static uint64_t hash_line(struct span line)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			hash = (hash ^ (unsigned char)line.p[i]) * UINT64_C(0x100000001b3);
	}
	return hash;
}

static bool is_noise(const struct trial *t, struct span line)
{
	const struct prove_state *baseline = t->try->baseline;
	uint64_t hash = hash_line(line);

	for (size_t i = 0; baseline && i < baseline->n_noise; i++) {
		if (baseline->noise[i] == hash)
			return true;
	}
	return false;
}

/* A console ends its lines with a carriage return. */
static struct span trim_line(struct span line)
{
	while (line.n && ((unsigned char)line.p[line.n - 1] <= ' '))
		line.n--;
	return span_trim(line);
}

/* The text is a guest's: nothing of it may drive a terminal. */
static void set_line(struct prove_result *result, struct span line)
{
	size_t n = line.n < sizeof(result->line) - 1 ? line.n : sizeof(result->line) - 1;

	for (size_t i = 0; i < n; i++)
		result->line[i] = line.p[i] < 0x20 || line.p[i] > 0x7e ? '?' : line.p[i];
	result->line[n] = '\0';
}

/*
 * Of lines that say as much, the first is nearest to the cause of a boot that failed, and the
 * last to that of work that did.
 */
void prove_units_take_line(struct trial *t, struct span text)
{
	struct span line, best = { NULL, 0 };
	size_t best_rank = N_TELLING + 1;

	while (span_next_line(&text, &line)) {
		line = trim_line(line);
		if (line.n && rank_line(line) < best_rank + (t->stage >= PROVE_CHECK) &&
		    !is_noise(t, line)) {
			best = line;
			best_rank = rank_line(line);
		}
	}
	if (!best.n)
		return;
	set_line(t->result, best);
	t->result->sure = best_rank < N_SURE && !t->result->timed_out;
}

static void note_lines(struct prove_state *state, struct span text)
{
	struct span line;

	while (span_next_line(&text, &line) && state->n_noise < PROVE_NOISE_MAX / 2) {
		line = trim_line(line);
		if (line.n && rank_line(line) < N_TELLING)
			state->noise[state->n_noise++] = hash_line(line);
	}
}

static bool read_file(const struct trial *t, const char *name, char **ret_text, size_t *ret_size)
{
	auto_close int fd = open(t->guest.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && io_read_file_at(fd, name, LOG_MAX, ret_text, ret_size) == 0;
}

void prove_units_note_noise(struct trial *t)
{
	static const char *const files[] = { "console", "log" };
	struct prove_output out = { 0 };

	if (t->setup->systemd && prove_guest_run(&t->guest, all_lines, ASK_MS, &out) == 0)
		note_lines(&t->result->state, (struct span){ out.text, out.size });
	free(out.text);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		auto_free char *text = NULL;
		size_t size;

		if (read_file(t, files[i], &text, &size))
			note_lines(&t->result->state, (struct span){ text, size });
	}
}

static bool ask(struct trial *t, const char *const argv[])
{
	struct prove_output out = { 0 };

	if (prove_guest_run(&t->guest, argv, ASK_MS, &out) < 0)
		return false;
	if (out.status == 0)
		prove_units_take_line(t, (struct span){ out.text, out.size });
	free(out.text);
	return t->result->line[0] != '\0';
}

/* "JOB UNIT TYPE STATE": the one that runs is waited for. */
static void find_job(struct trial *t)
{
	static const char *const argv[] = { "systemctl",  "list-jobs", "--plain", "--no-legend",
					    "--no-pager", "--full",    NULL };
	struct prove_output out = { 0 };
	struct span rest, line;

	if (!t->setup->systemd || prove_guest_run(&t->guest, argv, ASK_MS, &out) < 0)
		return;
	rest = (struct span){ out.text, out.size };
	while (span_next_line(&rest, &line)) {
		struct span number, unit, type, state;

		if (span_next_word(&line, &number) && span_next_word(&line, &unit) &&
		    span_next_word(&line, &type) && span_next_word(&line, &state) &&
		    span_is(state, "running") && unitlist_is_name(unit) &&
		    !span_ends(unit, ".target") &&
		    span_copy(unit, t->result->unit, sizeof(t->result->unit)) == 0)
			break;
	}
	free(out.text);
}

int prove_units_fail_late(struct trial *t, const char *what)
{
	t->result->timed_out = true;
	find_job(t);
	if (!t->result->unit[0])
		return trial_fail(t, "", "%s", what);
	return trial_fail(t, t->result->unit, "%s: waits for '%s'", what, t->result->unit);
}

/* A file beside the copy: LXC's log, or the console with what systemd said before journald. */
static void take_file(struct trial *t, const char *name)
{
	auto_free char *text = NULL;
	size_t size;

	if (read_file(t, name, &text, &size))
		prove_units_take_line(t, (struct span){ text, size });
}

void prove_units_find_evidence(struct trial *t)
{
	const char *const of_unit[] = { "journalctl", "-q",  "-b", "--no-pager",    "-o", "cat",
					"-n",	      "200", "-u", t->result->unit, NULL };

	if (t->result->line[0])
		return;
	if (t->setup->systemd && t->stage >= PROVE_BOOT && prove_guest_is_alive(&t->guest)) {
		if (t->result->unit[0] && ask(t, of_unit))
			return;
		/* A unit without a word of its own: what others say would only mislead. */
		if (t->result->inactive)
			return;
		if (ask(t, all_lines)) {
			t->result->sure = false; /* it may be about something else */
			return;
		}
	}
	if (t->stage > PROVE_START)
		take_file(t, "console");
	if (!t->result->line[0])
		take_file(t, "log");
}
