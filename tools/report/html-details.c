/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See html.h: a container each, with before and after, its findings, and its audits. */
#include "config.h"

#include "tools/report/html.h"

#include "lib/emit.h"

static void put_names(FILE *f, struct caps set)
{
	char names[1200] = "";
	struct emit e = EMIT_INIT(names);

	caps_emit(&e, set, " ");
	html_text(f, names);
}

/* --- Before and after ------------------------------------------------------------ */

static void put_side(FILE *f, const char *title, unsigned int score,
		     const unsigned int parts[CHECK_N_SEVERITIES], struct caps caps)
{
	fprintf(f,
		"<div class=\"side\"><span class=\"what\">%s</span> <b>%u</b> %s, %u "
		"capabilities",
		title, score, check_score_name(score), caps_count(caps));
	html_bar(f, score, parts);
	fputs("</div>\n", f);
}

static void put_set(FILE *f, const char *title, struct caps set)
{
	if (!set.bits)
		return;
	fprintf(f, "<dt>%s <span class=\"muted\">%u</span></dt><dd><code>", title, caps_count(set));
	put_names(f, set);
	fputs("</code></dd>\n", f);
}

static void put_before_after(FILE *f, const struct check *c, const struct check_before *before)
{
	bool both = before->known && before->differs;

	fputs("<div class=\"sides\">\n", f);
	if (both)
		put_side(f, "without lxc-harden", before->score, before->score_class, before->caps);
	put_side(f, both ? "with it" : "as it is", c->score, c->score_class, c->held);
	fputs("</div>\n<dl class=\"sets\">\n", f);
	if (both)
		put_set(f, "taken away", caps_minus(before->caps, c->held));
	put_set(f, c->state == CHECK_RUNNING ? "held" : "would be held", c->held);
	put_set(f, "held, though not configured", caps_minus(c->held, c->configured));
	fputs("</dl>\n", f);
}

/* --- Findings ----------------------------------------------------------------------- */

static void put_pair(FILE *f, const char *term, const char *hostile, bool code)
{
	if (!hostile)
		return;
	fprintf(f, "<dt>%s</dt><dd>%s", term, code ? "<code>" : "");
	html_text(f, hostile);
	fputs(code ? "</code></dd>" : "</dd>", f);
}

static void put_finding(FILE *f, const struct check_finding *x)
{
	/* What is wrong stands open; what is merely open to root inside can be a long list. */
	fprintf(f, "<details class=\"finding\"%s><summary>",
		x->kind == CHECK_EXPOSURE ? "" : " open");
	html_severity(f, x->severity);
	fputs(" <span class=\"text\">", f);
	html_text(f, x->text);
	fputs("</span></summary><dl>", f);
	put_pair(f, "mend", x->remedy, true);
	put_pair(f, "costs", x->cost, false);
	if (x->place.file) {
		fputs("<dt>at</dt><dd><code>", f);
		html_text(f, x->place.file);
		if (x->place.line)
			fprintf(f, ":%u", x->place.line);
		fputs("</code></dd>", f);
	}
	fputs("<dt>explain</dt><dd><code>lxc-harden explain ", f);
	html_text(f, x->id);
	fputs("</code></dd></dl></details>\n", f);
}

static void put_findings(FILE *f, const struct check *c)
{
	static const char *const titles[CHECK_N_KINDS] = { "Runs otherwise than configured",
							   "Faults in the configuration",
							   "Open to root inside" };

	for (int kind = 0; kind < CHECK_N_KINDS; kind++) {
		if (!c->n[kind])
			continue;
		fprintf(f, "<h4>%s <span class=\"muted\">%zu</span></h4>\n", titles[kind],
			c->n[kind]);
		for (size_t i = 0; i < c->n_findings; i++) {
			if (c->findings[i].kind == (enum check_kind)kind)
				put_finding(f, &c->findings[i]);
		}
	}
	if (c->left_out)
		fprintf(f, "<p class=\"muted\">%zu more are not shown.</p>\n", c->left_out);
}

