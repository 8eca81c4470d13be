/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See progress.h. */
#include "config.h"

#include "tools/prove/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/trial/guest.h"

#define BAR 24

void prove_progress_begin(struct prove_progress *p, bool quiet, size_t jobs)
{
	*p = (struct prove_progress){ .quiet = quiet,
				      .terminal = isatty(STDERR_FILENO),
				      .begin = prove_deadline_now(),
				      .jobs = jobs };
}

/* The shorter way to say a set: what it is, or what it lacks. */
static void emit_set(const struct prove_progress *p, struct emit *e, struct caps set)
{
	struct caps lacks = caps_minus(p->max, set);

	if (!lacks.bits) {
		emit_str(e, "with all");
	} else if (caps_count(lacks) < caps_count(set)) {
		emit_str(e, "without ");
		caps_emit(e, lacks, " ");
	} else {
		emit_str(e, "with only ");
		caps_emit(e, set, " ");
	}
}

void prove_progress_tell(struct prove_progress *p, const struct capsearch_want *want,
			 const struct prove_result *result, unsigned int left)
{
	char text[1200];
	struct emit e = EMIT_INIT(text);

	p->done++;
	p->left = left;
	emit_set(p, &e, want->set);
	(void)snprintf(p->doing, sizeof(p->doing), "%s", text); /* is cut */
	if (want->confirm)
		emit_str(&e, ", on a plain copy");
	if (p->quiet || p->terminal)
		return;
	emit_str(&e, result->verdict == PROVE_PASS ? ": works" : ": ");
	if (result->verdict != PROVE_PASS)
		emit_str(&e, result->what);
	if (result->verdict != PROVE_PASS && result->line[0])
		emit_printf(&e, " (%s)", result->line);
	fprintf(stderr, "boot %u, %.1f s: %s\n", p->done,
		(double)(prove_deadline_now() - p->begin) / 1000, text);
}

void prove_progress_say(struct prove_progress *p, const char *text)
{
	(void)snprintf(p->doing, sizeof(p->doing), "%s", text); /* is cut */
	if (!p->quiet && !p->terminal)
		fprintf(stderr, "%s\n", text);
	prove_progress_draw(p);
}

void prove_progress_draw(struct prove_progress *p)
{
	double took = (double)(prove_deadline_now() - p->begin) / 1000;
	unsigned int total = p->done + p->left, filled = total ? BAR * p->done / total : 0;
	char bar[BAR + 1];

	if (p->quiet || !p->terminal)
		return;
	memset(bar, '.', BAR);
	memset(bar, '#', filled > BAR ? BAR : filled);
	bar[BAR] = '\0';
	fprintf(stderr, "\r\033[K[%s] %u of about %u boots, %.0f s", bar, p->done, total, took);
	if (p->done > 2)
		fprintf(stderr, ", %.0f s left", took * p->left / p->done);
	fprintf(stderr, ": %.40s", p->doing);
	(void)fflush(stderr); /* a bar that cannot be seen is no error */
	p->drawn = true;
}

void prove_progress_end(struct prove_progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = false;
}
