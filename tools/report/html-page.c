/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See html.h: the frame of the page, its head and its overview. */
#include "config.h"

#include "tools/report/html.h"

#include <errno.h>
#include <lxc/lxccontainer.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "tools/risk/capinfo.h"
#include "tools/risk/score.h"

void html_text(FILE *f, const char *hostile)
{
	for (; *hostile; hostile++) {
		unsigned char c = (unsigned char)*hostile;

		if (strchr("&<>\"'", c))
			fprintf(f, "&#%u;", c);
		else if (c >= 0x20 && c < 0x7f)
			(void)putc(c, f); /* the writer asks ferror() at the end */
		else
			fprintf(f, "\\x%02x", c);
	}
}

enum check_severity html_cap_severity(const struct check *c, unsigned int cap)
{
	const struct capinfo *info = capinfo_get(cap);

	if (!info) /* of a kernel that is newer than the table */
		return CHECK_KERNEL;
	return check_class_severity(c && c->idmapped ? info->idmapped : info->privileged);
}

void html_severity(FILE *f, enum check_severity severity)
{
	const char *name = check_severity_name(severity);

	fprintf(f, "<span class=\"tag s-%s\">%s</span>", name, name);
}

void html_verdict(FILE *f, const struct audit_entry *e)
{
	fprintf(f, "<span class=\"verdict v-%s\">%s%s</span>", audit_words[e->verdict],
		audit_words[e->verdict],
		e->warn && e->verdict != AUDIT_WORD_CONFORMS ? ", started" : "");
}

void html_bar(FILE *f, unsigned int score, const unsigned int parts[CHECK_N_SEVERITIES])
{
	fprintf(f, "<span class=\"bar\" role=\"img\" aria-label=\"score %u of 1000\">", score);
	for (int s = CHECK_HOST; s >= CHECK_DENIAL; s--) {
		if (parts[s])
			fprintf(f, "<i class=\"s-%s\" style=\"width:%u.%u%%\"></i>",
				check_severity_name((enum check_severity)s), parts[s] / 10,
				parts[s] % 10);
	}
	fputs("</span>", f);
}

/* --- Head ------------------------------------------------------------------------ */

static void put_tile(FILE *f, size_t number, const char *text, const char *class)
{
	fprintf(f, "<div class=\"tile %s\"><b>%zu</b> <span>%s</span></div>\n", class, number,
		text);
}

static void put_tiles(const struct html *h)
{
	size_t running = 0, above = 0, differ = 0, refused = 0, broken = 0;

	for (size_t i = 0; i < h->set->n; i++) {
		const struct check *c = h->set->checks[i];
		const struct history *history = &h->histories[i];

		running += c->state == CHECK_RUNNING;
		broken += !check_is_known(c);
		above += check_is_known(c) && c->score >= 350;
		differ += c->n[CHECK_DISAGREEMENT] != 0;
		refused += history->n_audits &&
			   history->audits[history->n_audits - 1].verdict != AUDIT_WORD_CONFORMS;
	}
	fputs("<div class=\"tiles\">\n", h->f);
	put_tile(h->f, h->set->n, "containers", "");
	put_tile(h->f, running, "running", "");
	put_tile(h->f, above, "with a high or critical score", above ? "bad" : "");
	put_tile(h->f, differ, "run otherwise than configured", differ ? "bad" : "");
	put_tile(h->f, refused, "not conforming at the last start", refused ? "bad" : "");
	if (broken)
		put_tile(h->f, broken, "cannot be read", "bad");
	fputs("</div>\n", h->f);
}

static void put_head(const struct html *h)
{
	struct utsname host;
	time_t now = time(NULL);
	char text[40] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &tm); /* fits */
	fputs("<header>\n<h1>Containers of ", h->f);
	if (uname(&host) == 0) {
		html_text(h->f, host.nodename);
		fprintf(h->f, "</h1>\n<p class=\"muted\">%s, LXC ", text);
		html_text(h->f, lxc_get_version());
		fputs(", Linux ", h->f);
		html_text(h->f, host.release);
	}
	fputs(", by <code>lxc-harden check --all --html</code> " PACKAGE_VERSION "</p>\n", h->f);
	put_tiles(h);
	fputs("<nav><a href=\"#overview\">Overview</a> <a href=\"#matrix\">Capabilities</a> "
	      "<a href=\"#audits\">Audits</a> <a href=\"#details\">Findings</a></nav>\n</header>\n",
	      h->f);
}

