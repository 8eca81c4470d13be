/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes the capability table of lxc-harden.conf(5) as mdoc(7), from tools/risk/capinfo.  The page
 * in the tree holds the result between two comments; "make update-man" puts it there and
 * tests/bats/explain.bats fails when it is stale.
 */
#include "config.h"

#include <stdio.h>

#include "tools/risk/capinfo.h"

#define COLUMNS 76

/*
 * One word; what roff would take for itself at the start of a line is escaped, and "name()",
 * which mandoc's lint wants marked up.
 */
static void put_word(struct span word, bool start)
{
	if (start && (word.p[0] == '.' || word.p[0] == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '\\')
			fputs("\\e", stdout);
		else if (i && i + 1 < word.n && word.p[i] == '(' && word.p[i + 1] == ')')
			fputs("\\&(", stdout);
		else
			putchar(word.p[i]);
	}
}

/* Each sentence begins an input line, as mdoc wants it. */
static void put_text(const char *text)
{
	struct span rest = span_of(text), word;
	bool sentence_ends = false;
	size_t column = 0;

	while (span_next_word(&rest, &word)) {
		if (column && (sentence_ends || column + 1 + word.n > COLUMNS)) {
			putchar('\n');
			column = 0;
		}
		if (column)
			putchar(' ');
		put_word(word, column == 0);
		column += word.n + 1;
		sentence_ends = word.p[word.n - 1] == '.';
	}
	putchar('\n');
}

static void put_field(const char *label, const char *text)
{
	printf(".It %s\n", label);
	put_text(text);
}

static void put_overview(void)
{
	puts(".Bl -column \"checkpoint_restore\" \"base\" \"keep\" \"privileged\" \"id-mapped\"\n"
	     ".It Em capability Ta Em base Ta Em keep Ta Em privileged Ta Em id-mapped");
	for (unsigned int i = 0; i < CAPINFO_COUNT; i++) {
		const struct capinfo *info = capinfo_get(i);

		printf(".It %s Ta %s Ta %s Ta %s Ta %s\n", info->name,
		       info->base_keeps ? "kept" : "-", info->keep_keeps ? "kept" : "-",
		       capinfo_class_name(info->privileged), capinfo_class_name(info->idmapped));
	}
	puts(".El");
}

static void put_one(const struct capinfo *info)
{
	printf(".It Cm %s\n", info->name);
	printf("Number %u, since Linux %s.\n", capinfo_number(info), info->since);
	puts(".Bl -tag -width \"privileged\" -compact");
	put_field("privileged", info->on_host);
	put_field("id-mapped", info->on_host_idmapped);
	put_field("needed by", info->needed_by);
	put_field("without", info->without);
	put_field("source", info->source);
	puts(".El");
}

int main(void)
{
	puts("The classes are:\n.Bl -tag -width \"secrets\" -compact");
	for (int class = CAPINFO_HOST; class >= CAPINFO_OWN; class --)
		printf(".It Em %s\nit %s\n", capinfo_class_name((enum capinfo_class) class),
		       capinfo_class_text((enum capinfo_class) class));
	puts(".El");
	put_overview();
	puts(".Bl -tag -width Ds");
	for (unsigned int i = 0; i < CAPINFO_COUNT; i++)
		put_one(capinfo_get(i));
	puts(".El");
	return fflush(stdout) != 0 || ferror(stdout);
}
