/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stands in for libFuzzer's main(): feeds each file named to the target once.  So the
 * corpus is replayed by plain "make check", whatever the compiler.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static int replay(const char *path)
{
	static char text[1 << 20];
	unsigned char *copy;
	size_t n;
	FILE *f = fopen(path, "re");

	if (!f) {
		perror(path);
		return 1;
	}
	n = fread(text, 1, sizeof(text), f);
	(void)fclose(f); /* only read from */
	/* Of exactly that size, so that a sanitizer sees the first byte too many. */
	copy = malloc(n ? n : 1);
	if (!copy) {
		perror("malloc");
		return 1;
	}
	memcpy(copy, text, n);
	(void)LLVMFuzzerTestOneInput(copy, n); /* always 0: it crashes or it does not */
	free(copy);
	return 0;
}

int main(int argc, char **argv)
{
	int r = 0;

	for (int i = 1; i < argc; i++)
		r |= replay(argv[i]);
	return r;
}
