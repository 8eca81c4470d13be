/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/copy/freezer: the process that holds a container still, and its mark.  No real one. */
#include "config.h"

#include "tools/copy/freezer.h"

#include <lxc/lxccontainer.h>

#include "lib/cleanup.h"
#include "tests/unit/scratch.h"

/* --- A container that does what it is told ----------------------------------------- */

static bool frozen;

static const char *get_state(struct lxc_container *c)
{
	(void)c; /* there is one */
	return frozen ? "FROZEN" : "RUNNING";
}

static bool freeze(struct lxc_container *c)
{
	(void)c;
	frozen = true;
	return true;
}

static bool unfreeze(struct lxc_container *c)
{
	(void)c;
	frozen = false;
	return true;
}

static bool is_running(struct lxc_container *c)
{
	(void)c;
	return true;
}

struct lxc_container *lxc_container_new(const char *name, const char *configpath)
{
	static struct lxc_container c;

	(void)name, (void)configpath;
	c.state = get_state;
	c.freeze = freeze;
	c.unfreeze = unfreeze;
	c.is_running = is_running;
	return &c;
}

int lxc_container_put(struct lxc_container *c)
{
	(void)c;
	return 1;
}

/* --- The cases ----------------------------------------------------------------------- */

static void test_there_and_back(void)
{
	auto_close int fd = scratch_new();
	struct prove_freezer freezer = PROVE_FREEZER_INIT;

	CHECK_INT(prove_freezer_open(&freezer, "/l", "c", fd), 0);
	CHECK_INT(prove_freezer_freeze(&freezer), 0);
	CHECK_INT(faccessat(fd, PROVE_FREEZER_MARK, F_OK, 0), 0);
	CHECK_INT(prove_freezer_thaw(&freezer), 0);
	CHECK_INT(scratch_count(fd), 0);
	CHECK_INT(prove_freezer_freeze(&freezer), 0);
	prove_freezer_done(&freezer);
	CHECK_INT(scratch_count(fd), 0);
	CHECK(!prove_freezer_sweep("/l", "c", fd));
}

/* What killed it left a mark, and the container frozen. */
static void test_sweep(void)
{
	auto_close int fd = scratch_new();

	frozen = true;
	scratch_write(fd, PROVE_FREEZER_MARK, "", 0);
	CHECK(prove_freezer_sweep("/l", "c", fd));
	CHECK(!frozen);
	CHECK_INT(scratch_count(fd), 0);
}

/* Neither waits for somebody who reads, nor takes it for a mark if somebody does. */
static void test_planted(void)
{
	auto_close int fd = scratch_new();
	struct prove_freezer freezer = PROVE_FREEZER_INIT;
	double begin = tap_now();
	int reader;

	scratch_fifo(fd, PROVE_FREEZER_MARK);
	CHECK_INT(prove_freezer_open(&freezer, "/l", "c", fd), 0);
	CHECK_INT(prove_freezer_freeze(&freezer), -EIO);
	CHECK(tap_now() - begin < 10);
	reader = openat(fd, PROVE_FREEZER_MARK, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	CHECK(reader >= 0);
	CHECK_INT(prove_freezer_freeze(&freezer), -EIO);
	prove_freezer_done(&freezer);
	(void)close(reader); /* only read from */
	CHECK_INT(unlinkat(fd, PROVE_FREEZER_MARK, 0), 0);
	scratch_link(fd, PROVE_FREEZER_MARK, "elsewhere");
	CHECK_INT(prove_freezer_open(&freezer, "/l", "c", fd), 0);
	CHECK_INT(prove_freezer_freeze(&freezer), -EIO);
	prove_freezer_done(&freezer);
	CHECK_INT(scratch_count(fd), 1);
}

TAP_MAIN({ "frozen, and let go by a word or by the end of its master", test_there_and_back },
	 { "a mark that was left", test_sweep }, { "FIFOs and links in place of it", test_planted })
