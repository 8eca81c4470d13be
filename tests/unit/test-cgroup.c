/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/cgroup: real texts, and real cgroups in namespaces of the case's own. */
#include "config.h"

#include "lib/cgroup.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include "lib/cleanup.h"
#include "tests/unit/scratch.h"

static void check_paths(const char *file, const char *unified, const char *systemd)
{
	struct cgroup cg;

	if (!CHECK_INT(cgroup_parse(tap_data(file), &cg), 0))
		return;
	if (unified)
		CHECK_SPAN(cg.path[CGROUP_UNIFIED], unified);
	else
		CHECK(!cg.path[CGROUP_UNIFIED].p);
	if (systemd)
		CHECK_SPAN(cg.path[CGROUP_SYSTEMD], systemd);
	else
		CHECK(!cg.path[CGROUP_SYSTEMD].p);
}

static void test_parse(void)
{
	check_paths("cgroup-hybrid-privileged", "/lxc.payload.ut-priv", "/lxc.payload.ut-priv");
	check_paths("cgroup-hybrid-idmapped", "/lxc.payload.ut-idmap", "/lxc.payload.ut-idmap");
	check_paths("cgroup-hybrid-idmapped-inside", "/", "/");
	check_paths("cgroup-unified", "/lxc.payload.web:1 (deleted)", NULL);
	check_paths("cgroup-unified-inside", "/", NULL);
	check_paths("cgroup-legacy", NULL, "/lxc/web");
}

static void test_lookalikes(void)
{
	struct cgroup cg;

	/* Another hierarchy without a controller, and controllers of number 0. */
	CHECK_INT(cgroup_parse(span_of("5:name=systemd2:/a\n4:name=elogind:/b\n"
				       "3:cpu,name=systemd:/c\n7::/d\n0:cpu:/e\n"),
			       &cg),
		  0);
	CHECK(!cg.path[CGROUP_UNIFIED].p);
	CHECK(!cg.path[CGROUP_SYSTEMD].p);
	CHECK_INT(cgroup_parse(span_of("0::/a:b::c\n"), &cg), 0);
	CHECK_SPAN(cg.path[CGROUP_UNIFIED], "/a:b::c");
	CHECK_INT(cgroup_parse((struct span){ NULL, 0 }, &cg), 0);
	CHECK(!cg.path[CGROUP_UNIFIED].p);
}

static void test_malformed(void)
{
	static const char *const bad[] = { "\n",       "0",	  "0:",		"0::",	 "0::a",
					   "x::/",     "-1::/",	  ":cpu:/",	"1:cpu", "1:cpu:",
					   "0::/\n\n", "0::/\nx", "1 :cpu:/\n", "::/",	 "0:/\n" };
	struct cgroup cg = { .path[0] = { "untouched", 9 } };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!CHECK_INT(cgroup_parse(span_of(bad[i]), &cg), -EINVAL))
			printf("# of \"%s\"\n", bad[i]);
	}
	CHECK_SPAN(cg.path[0], "untouched");
}

