/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/cleanup.h. */
#include "config.h"

#include "lib/cleanup.h"

#include "tests/unit/scratch.h"

static int open_null(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static int fail_with(int error)
{
	auto_close int fd = open_null();
	auto_free char *text = malloc(1);
	auto_closedir DIR *dir = opendir("/");
	auto_close int none = -EBADF;
	auto_close int failed = -ENOENT;
	auto_free char *nothing = NULL;
	auto_closedir DIR *no_dir = NULL;

	CHECK(fd >= 0 && text && dir);
	(void)none, (void)failed, (void)nothing, (void)no_dir;
	errno = error;
	return fd;
}

static void test_scope(void)
{
	int n = scratch_open_fds(), fd;

	fd = fail_with(EXDEV);
	CHECK_INT(errno, EXDEV);
	CHECK(!is_open(fd));
	CHECK_INT(scratch_open_fds(), n);
}

/* A destructor that fails keeps errno as well. */
static void test_bad_fd(void)
{
	int n = 12345;

	errno = EXDEV;
	cleanup_close(&n);
	CHECK_INT(errno, EXDEV);
}

static void test_take(void)
{
	int kept;
	char *text;

	{
		auto_close int fd = open_null();
		auto_free char *p = strdup("x");

		kept = take_fd(&fd);
		text = take_ptr(&p);
		CHECK_INT(fd, -EBADF);
		CHECK(!p);
	}
	CHECK(is_open(kept));
	CHECK_STR(text, "x");
	free(text);
}

TAP_MAIN({ "released at the end of the scope, errno kept", test_scope },
	 { "a descriptor that is not open", test_bad_fd }, { "taken", test_take })