/* --- Audits --------------------------------------------------------------------------- */

static void put_changes(FILE *f, const struct audit_entry *e, const struct audit_entry *previous)
{
	struct caps more, less;

	if (!previous || !e->has_bounding || !previous->has_bounding)
		return;
	more = caps_minus(e->bounding, previous->bounding);
	less = caps_minus(previous->bounding, e->bounding);
	if (more.bits) {
		fputs(" <code class=\"more\">+ ", f);
		put_names(f, more);
		fputs("</code>", f);
	}
	if (less.bits) {
		fputs(" <code class=\"less\">&#8722; ", f);
		put_names(f, less);
		fputs("</code>", f);
	}
}

static bool same(const struct audit_entry *a, const struct audit_entry *b)
{
	return a->verdict == b->verdict && a->bounding.bits == b->bounding.bits &&
	       a->has_bounding == b->has_bounding && a->warn == b->warn;
}

/* Newest first; starts that were like the one before are counted, not listed. */
static void put_audits(FILE *f, const struct history *h)
{
	if (!h->n_audits)
		return;
	fprintf(f, "<h4>Audits <span class=\"muted\">%zu</span></h4>\n<ol class=\"audits\">\n",
		h->n_audits);
	for (size_t i = h->n_audits, first; i > 0; i = first) {
		const struct audit_entry *e = &h->audits[i - 1];

		for (first = i - 1; first > 0 && same(&h->audits[first - 1], e); first--)
			continue;
		fputs("<li><time>", f);
		html_text(f, e->time);
		fputs("</time> ", f);
		html_verdict(f, e);
		if (e->policy[0]) {
			fputs(" <span class=\"muted\">", f);
			html_text(f, e->policy);
			fputs("</span>", f);
		}
		if (i - first > 1)
			fprintf(f, " <span class=\"muted\">and %zu more like it</span>",
				i - first - 1);
		put_changes(f, e, first ? &h->audits[first - 1] : NULL);
		if (e->text[0]) {
			fputs("<br>", f);
			html_text(f, e->text);
		}
		fputs("</li>\n", f);
	}
	fputs("</ol>\n", f);
}

/* --- One container ---------------------------------------------------------------------- */

static void put_one(const struct html *h, size_t i)
{
	const struct check *c = h->set->checks[i];
	bool wrong = c->n[CHECK_DISAGREEMENT] || c->n[CHECK_FAULT] || !check_is_known(c);

	fprintf(h->f, "<details class=\"container\" id=\"c%zu\"%s><summary><h3>", i,
		wrong || h->set->n == 1 ? " open" : "");
	html_text(h->f, c->name);
	fprintf(h->f, "</h3> <span class=\"muted\">%s", check_state_name(c->state));
	if (check_is_known(c))
		fprintf(h->f, ", level %s, %s</span> <span class=\"score\">%u</span>", c->level,
			c->idmapped ? "id-mapped" : "privileged", c->score);
	else
		fputs("</span>", h->f);
	fputs("</summary>\n<div class=\"body\">\n<p class=\"muted path\">", h->f);
	html_text(h->f, c->lxcpath);
	fputs("</p>\n", h->f);
	if (c->failure) {
		fputs("<p class=\"bad\">", h->f);
		html_text(h->f, c->failure);
		fputs("</p>\n", h->f);
	}
	if (check_is_known(c))
		put_before_after(h->f, c, &h->histories[i].before);
	put_findings(h->f, c);
	put_audits(h->f, &h->histories[i]);
	fputs("</div></details>\n", h->f);
}

void html_put_details(const struct html *h)
{
	fputs("<section id=\"details\">\n<h2>Findings</h2>\n", h->f);
	for (size_t i = 0; i < h->set->n; i++)
		put_one(h, i);
	fputs("</section>\n", h->f);
}
