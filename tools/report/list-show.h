/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How "lxc-harden list" shows what list-facts.h found, on standard output. */
#ifndef TOOLS_REPORT_LIST_SHOW_H
#define TOOLS_REPORT_LIST_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/report/list-facts.h"

#define LIST_COLUMNS_MAX 32

struct list_columns {
	unsigned int id[LIST_COLUMNS_MAX];
	size_t n;
};

/*
 * "name,CAPS", or "+kept" for more than the default ones.  0, or -EINVAL and the word that
 * names none, or is one too many.
 */
int list_parse_columns(const char *text, bool many_paths, struct list_columns *ret,
		       struct span *ret_word);

/* 0 or -errno. */
int list_print_table(const struct list *list, const struct list_columns *columns, bool headings,
		     bool tree);
int list_print_json(const struct list *list);

#endif
