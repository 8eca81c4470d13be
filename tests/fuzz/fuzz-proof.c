/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A proof that is read can be written, and is then read as the same one. */
#include "config.h"

#include "tools/evidence/proof.h"

#include <string.h>

#include "lib/cleanup.h"
#include "tests/fuzz/fuzz.h"

static void check_printable(const char *text)
{
	for (; *text; text++)
		FUZZ_ASSERT(*text >= 0x20 && *text < 0x7f);
}

static int print_again(const char *text, size_t size, char **ret, size_t *ret_size)
{
	auto_proof struct proof *proof = NULL;
	struct proof_error error = { "" };

	if (proof_parse(text, size, &proof, &error) < 0) {
		FUZZ_ASSERT(error.text[0]);
		check_printable(error.text);
		return -1;
	}
	check_printable(proof->container);
	check_printable(proof->level);
	for (size_t i = 0; i < proof->n_evidence; i++) {
		FUZZ_ASSERT(proof->evidence[i].cap <= CAPS_MAX);
		check_printable(proof->evidence[i].line);
	}
	FUZZ_ASSERT(!caps_minus(proof->keep, proof->max).bits);
	FUZZ_ASSERT(proof_print(proof, ret, ret_size) == 0);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *first = NULL, *second = NULL;
	size_t n, m;

	if (print_again((const char *)data, size, &first, &n) < 0)
		return 0;
	/* The newline at the end of a file is no part of the text. */
	FUZZ_ASSERT(print_again(first, n - 1, &second, &m) == 0);
	FUZZ_ASSERT(n == m && memcmp(first, second, n) == 0);
	return 0;
}