static void test_ns_root(void)
{
	static const struct {
		const char *text;
		bool unified, systemd;
	} rows[] = {
		{ "", false, false },
		{ "0::/\n", true, false },
		{ "1:name=systemd:/\n", false, true },
		{ "1:name=systemd:/\n0::/x\n", false, true },
		{ "0::/..\n", false, false },
		{ "0::/../x\n", false, false },
		{ "0:://\n", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cgroup cg;

		CHECK_INT(cgroup_parse(span_of(rows[i].text), &cg), 0);
		CHECK_INT(cgroup_is_ns_root(&cg, CGROUP_UNIFIED), rows[i].unified);
		CHECK_INT(cgroup_is_ns_root(&cg, CGROUP_SYSTEMD), rows[i].systemd);
	}
}

static int open_folder(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void check_root(const char *path, enum cgroup_hierarchy h, enum cgroup_root want)
{
	auto_close int fd = open_folder(path);
	enum cgroup_root root = (enum cgroup_root)99;

	CHECK_INT(cgroup_check_root(fd, h, &root), 0);
	CHECK_INT(root, want);
}

/* A hierarchy, mounted on scratch_path in a mount namespace of the case's own. */
static bool mount_hierarchy(enum cgroup_hierarchy h)
{
	if (!scratch_unshare(0))
		return false;
	(void)close(scratch_new());
	return h == CGROUP_UNIFIED ? scratch_mount("cgroup2", scratch_path, NULL)
				   : scratch_mount("cgroup", scratch_path, "none,name=systemd");
}

static char group_path[200];

static void enter(const char *path)
{
	auto_close int fd = open_folder(path);

	scratch_write(fd, "cgroup.procs", "0", 1);
}

/* The body of a case runs in a process of its own, so that its cgroup can be removed. */
static bool in_child(void (*body)(enum cgroup_hierarchy), enum cgroup_hierarchy h)
{
	pid_t pid;
	int status;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		scratch_path[0] = '\0'; /* its parent's to remove */
		body(h);
		(void)fflush(stdout);
		_exit(0);
	}
	return CHECK_INT(waitpid(pid, &status, 0), pid) && CHECK_INT(status, 0);
}

static void with_group(void (*body)(enum cgroup_hierarchy), enum cgroup_hierarchy h)
{
	struct stat st;

	if (!mount_hierarchy(h))
		return;
	CHECK_INT(stat(scratch_path, &st), 0);
	(void)snprintf(group_path, sizeof(group_path), "%s/lxc-harden-test.%d", scratch_path,
		       (int)getpid());
	if (mkdir(group_path, 0755) < 0) {
		tap_skip("cannot make a cgroup: %s", strerror(errno));
	} else {
		in_child(body, h);
		CHECK_INT(rmdir(group_path), 0);
	}
	(void)umount2(scratch_path, MNT_DETACH);
}

static void body_hierarchy_root(enum cgroup_hierarchy h)
{
	struct stat st;

	CHECK_INT(stat(scratch_path[0] ? scratch_path : group_path, &st), 0);
	/* The case may itself run where the namespace hides the root: nothing to see then. */
	(void)snprintf(group_path + strlen(group_path), 4, "/..");
	CHECK_INT(stat(group_path, &st), 0);
	if (st.st_ino == 1)
		check_root(group_path, h, CGROUP_ROOT_HIERARCHY);
	else
		tap_skip("this test is in a cgroup namespace");
}

static void test_hierarchy_root(void)
{
	with_group(body_hierarchy_root, CGROUP_UNIFIED);
}

static void test_hierarchy_root_v1(void)
{
	with_group(body_hierarchy_root, CGROUP_SYSTEMD);
}

/* The caller's own; one that it is not in; one that is mounted read-only. */
static void body_own(enum cgroup_hierarchy h)
{
	auto_close int fd = open_folder(group_path);
	enum cgroup_root root = (enum cgroup_root)99;

	check_root(group_path, h, CGROUP_ROOT_FOREIGN);
	enter(group_path);
	check_root(group_path, h, CGROUP_ROOT_OWN);
	/* Of the other kind it is not. */
	CHECK_INT(cgroup_check_root(fd, h == CGROUP_UNIFIED ? CGROUP_SYSTEMD : CGROUP_UNIFIED,
				    &root),
		  -ENOTTY);
	if (!CHECK_INT(unshare(CLONE_NEWNS), 0) ||
	    !CHECK_INT(mount(group_path, group_path, NULL, MS_BIND, NULL), 0) ||
	    !CHECK_INT(mount(NULL, group_path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0))
		return;
	check_root(group_path, h, CGROUP_ROOT_READONLY);
}

static void test_own(void)
{
	with_group(body_own, CGROUP_UNIFIED);
}

static void test_own_v1(void)
{
	with_group(body_own, CGROUP_SYSTEMD);
}

static void leaf_foreign(enum cgroup_hierarchy h)
{
	CHECK_INT(getpid(), 1);
	/* The parent is in there too, and outside. */
	check_root(group_path, h, CGROUP_ROOT_FOREIGN);
}

static void body_foreign(enum cgroup_hierarchy h)
{
	enter(group_path);
	if (CHECK_INT(unshare(CLONE_NEWPID), 0))
		in_child(leaf_foreign, h);
}

static void test_foreign(void)
{
	with_group(body_foreign, CGROUP_UNIFIED);
}

/* A container as LXC makes it: a cgroup, a cgroup namespace and a pid namespace of its own. */
static void leaf_contained(enum cgroup_hierarchy h)
{
	bool in = true;

	enter(group_path);
	if (!CHECK_INT(unshare(CLONE_NEWCGROUP), 0))
		return;
	check_root(group_path, h, CGROUP_ROOT_OWN);
	CHECK_INT(cgroup_find_parent_in(h, &in), 0);
	CHECK(!in);
}

/* A cgroup namespace without a cgroup: the monitor's cgroup, and that of others. */
static void leaf_shared(enum cgroup_hierarchy h)
{
	bool in = false;

	if (!CHECK_INT(unshare(CLONE_NEWCGROUP), 0))
		return;
	CHECK_INT(cgroup_find_parent_in(h, &in), 0);
	/* v2 shows the monitor itself, v1 does not: one of the two tells. */
	if (h == CGROUP_UNIFIED)
		check_root(group_path, h, CGROUP_ROOT_FOREIGN);
	else
		CHECK(in);
}

static void body_contained(enum cgroup_hierarchy h)
{
	if (CHECK_INT(unshare(CLONE_NEWPID), 0))
		in_child(leaf_contained, h);
}

static void body_shared(enum cgroup_hierarchy h)
{
	enter(group_path);
	if (CHECK_INT(unshare(CLONE_NEWPID), 0))
		in_child(leaf_shared, h);
}

static void test_contained(void)
{
	with_group(body_contained, CGROUP_UNIFIED);
}

static void test_contained_v1(void)
{
	with_group(body_contained, CGROUP_SYSTEMD);
}

static void test_shared(void)
{
	with_group(body_shared, CGROUP_UNIFIED);
}

static void test_shared_v1(void)
{
	with_group(body_shared, CGROUP_SYSTEMD);
}

/* As mountinfo has it, then without any. */
static void test_v2_mounted(void)
{
	struct statfs fs;
	bool there = false;

	there |= statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
	there |= statfs("/sys/fs/cgroup/unified", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
	CHECK_INT(cgroup_is_v2_mounted(), there);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/sys/fs", "tmpfs", 0, NULL) < 0) {
		tap_skip("no mount namespace: %s", strerror(errno));
		return;
	}
	CHECK(!cgroup_is_v2_mounted());
}

static void test_no_pid_namespace(void)
{
	bool in = false;

	/* The reader of /proc is the host, as far as it can tell. */
	CHECK_INT(cgroup_find_parent_in(CGROUP_UNIFIED, &in), 0);
	CHECK(in);
}

/* A folder that is no cgroup is never taken for one, whatever files it holds. */
static void test_no_cgroup(void)
{
	enum cgroup_root root = (enum cgroup_root)99;
	int dirfd = scratch_new();
	char pid[32];

	(void)snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	scratch_write(dirfd, "cgroup.events", "", 0);
	scratch_write(dirfd, "cgroup.procs", pid, strlen(pid));
	CHECK_INT(cgroup_check_root(-EBADF, CGROUP_UNIFIED, &root), -EBADF);
	CHECK_INT(cgroup_check_root(dirfd, CGROUP_UNIFIED, &root), -ENOTTY);
	CHECK_INT(cgroup_check_root(dirfd, CGROUP_SYSTEMD, &root), -ENOTTY);
	CHECK_INT(root, 99);
}

TAP_MAIN({ "texts of containers on each layout", test_parse }, { "look-alikes", test_lookalikes },
	 { "malformed lines", test_malformed }, { "the namespace's root", test_ns_root },
	 { "the root of the v2 hierarchy", test_hierarchy_root },
	 { "the root of the v1 hierarchy", test_hierarchy_root_v1 },
	 { "own, foreign, read-only, v2", test_own },
	 { "own, foreign, read-only, v1", test_own_v1 },
	 { "a process of another pid namespace", test_foreign },
	 { "a container's own cgroup, v2", test_contained },
	 { "a container's own cgroup, v1", test_contained_v1 },
	 { "a namespace rooted in the monitor's cgroup, v2", test_shared },
	 { "a namespace rooted in the monitor's cgroup, v1", test_shared_v1 },
	 { "whether the host has v2", test_v2_mounted },
	 { "without a pid namespace", test_no_pid_namespace },
	 { "what is no cgroup", test_no_cgroup })
