/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See html.h: containers by capabilities.  What a cell says it says by its shape as well as by
 * its colour: filled is held, a ring is what lxc-harden took away, a dot was never there.
 */
#include "config.h"

#include "tools/report/html.h"

#include "lib/emit.h"
#include "tools/risk/capinfo.h"

/* Columns from the worst class to the least, as for a container without a user namespace. */
static size_t order_caps(unsigned int last_cap, unsigned int order[CAPS_MAX + 1])
{
	size_t n = 0;

	for (int s = CHECK_HOST; s >= CHECK_NOTE; s--) {
		for (unsigned int cap = 0; cap <= last_cap && cap <= CAPS_MAX; cap++) {
			if (html_cap_severity(NULL, cap) == (enum check_severity)s)
				order[n++] = cap;
		}
	}
	return n;
}

static unsigned int find_last_cap(const struct check_set *set)
{
	unsigned int last = 0;

	for (size_t i = 0; i < set->n; i++) {
		if (set->checks[i]->last_cap > last)
			last = set->checks[i]->last_cap;
	}
	return last;
}

static const char *class_of(enum check_severity severity)
{
	return severity == CHECK_NOTE ? "own" : check_severity_name(severity);
}

static void put_cap_name(FILE *f, unsigned int cap)
{
	char name[64] = "";
	struct emit e = EMIT_INIT(name);

	caps_emit_name(&e, cap);
	html_text(f, name);
}

static void put_groups(FILE *f, const unsigned int *order, size_t n)
{
	static const char *const words[CHECK_N_SEVERITIES] = {
		[CHECK_NOTE] = "its own",  [CHECK_DENIAL] = "denial", [CHECK_SECRETS] = "secrets",
		[CHECK_KERNEL] = "kernel", [CHECK_HOST] = "the host",
	};

	fputs("<tr><td></td>", f);
	for (size_t i = 0, end; i < n; i = end) {
		enum check_severity s = html_cap_severity(NULL, order[i]);

		for (end = i; end < n && html_cap_severity(NULL, order[end]) == s; end++)
			continue;
		fprintf(f, "<th class=\"group s-%s\" colspan=\"%zu\" scope=\"colgroup\">%s</th>",
			class_of(s), end - i, words[s]);
	}
	fputs("</tr>\n", f);
}

static void put_cell(const struct html *h, size_t i, unsigned int cap)
{
	const struct check *c = h->set->checks[i];
	const struct check_before *before = &h->histories[i].before;
	bool held = caps_has(c->held, cap);
	const char *word = held ? "held"
			   : before->known && before->differs && caps_has(before->caps, cap)
				   ? "taken"
				   : "none";

	if (held && !caps_has(c->configured, cap))
		word = "stray";
	fprintf(h->f, "<td><i class=\"cell %s s-%s\" title=\"", word,
		class_of(html_cap_severity(c, cap)));
	put_cap_name(h->f, cap);
	fputs(word[0] == 'h'   ? " held"
	      : word[0] == 't' ? " taken away by lxc-harden"
	      : word[0] == 's' ? " held, though not configured"
			       : " not held",
	      h->f);
	fputs("\"></i></td>", h->f);
}

static void put_row(const struct html *h, size_t i, const unsigned int *order, size_t n)
{
	fprintf(h->f, "<tr><th scope=\"row\"><a href=\"#c%zu\">", i);
	html_text(h->f, h->set->checks[i]->name);
	fputs("</a></th>", h->f);
	if (check_is_known(h->set->checks[i])) {
		for (size_t k = 0; k < n; k++)
			put_cell(h, i, order[k]);
	} else {
		fprintf(h->f, "<td class=\"muted unknown\" colspan=\"%zu\">cannot be read</td>", n);
	}
	fputs("</tr>\n", h->f);
}

void html_put_matrix(const struct html *h)
{
	unsigned int order[CAPS_MAX + 1];
	size_t n = order_caps(find_last_cap(h->set), order);

	fputs("<section id=\"matrix\">\n<h2>Capabilities</h2>\n<p class=\"legend muted\">"
	      "<span><i class=\"cell held s-host\"></i> held</span> "
	      "<span><i class=\"cell stray s-host\"></i> held, though not configured</span> "
	      "<span><i class=\"cell taken s-host\"></i> taken away by lxc-harden</span> "
	      "<span><i class=\"cell none\"></i> not held without it, either</span> "
	      "The colour is the worst that root inside that container can do with it.</p>\n"
	      "<div class=\"scroll\" tabindex=\"0\"><table class=\"matrix\">\n<thead>\n",
	      h->f);
	put_groups(h->f, order, n);
	fputs("<tr><td></td>", h->f);
	for (size_t k = 0; k < n; k++) {
		fputs("<th scope=\"col\"><span>", h->f);
		put_cap_name(h->f, order[k]);
		fputs("</span></th>", h->f);
	}
	fputs("</tr>\n</thead>\n<tbody>\n", h->f);
	for (size_t i = 0; i < h->set->n; i++)
		put_row(h, i, order, n);
	fputs("</tbody></table></div>\n</section>\n", h->f);
}
