/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record that is read can be written, and is then read as the same one. */
#include "config.h"

#include "tools/evidence/record.h"

#include <string.h>

#include "lib/cleanup.h"
#include "tests/fuzz/fuzz.h"

static int print_again(struct span text, char **ret, size_t *ret_size)
{
	auto_record struct record *record = NULL;
	struct record_error error = { "" };

	if (record_parse(text, &record, &error) < 0) {
		FUZZ_ASSERT(error.text[0]);
		for (const char *p = error.text; *p; p++)
			FUZZ_ASSERT(*p >= 0x20 && *p < 0x7f);
		return -1;
	}
	FUZZ_ASSERT(record_print(record, ret, ret_size) == 0);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *first = NULL, *second = NULL;
	size_t n, m;

	if (print_again((struct span){ (const char *)data, size }, &first, &n) < 0)
		return 0;
	FUZZ_ASSERT(print_again((struct span){ first, n }, &second, &m) == 0);
	FUZZ_ASSERT(n == m && memcmp(first, second, n) == 0);
	return 0;
}
