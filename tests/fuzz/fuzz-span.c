/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/span. */
#include "config.h"

#include "lib/span.h"

#include <errno.h>

#include "tests/fuzz/fuzz.h"

/* Against the C library, which takes more: signs, blanks, prefixes. */
static void check_number(struct span text, unsigned int base)
{
	char buf[128], *end;
	uint64_t value = 4711;
	int r = span_parse_u64(text, base, UINT64_MAX, &value);

	if (r < 0) {
		FUZZ_ASSERT((r == -EINVAL || r == -ERANGE) && value == 4711);
		return;
	}
	if (span_copy(text, buf, sizeof(buf)) < 0)
		return;
	errno = 0;
	FUZZ_ASSERT(value == strtoull(buf, &end, (int)base) && !errno && !*end);
	FUZZ_ASSERT(value == 0 || span_parse_u64(text, base, value - 1, &value) == -ERANGE);
}

static void check_pieces(struct span text)
{
	struct span rest = text, piece;
	size_t n = 0;

	while (span_next_line(&rest, &piece)) {
		FUZZ_ASSERT(fuzz_within(piece, text) && fuzz_within(rest, text));
		n += piece.n + 1;
	}
	FUZZ_ASSERT(n == text.n || n == text.n + 1);
	rest = text;
	while (span_next_word(&rest, &piece))
		FUZZ_ASSERT(piece.n && span_trim(piece).n == piece.n && fuzz_within(piece, text));
	FUZZ_ASSERT(span_trim(rest).n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };

	check_number(text, 8);
	check_number(text, 10);
	check_number(text, 16);
	check_pieces(text);
	return 0;
}
