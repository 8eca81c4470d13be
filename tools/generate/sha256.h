/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SHA-256 (FIPS 180-4), for names of files by their content.  Pure. */
#ifndef TOOLS_GENERATE_SHA256_H
#define TOOLS_GENERATE_SHA256_H

#include <stddef.h>

#define SHA256_HEX 65 /* with the NUL */

void sha256_hex(const void *data, size_t size, char ret[SHA256_HEX]);

#endif
