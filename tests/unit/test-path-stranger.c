/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/container/path-stranger: a user of the host on the way to a file that root is about to use.
 */
#include "config.h"

#include "tools/container/path-stranger.h"

#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "tests/unit/scratch.h"
#include "tests/unit/tap.h"

#define SOMEBODY 54321

/* For root; a path below the scratch folder. */
static bool find(const char *path, bool groups, struct path_stranger *ret)
{
	char full[PATH_MAX];

	(void)snprintf(full, sizeof(full), "%s/%s", scratch_path, path);
	return path_find_stranger(full, 0, groups, NULL, ret);
}

static void check_strange(const char *path, const char *where, bool owns)
{
	struct path_stranger s = { .owns = false };
	char full[PATH_MAX];

	(void)snprintf(full, sizeof(full), "%s/%s", scratch_path, where);
	if (CHECK(find(path, true, &s))) {
		CHECK_STR(s.path, full);
		CHECK_INT(s.owns, owns);
	}
}

static void give(int fd, const char *path)
{
	CHECK_INT(fchownat(fd, path, SOMEBODY, SOMEBODY, AT_SYMLINK_NOFOLLOW), 0);
}

static void test_owners(void)
{
	auto_close int fd = scratch_new();
	struct path_stranger s;

	if (tap_needs_root())
		return;
	scratch_mkdir(fd, "a/b/c");
	scratch_write(fd, "a/b/c/config", "", 0);
	CHECK(!find("a/b/c/config", true, &s));
	CHECK(!find("a//b/./c/../c/config", true, &s));
	CHECK(!find("a/b/c/missing", true, &s));
	CHECK(!find("a/b/missing/config", true, &s));
	give(fd, "a/b/c/config");
	check_strange("a/b/c/config", "a/b/c/config", true);
	/* Who owns a folder exchanges what is in it, whoever's that is. */
	give(fd, "a/b");
	check_strange("a/b/c/config", "a/b", true);
	check_strange("a/b/../b/c", "a/b", true);
	CHECK(path_find_stranger(scratch_path, SOMEBODY, true, NULL, &s) == false);
	CHECK_INT(fchownat(fd, "a/b/c/config", 0, 0, 0), 0);
	CHECK(!find("a", true, &s));
}

static void test_links(void)
{
	auto_close int fd = scratch_new();
	struct path_stranger s;

	if (tap_needs_root())
		return;
	scratch_mkdir(fd, "root/c");
	scratch_mkdir(fd, "his");
	give(fd, "his");
	CHECK_INT(symlinkat("root", fd, "ours"), 0);
	CHECK(!find("ours/c", true, &s));
	/* Root's, to root's, but by way of his: neither the beginning nor the end shows it. */
	CHECK_INT(symlinkat("../root", fd, "his/link"), 0);
	CHECK_INT(symlinkat("his/link", fd, "chain"), 0);
	check_strange("chain/c", "his", true);
	CHECK_INT(symlinkat("root", fd, "planted"), 0);
	give(fd, "planted");
	check_strange("planted/c", "planted", true);
	CHECK_INT(symlinkat("loop", fd, "loop"), 0);
	CHECK(!find("loop/c", true, &s)); /* nobody gets there */
	/* Its text is no path. */
	CHECK(path_find_stranger("/proc/self/root/etc", 0, true, NULL, &s));
	CHECK(!s.owns);
}

static void test_writers(void)
{
	auto_close int fd = scratch_new();
	struct path_stranger s;

	if (tap_needs_root())
		return;
	scratch_mkdir(fd, "d/c");
	CHECK_INT(fchmodat(fd, "d", 0777, 0), 0);
	check_strange("d/c", "d", false);
	CHECK_INT(fchmodat(fd, "d", 01777, 0), 0);
	CHECK(!find("d/c", true, &s));
	CHECK(!find("d", true, &s));
	check_strange("d/missing/config", "d", false);
	CHECK_INT(fchmodat(fd, "d", 0775, 0), 0);
	CHECK(!find("d/c", true, &s)); /* root's group */
	CHECK_INT(fchownat(fd, "d", 0, SOMEBODY, 0), 0);
	CHECK_INT(fchmodat(fd, "d", 0775, 0), 0);
	check_strange("d/c", "d", false);
	CHECK(!find("d/c", false, &s));
}

/* As lxc-create(1) leaves the folder of an id-mapped container. */
static void test_mapped_root(void)
{
	auto_close int fd = scratch_new();
	struct path_stranger s;
	char folder[PATH_MAX], config[PATH_MAX];

	if (tap_needs_root())
		return;
	(void)snprintf(folder, sizeof(folder), "%s/lxc/c", scratch_path);
	(void)snprintf(config, sizeof(config), "%s/lxc/c/config", scratch_path);
	scratch_mkdir(fd, "lxc/c");
	scratch_write(fd, "lxc/c/config", "", 0);
	give(fd, "lxc/c");
	CHECK_INT(fchmodat(fd, "lxc/c", 0770, 0), 0);
	CHECK(path_find_stranger(config, 0, true, NULL, &s));
	CHECK(!path_find_stranger(config, 0, true, folder, &s));
	CHECK_INT(fchmodat(fd, "lxc/c", 0777, 0), 0);
	CHECK(path_find_stranger(config, 0, true, folder, &s));
	CHECK_INT(fchmodat(fd, "lxc/c", 0770, 0), 0);
	/* Not what is in it, nor another folder of that id's, nor one of somebody who logs in. */
	give(fd, "lxc/c/config");
	CHECK(path_find_stranger(config, 0, true, folder, &s));
	CHECK_STR(s.path, config);
	CHECK_INT(fchownat(fd, "lxc/c/config", 0, 0, 0), 0);
	give(fd, "lxc");
	CHECK(path_find_stranger(config, 0, true, folder, &s));
	CHECK_INT(fchownat(fd, "lxc", 0, 0, 0), 0);
	CHECK_INT(fchownat(fd, "lxc/c", 1 /* daemon */, 0, 0), 0);
	CHECK(path_find_stranger(config, 0, true, folder, &s));
}

/* Exchanged as fast as it goes, between root's folder and a link to his own: never a moment. */
static void test_race(void)
{
	auto_close int fd = scratch_new();
	struct path_stranger s;
	pid_t pid;

	if (tap_needs_root())
		return;
	scratch_mkdir(fd, "his/root/c");
	scratch_mkdir(fd, "his/c");
	CHECK_INT(symlinkat(".", fd, "his/link"), 0);
	give(fd, "his");
	give(fd, "his/link");
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)renameat2(fd, "his/root", fd, "his/link", RENAME_EXCHANGE);
	}
	for (int i = 0; i < 2000; i++)
		CHECK(find("his/root/c", true, &s));
	CHECK_INT(kill(pid, SIGKILL), 0);
	CHECK_INT(waitpid(pid, NULL, 0), pid);
}

TAP_MAIN({ "whose folders and files are on the way", test_owners },
	 { "links of root and of others", test_links },
	 { "who writes: everybody, groups, sticky folders", test_writers },
	 { "the folder of an id-mapped container", test_mapped_root },
	 { "a folder that is exchanged meanwhile", test_race });
