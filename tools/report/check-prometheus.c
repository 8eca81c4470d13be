/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See check-show.h: the text format of Prometheus, for node_exporter's textfile collector. */
#include "config.h"

#include "tools/report/check-show.h"

#include <errno.h>
#include <time.h>

/* A label's value: printable ASCII, the rest as \xNN, and that backslash doubled. */
static void put_label(FILE *f, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '\\' || c == '"')
			fprintf(f, "\\%c", c);
		else if (c >= 0x20 && c < 0x7f)
			(void)putc(c, f); /* the caller asks ferror() */
		else
			fprintf(f, "\\\\x%02x", c);
	}
}

static void put_labels(FILE *f, const struct check *c)
{
	fputs("{name=\"", f);
	put_label(f, c->name);
	fputs("\",lxcpath=\"", f);
	put_label(f, c->lxcpath);
	fputs("\"", f);
}

static void put_head(FILE *f, const char *name, const char *help)
{
	fprintf(f, "# HELP lxc_harden_%s %s\n# TYPE lxc_harden_%s gauge\n", name, help, name);
}

static void put_scores(const struct check_set *set, FILE *f)
{
	put_head(f, "score", "What root inside can do to the host: 0 nothing, 1000 everything.");
	for (size_t i = 0; i < set->n; i++) {
		if (!check_is_known(set->checks[i]))
			continue;
		fputs("lxc_harden_score", f);
		put_labels(f, set->checks[i]);
		fprintf(f, "} %u\n", set->checks[i]->score);
	}
	put_head(f, "capabilities", "Capabilities held.");
	for (size_t i = 0; i < set->n; i++) {
		if (!check_is_known(set->checks[i]))
			continue;
		fputs("lxc_harden_capabilities", f);
		put_labels(f, set->checks[i]);
		fprintf(f, "} %u\n", caps_count(set->checks[i]->held));
	}
}

static void put_states(const struct check_set *set, FILE *f)
{
	put_head(f, "state", "1 for the state that the container is in.");
	for (size_t i = 0; i < set->n; i++) {
		fputs("lxc_harden_state", f);
		put_labels(f, set->checks[i]);
		fprintf(f, ",state=\"%s\"} 1\n", check_state_name(set->checks[i]->state));
	}
}

static void put_findings(const struct check_set *set, FILE *f)
{
	put_head(f, "findings", "Findings, by kind.");
	for (size_t i = 0; i < set->n; i++) {
		for (int kind = 0; kind < CHECK_N_KINDS; kind++) {
			fputs("lxc_harden_findings", f);
			put_labels(f, set->checks[i]);
			fprintf(f, ",kind=\"%s\"} %zu\n", check_kind_name((enum check_kind)kind),
				set->checks[i]->n[kind]);
		}
	}
}

int check_write_prometheus(const struct check_set *set, FILE *f)
{
	put_scores(set, f);
	put_states(set, f);
	put_findings(set, f);
	put_head(f, "check_timestamp_seconds", "When this was written.");
	fprintf(f, "lxc_harden_check_timestamp_seconds %lld\n", (long long)time(NULL));
	return ferror(f) ? -EIO : 0;
}
