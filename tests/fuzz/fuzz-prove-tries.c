/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tries that are read can be written, and are then read as the same ones. */
#include "config.h"

#include "tools/prove/tries.h"

#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "tests/fuzz/fuzz.h"

#define KEY 1
#define MAX ((struct caps){ (UINT64_C(1) << 41) - 1 })

static char *print_again(const char *text, size_t size)
{
	struct prove_tries tries = { 0 };
	char *printed;

	if (!prove_tries_parse(text, size, KEY, MAX, &tries)) {
		FUZZ_ASSERT(!tries.tries.list && !tries.reasons);
		return NULL;
	}
	for (size_t i = 0; i < tries.tries.n; i++)
		FUZZ_ASSERT(!caps_minus(tries.tries.list[i].set, MAX).bits);
	for (size_t i = 0; i < tries.n_reasons; i++) {
		FUZZ_ASSERT(tries.reasons[i].stage < PROVE_N_STAGES);
		for (const char *p = tries.reasons[i].what; *p; p++)
			FUZZ_ASSERT(*p >= 0x20 && *p < 0x7f);
	}
	printed = prove_tries_print(KEY, &tries);
	FUZZ_ASSERT(printed);
	prove_tries_done(&tries);
	return printed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *first = print_again((const char *)data, size), *second = NULL;

	if (!first)
		return 0;
	second = print_again(first, strlen(first));
	FUZZ_ASSERT(second && strcmp(first, second) == 0);
	return 0;
}
