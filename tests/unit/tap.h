/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The unit tests' frame: a table of cases, each run in a process of its own with a time
 * limit and told in TAP.  So a case may crash, hang, change its namespaces or deny itself
 * system calls, and the next one starts clean.
 *
 *	static void test_empty(void)
 *	{
 *		CHECK_INT(thing_parse(span_of("")), -EINVAL);
 *	}
 *
 *	TAP_MAIN({ "an empty thing is refused", test_empty });
 *
 * A CHECK that fails prints the expression and both values, the case goes on, and the
 * check's own value is false.  With STRICT_TESTS=1 a skip is a failure.
 */
#ifndef TESTS_UNIT_TAP_H
#define TESTS_UNIT_TAP_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/span.h"

#define TAP_SECONDS 60 /* of a case, until it is killed: a sanitised build is slow */
#define TAP_UNUSED __attribute__((unused))

struct tap_case {
	const char *name;
	void (*run)(void);
};

/* Shared between the runner and the process of the case. */
struct tap_state {
	bool failed, skipped;
	char reason[200];
	char scratch[64]; /* a folder to remove after the case (scratch.h) */
};
static struct tap_state *tap_state;

static inline void tap_where(const char *file, int line)
{
	tap_state->failed = true;
	printf("# %s:%d: ", file, line);
}

static inline bool tap_true(bool ok, const char *expr, const char *file, int line)
{
	if (!ok) {
		tap_where(file, line);
		printf("%s is false\n", expr);
	}
	return ok;
}

static inline bool tap_int(long long got, long long want, const char *expr, const char *file,
			   int line)
{
	if (got == want)
		return true;
	tap_where(file, line);
	printf("%s is %lld (0x%llx), not %lld (0x%llx)\n", expr, got, (unsigned long long)got, want,
	       (unsigned long long)want);
	if (got < 0 && got > -200)
		printf("#   that is -(%s)\n", strerror((int)-got));
	return false;
}

/* Quoted, with what could break the TAP line escaped. */
static inline void tap_quote(const char *p, size_t n)
{
	putchar('"');
	for (size_t i = 0; i < n && i < 300; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 0x20 && c < 0x7f)
			putchar(c);
		else
			printf("\\x%02x", c);
	}
	printf(n > 300 ? "\"... (%zu bytes)" : "\"", n);
}

static inline bool tap_bytes(struct span got, struct span want, const char *expr, const char *file,
			     int line)
{
	if (got.p && got.n == want.n && memcmp(got.p, want.p, want.n) == 0)
		return true;
	tap_where(file, line);
	printf("%s is ", expr);
	if (got.p)
		tap_quote(got.p, got.n);
	else
		printf("NULL");
	printf(", not ");
	tap_quote(want.p, want.n);
	putchar('\n');
	return false;
}

static inline struct span tap_span(const char *s)
{
	return s ? span_of(s) : (struct span){ NULL, 0 };
}

#define CHECK(expr) tap_true((expr), #expr, __FILE__, __LINE__)
#define CHECK_INT(got, want) tap_int((long long)(got), (long long)(want), #got, __FILE__, __LINE__)
#define CHECK_SPAN(got, want) tap_bytes((got), span_of(want), #got, __FILE__, __LINE__)
#define CHECK_STR(got, want) tap_bytes(tap_span(got), span_of(want), #got, __FILE__, __LINE__)

/* Says that this case cannot be carried out here, and why; the caller then returns. */
static inline TAP_UNUSED __attribute__((format(printf, 1, 2))) void tap_skip(const char *format,
									     ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(tap_state->reason, sizeof(tap_state->reason), format, args);
	va_end(args);
	tap_state->skipped = true;
}

/* True if the case has been skipped as it is not run by root. */
static inline TAP_UNUSED bool tap_needs_root(void)
{
	if (geteuid() == 0)
		return false;
	tap_skip("needs root");
	return true;
}

static inline TAP_UNUSED double tap_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* always there */
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline TAP_UNUSED void tap_give_up(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The whole of tests/data/NAME as a string that is never freed by the caller's hand. */
static inline TAP_UNUSED struct span tap_data(const char *name)
{
	static char text[1 << 20];
	const char *srcdir = getenv("srcdir");
	char path[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/tests/data/%s", srcdir ? srcdir : ".", name);
	f = fopen(path, "re");
	if (!f) {
		tap_where(__FILE__, __LINE__);
		printf("cannot open '%s': %s\n", path, strerror(errno));
		exit(1);
	}
	n = fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f); /* only read from */
	text[n] = '\0';
	return (struct span){ text, n };
}

static inline int tap_remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw; /* nftw's */
	(void)remove(path);		 /* what stays is told of at the end */
	return 0;
}

/*
 * By the runner, not the case: also when that was killed, and here the mounts of a
 * namespace of its own are not in the way.
 */
static inline void tap_remove_scratch(void)
{
	if (!tap_state->scratch[0])
		return;
	(void)nftw(tap_state->scratch, tap_remove_one, 64, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	if (access(tap_state->scratch, F_OK) == 0) {
		printf("# cannot remove '%s'\n", tap_state->scratch);
		tap_state->failed = true;
	}
}

/* Runs one case in a child; true unless it failed. */
static inline bool tap_run(const struct tap_case *c, size_t number)
{
	const char *strict = getenv("STRICT_TESTS");
	int status;
	pid_t pid;

	*tap_state = (struct tap_state){ 0 };
	(void)fflush(stdout);
	pid = fork();
	if (pid < 0)
		tap_give_up("fork");
	if (pid == 0) {
		(void)alarm(TAP_SECONDS);
		c->run();
		exit(tap_state->failed); /* not _exit: LeakSanitizer looks now */
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			tap_give_up("waitpid");
	}
	tap_remove_scratch();
	if (WIFSIGNALED(status))
		printf("# killed by signal %d%s\n", WTERMSIG(status),
		       WTERMSIG(status) == SIGALRM ? " (it took too long)" : "");
	if (status || tap_state->failed) {
		printf("not ok %zu - %s\n", number, c->name);
	} else if (tap_state->skipped && strict && strcmp(strict, "1") == 0) {
		printf("# skipped, which STRICT_TESTS=1 forbids: %s\n", tap_state->reason);
		printf("not ok %zu - %s\n", number, c->name);
		tap_state->failed = true;
	} else if (tap_state->skipped) {
		printf("ok %zu - %s # SKIP %s\n", number, c->name, tap_state->reason);
	} else {
		printf("ok %zu - %s\n", number, c->name);
	}
	return !status && !tap_state->failed;
}

static inline int tap_main(const struct tap_case *cases, size_t n)
{
	bool ok = true;

	tap_state = mmap(NULL, sizeof(*tap_state), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tap_state == MAP_FAILED)
		tap_give_up("mmap");
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++)
		ok = tap_run(&cases[i], i + 1) && ok;
	return !ok;
}

#define TAP_MAIN(...)                                                     \
	int main(void)                                                    \
	{                                                                 \
		static const struct tap_case cases[] = { __VA_ARGS__ };   \
                                                                          \
		return tap_main(cases, sizeof(cases) / sizeof(cases[0])); \
	}

#endif
