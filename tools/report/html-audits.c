/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See html.h: the timeline of cap-audit's verdicts, a lane for each container. */
#include "config.h"

#include "tools/report/html.h"

#include <string.h>
#include <time.h>

/* Seconds since the epoch, or -1: the text may say anything. */
static time_t read_time(const struct audit_entry *e)
{
	struct tm tm = { 0 };
	const char *end = strptime(e->time, "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end && !*end ? timegm(&tm) : -1;
}

struct range {
	time_t first, last;
};

static bool find_range(const struct html *h, struct range *ret)
{
	struct range r = { 0, -1 };
	bool any = false;

	for (size_t i = 0; i < h->set->n; i++) {
		for (size_t k = 0; k < h->histories[i].n_audits; k++) {
			time_t t = read_time(&h->histories[i].audits[k]);

			if (t < 0)
				continue;
			if (!any || t < r.first)
				r.first = t;
			if (!any || t > r.last)
				r.last = t;
			any = true;
		}
	}
	*ret = r;
	return any;
}

static void put_title(FILE *f, const struct audit_entry *e)
{
	html_text(f, e->time);
	fprintf(f, ": %s", audit_words[e->verdict]);
	if (e->text[0]) {
		fputs(": ", f);
		html_text(f, e->text);
	}
}

static void put_lane(const struct html *h, size_t i, const struct range *r)
{
	const struct history *history = &h->histories[i];
	double span = r->last > r->first ? (double)(r->last - r->first) : 1;

	fprintf(h->f, "<tr><th scope=\"row\"><a href=\"#c%zu\">", i);
	html_text(h->f, h->set->checks[i]->name);
	fprintf(h->f, "</a></th><td class=\"num\">%zu</td><td><div class=\"lane\">",
		history->n_audits);
	for (size_t k = 0; k < history->n_audits; k++) {
		const struct audit_entry *e = &history->audits[k];
		time_t t = read_time(e);

		if (t < 0)
			continue;
		fprintf(h->f, "<i class=\"mark v-%s\" style=\"left:%.2f%%\" title=\"",
			audit_words[e->verdict], (double)(t - r->first) * 100 / span);
		put_title(h->f, e);
		fputs("\"></i>", h->f);
	}
	fputs("</div></td><td>", h->f);
	html_verdict(h->f, &history->audits[history->n_audits - 1]);
	fputs("</td></tr>\n", h->f);
}

static void put_when(FILE *f, time_t t)
{
	char text[40] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm))
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm); /* fits */
	fputs(text, f);
}

void html_put_audits(const struct html *h)
{
	struct range r;

	fputs("<section id=\"audits\">\n<h2>Audits</h2>\n", h->f);
	if (!find_range(h, &r)) {
		fputs("<p class=\"muted\">No start has been audited yet.</p>\n</section>\n", h->f);
		return;
	}
	fputs("<p class=\"legend muted\">What cap-audit said at each start: "
	      "<span><i class=\"mark v-conforms\"></i> conforms</span> "
	      "<span><i class=\"mark v-refused\"></i> refused</span> "
	      "<span><i class=\"mark v-unchecked\"></i> could not be checked</span></p>\n"
	      "<div class=\"scroll\" tabindex=\"0\"><table class=\"lanes\">\n<thead><tr>"
	      "<th>Container</th><th class=\"num\">Starts</th><th><div class=\"ends\"><span>",
	      h->f);
	put_when(h->f, r.first);
	fputs("</span><span>", h->f);
	put_when(h->f, r.last);
	fputs("</span></div></th><th>Last</th></tr></thead>\n<tbody>\n", h->f);
	for (size_t i = 0; i < h->set->n; i++) {
		if (h->histories[i].n_audits)
			put_lane(h, i, &r);
	}
	fputs("</tbody></table></div>\n</section>\n", h->f);
}
