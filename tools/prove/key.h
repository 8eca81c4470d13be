/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a try depends on, as a number: earlier ones of the same number may be gone on with.
 * FNV-1a: no secret, only a difference.
 */
#ifndef TOOLS_PROVE_KEY_H
#define TOOLS_PROVE_KEY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tools/copy/template.h"
#include "tools/trial/result.h"

#define PROVE_KEY_START UINT64_C(0xcbf29ce484222325)

static inline void prove_key_mix(uint64_t *key, const void *data, size_t size)
{
	for (const unsigned char *p = data; size; size--, p++)
		*key = (*key ^ *p) * UINT64_C(0x100000001b3);
}

static inline void prove_key_mix_text(uint64_t *key, const char *text)
{
	prove_key_mix(key, text, strlen(text) + 1);
}

/* Another one whenever a try could come out otherwise. */
uint64_t prove_key(const struct prove_setup *setup, const struct prove_config *config);

#endif