/* --- Overview ---------------------------------------------------------------------- */

static void put_change(const struct html *h, size_t i)
{
	const struct check_before *before = &h->histories[i].before;

	if (before->known && before->differs)
		fprintf(h->f, "<span class=\"muted\">%u &#8594;</span> ", before->score);
	fprintf(h->f, "<b>%u</b> <span class=\"muted\">%s</span>", h->set->checks[i]->score,
		check_score_name(h->set->checks[i]->score));
}

static void put_count(FILE *f, size_t n, const char *class)
{
	if (n)
		fprintf(f, "<td class=\"num %s\">%zu</td>", class, n);
	else
		fputs("<td class=\"num muted\">0</td>", f);
}

static void put_row(const struct html *h, size_t i)
{
	const struct check *c = h->set->checks[i];
	const struct history *history = &h->histories[i];

	fprintf(h->f, "<tr><th scope=\"row\"><a href=\"#c%zu\">", i);
	html_text(h->f, c->name);
	fprintf(h->f, "</a></th><td class=\"st-%s\">%s</td>", check_state_name(c->state),
		check_state_name(c->state));
	if (check_is_known(c)) {
		fprintf(h->f, "<td>%s</td><td>%s</td><td class=\"num\">%u</td><td class=\"num\">",
			c->level, c->idmapped ? "mapped" : "host", caps_count(c->held));
		put_change(h, i);
		fputs("</td><td class=\"barcell\">", h->f);
		html_bar(h->f, c->score, c->score_class);
		fputs("</td>", h->f);
	} else {
		fputs("<td colspan=\"5\" class=\"muted\">", h->f);
		html_text(h->f, c->failure ? c->failure : c->n_findings ? c->findings[0].text : "");
		fputs("</td>", h->f);
	}
	put_count(h->f, c->n[CHECK_DISAGREEMENT], "bad");
	put_count(h->f, c->n[CHECK_FAULT], "bad");
	put_count(h->f, c->n[CHECK_EXPOSURE], "");
	fputs("<td>", h->f);
	if (history->n_audits)
		html_verdict(h->f, &history->audits[history->n_audits - 1]);
	fputs("</td></tr>\n", h->f);
}

static void put_overview(const struct html *h)
{
	fputs("<section id=\"overview\">\n<h2>Overview</h2>\n"
	      "<p class=\"muted\">The score says what root inside could do to the host: 0 nothing, "
	      "1000 everything; the number before the arrow is without lxc-harden. "
	      "In the bar: ",
	      h->f);
	for (int s = CHECK_HOST; s >= CHECK_DENIAL; s--)
		html_severity(h->f, (enum check_severity)s);
	fputs("</p>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"list\">\n<thead><tr>"
	      "<th>Container</th><th>State</th><th>Level</th><th>Ids</th>"
	      "<th class=\"num\">Caps</th><th class=\"num\">Score</th><th></th>"
	      "<th class=\"num\">Differ</th><th class=\"num\">Faults</th>"
	      "<th class=\"num\">Open</th><th>Last audit</th></tr></thead>\n<tbody>\n",
	      h->f);
	for (size_t i = 0; i < h->set->n; i++)
		put_row(h, i);
	fputs("</tbody></table></div>\n</section>\n", h->f);
}

/* --- The page ------------------------------------------------------------------------ */

int html_write_page(const struct check_set *set, const struct history *histories, FILE *f)
{
	const struct html h = { f, set, histories };

	/* Should anything hostile get through all the same, it may load and run nothing. */
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<title>lxc-harden: containers</title>\n<style>\n",
	      f);
	fputs(html_style, f);
	fputs("</style>\n</head>\n<body>\n", f);
	put_head(&h);
	fputs("<main>\n", f);
	if (set->n) {
		put_overview(&h);
		html_put_matrix(&h);
		html_put_audits(&h);
		html_put_details(&h);
	} else {
		fputs("<p>There are no containers.</p>\n", f);
	}
	fputs("</main>\n</body>\n</html>\n", f);
	return ferror(f) ? -EIO : 0;
}
