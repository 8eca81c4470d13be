/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of "lxc-harden check --all --html": one file that needs no network and no script.
 * Every text that is not constant goes through html_text(): names, paths and findings come
 * from configurations and guests, and who reads the page has a browser.
 */
#ifndef TOOLS_REPORT_HTML_H
#define TOOLS_REPORT_HTML_H

#include <stddef.h>
#include <stdio.h>

#include "tools/check/check.h"
#include "tools/report/history.h"

struct html {
	FILE *f;
	const struct check_set *set;
	const struct history *histories; /* one for each of the set */
};

/* 0 or -errno. */
int html_write_page(const struct check_set *set, const struct history *histories, FILE *f);

/*
 * For an element or an attribute in double quotes: & < > " ' as references, and what is not
 * printable ASCII as \xNN, so that nothing can turn the writing direction around, either.
 */
void html_text(FILE *f, const char *hostile);

/* The worst that a capability lets root do: in that container, or in any for NULL. */
enum check_severity html_cap_severity(const struct check *c, unsigned int cap);
/* A span with the words for a severity or a verdict. */
void html_severity(FILE *f, enum check_severity severity);
void html_verdict(FILE *f, const struct audit_entry *e);
/* The score as a bar of its parts. */
void html_bar(FILE *f, unsigned int score, const unsigned int parts[CHECK_N_SEVERITIES]);

/* The parts behind the overview, in their order. */
void html_put_matrix(const struct html *h);
void html_put_audits(const struct html *h);
void html_put_details(const struct html *h);

extern const char html_style[];

#endif
