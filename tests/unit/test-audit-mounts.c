/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/audit-mounts: on real tables, and on lines added to a small one. */
#include "config.h"

#include "lib/audit-mounts.h"

#include "tests/unit/tap.h"

static const char host[] = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
			   "2 1 0:5 / /dev rw - devtmpfs udev rw\n"
			   "3 1 0:20 / /proc rw - proc proc rw\n"
			   "4 1 0:21 / /sys rw - sysfs sysfs rw\n"
			   "5 4 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
			   "6 4 0:7 / /sys/kernel/debug rw - debugfs debugfs rw\n"
			   "7 1 8:2 / /srv rw - ext4 /dev/sda2 rw\n"
			   "8 1 0:40 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw\n"
			   "9 2 0:41 / /dev/pts rw - devpts devpts rw\n";

static const char cgroup[] =
	"0::/lxc.payload.c\n1:name=systemd:/lxc.payload.c\n2:cpu,cpuacct:/c2\n";

/* What every container here has: all of it allowed. */
static const char base[] =
	"50 40 8:1 /lxc/c/rootfs / rw - ext4 /dev/sda1 rw\n"
	"51 50 0:60 / /proc rw - proc proc rw\n"
	"52 51 0:60 /sys /proc/sys ro - proc proc rw\n"
	"53 52 0:60 /sys/net /proc/sys/net rw - proc proc rw\n"
	"54 51 0:60 /sysrq-trigger /proc/sysrq-trigger ro - proc proc rw\n"
	"55 50 0:61 / /sys ro - sysfs sysfs rw\n"
	"56 55 0:61 /devices/virtual/net /sys/devices/virtual/net rw - sysfs s rw\n"
	"57 50 0:62 / /dev rw - tmpfs none rw\n";

/* The keys of the findings for base without the lines drop[], and with more. */
struct run {
	bool idmapped, may_unmount, running;
	const char *drop, *more, *allow;
};

static const char *judge(const struct run *run)
{
	static char keys[1024];
	char text[8192] = "";
	struct audit_findings f = { 0 };
	struct policy policy = { 0 };
	struct emit e = EMIT_INIT(text), k = EMIT_INIT(keys);
	struct span rest = span_of(base), line;
	int r;

	while (span_next_line(&rest, &line)) {
		if (run->drop && memmem(line.p, line.n, run->drop, strlen(run->drop)))
			continue;
		emit_span(&e, line);
		emit_str(&e, "\n");
	}
	emit_str(&e, run->more ? run->more : "");
	if (run->allow)
		policy.mount_allow =
			(struct policy_list){ .item = { span_of(run->allow) }, .n = 1 };
	r = audit_judge_mounts(&(struct audit_mounts){ .container = { text, e.len },
						       .host = span_of(host),
						       .cgroup = span_of(cgroup),
						       .idmapped = run->idmapped,
						       .may_unmount = run->may_unmount,
						       .in_own_cgroup = !run->running,
						       .has_sysrq = true },
			       &policy, &f);
	keys[0] = '\0';
	if (r < 0)
		emit_printf(&k, "error %d", r);
	for (size_t i = 0; i < f.n; i++)
		emit_printf(&k, "%s%s", i ? " " : "", f.item[i].key);
	return keys;
}

#define JUDGE(...) judge(&(struct run){ __VA_ARGS__ })

static void test_base(void)
{
	CHECK_STR(JUDGE(0), "");
	CHECK_STR(JUDGE(.idmapped = true), "");
	CHECK_STR(JUDGE(.may_unmount = true), "");
}

static void test_host_paths(void)
{
	static const char data[] = "60 50 8:2 /data /data rw - ext4 /dev/sda2 rw\n";

	CHECK_STR(JUDGE(.more = data), "mount.host");
	CHECK_STR(JUDGE(.more = data, .idmapped = true), "mount.host");
	CHECK_STR(JUDGE(.more = data, .allow = "/data"), "");
	CHECK_STR(JUDGE(.more = data, .allow = "/dat"), "mount.host");
	CHECK_STR(JUDGE(.more = "60 50 8:2 /data /data ro - ext4 /dev/sda2 rw\n"), "");
	CHECK_STR(JUDGE(.more = "60 50 8:2 /data /data rw - ext4 /dev/sda2 ro\n"), "");
	/* A file system that the host does not show. */
	CHECK_STR(JUDGE(.more = "60 50 8:9 / /data rw - ext4 /dev/sda9 rw\n"), "");
	/* Of its own root file system; beside it; above it. */
	CHECK_STR(JUDGE(.more = "60 50 8:1 /lxc/c/rootfs/a /b rw - ext4 x rw\n"), "");
	CHECK_STR(JUDGE(.more = "60 50 8:1 /lxc/c/rootfs2 /b rw - ext4 x rw\n"), "mount.host");
	CHECK_STR(JUDGE(.more = "60 50 8:1 /lxc/c /b rw - ext4 x rw\n"), "mount.host");
	/* A name with a blank is allowed by the name, not by how the kernel writes it. */
	CHECK_STR(JUDGE(.more = "60 50 8:2 / /a\\040b rw - ext4 x rw\n", .allow = "/a b"), "");
	CHECK_STR(JUDGE(.drop = " / rw - ext4", .more = "50 40 8:1 / / rw - ext4 /dev/sda1 rw\n"),
		  "mount.root");
}

static void test_covered(void)
{
	static const char covered[] =
		"60 55 0:21 /fs/fuse/connections /sys/f rw - sysfs sysfs rw\n"
		"61 60 0:21 /fs/fuse/connections /sys/f ro - sysfs sysfs rw\n";
	static const char beside[] = "60 55 0:21 /fs/fuse/connections /sys/f rw - sysfs sysfs rw\n"
				     "61 55 0:21 /fs/fuse/connections /sys/f ro - sysfs sysfs rw\n";

	CHECK_STR(JUDGE(.more = covered), "");
	/* Who may unmount can take the cover away. */
	CHECK_STR(JUDGE(.more = covered, .may_unmount = true), "mount.sys");
	CHECK_STR(JUDGE(.more = beside), "mount.sys");
}

static void test_proc_and_sys(void)
{
	CHECK_STR(JUDGE(.drop = " /proc/sys"), "mount.proc mount.proc");
	CHECK_STR(JUDGE(.drop = "/proc/sysrq-trigger"), "mount.proc");
	CHECK_STR(JUDGE(.drop = "/proc/sys ro",
			.more = "52 51 0:60 /sys /proc/sys rw - proc p rw\n"),
		  "mount.proc");
	CHECK_STR(JUDGE(.drop = "/proc/sys ro",
			.more = "52 51 0:60 /sys /proc/sys rw - proc p rw\n", .idmapped = true),
		  "");
	/* A second proc elsewhere; part of one; all of it read-only. */
	CHECK_STR(JUDGE(.more = "60 50 0:60 / /mnt/p rw - proc p rw\n"), "mount.proc mount.proc");
	/* Over the first: what was mounted on that one does not count. */
	CHECK_STR(JUDGE(.more = "60 51 0:60 / /proc rw - proc p rw\n"), "mount.proc mount.proc");
	/* A folder between. */
	CHECK_STR(JUDGE(.more = "60 50 0:60 / /mnt rw - proc p rw\n"
				"61 60 0:99 / /mnt/sys rw - tmpfs t rw\n"
				"62 60 0:99 / /mnt/sysrq-trigger rw - tmpfs t rw\n"),
		  "");
	CHECK_STR(JUDGE(.more = "60 50 0:60 /sys/kernel /mnt rw - proc p rw\n"), "mount.proc");
	CHECK_STR(JUDGE(.more = "60 50 0:60 /sys/network /mnt rw - proc p rw\n"), "mount.proc");
	CHECK_STR(JUDGE(.more = "60 50 0:60 /sys/net/core /mnt rw - proc p rw\n"), "");
	CHECK_STR(JUDGE(.more = "60 50 0:60 / /mnt ro - proc p rw\n"), "");
	CHECK_STR(JUDGE(.more = "60 50 0:61 / /mnt rw - sysfs s rw\n"), "mount.sys");
	CHECK_STR(JUDGE(.more = "60 50 0:61 /devices/virtual /mnt rw - sysfs s rw\n"), "mount.sys");
	CHECK_STR(JUDGE(.more = "60 50 0:61 /devices/virtual/network /m rw - sysfs s rw\n"),
		  "mount.sys");
	CHECK_STR(JUDGE(.more = "60 50 0:21 / /mnt rw - sysfs s rw\n", .idmapped = true), "");
	/* The host's own proc shows its processes to anybody. */
	CHECK_STR(JUDGE(.more = "60 50 0:20 / /mnt rw - proc p rw\n", .idmapped = true),
		  "mount.host");
}

static void test_exceptions(void)
{
	CHECK_STR(JUDGE(.more = "60 57 0:5 /null /dev/null rw - devtmpfs udev rw\n"), "");
	CHECK_STR(JUDGE(.more = "60 57 0:5 /sda /dev/null rw - devtmpfs udev rw\n"), "mount.host");
	CHECK_STR(JUDGE(.more = "60 57 0:5 / /dev/h rw - devtmpfs udev rw\n"), "mount.host");
	CHECK_STR(JUDGE(.more = "60 57 0:41 /3 /dev/console rw - devpts d rw\n"), "");
	CHECK_STR(JUDGE(.more = "60 57 0:41 / /dev/pts rw - devpts d rw\n"), "mount.host");
	CHECK_STR(JUDGE(.more = "60 51 0:40 /proc/stat /proc/stat rw - fuse.lxcfs l rw\n"), "");
	CHECK_STR(JUDGE(.more = "60 51 0:40 / /var/lib/lxcfs rw - fuse.lxcfs l rw\n"),
		  "mount.host");
	CHECK_STR(JUDGE(.more = "60 55 0:7 / /sys/kernel/debug rw - debugfs d rw\n"), "mount.host");
	CHECK_STR(JUDGE(.more = "60 55 0:7 / /sys/kernel/debug rw - debugfs d rw\n",
			.idmapped = true),
		  "");
}

static void test_cgroups(void)
{
	CHECK_STR(JUDGE(.more = "60 55 0:30 /lxc.payload.c /sys/fs/cgroup rw - cgroup2 c rw\n"),
		  "");
	CHECK_STR(JUDGE(.more = "60 55 0:30 / /sys/fs/cgroup ro - cgroup2 c rw\n"), "mount.cgroup");
	CHECK_STR(JUDGE(.more = "60 55 0:30 /other /sys/fs/cgroup rw - cgroup2 c rw\n"),
		  "mount.cgroup");
	/* A file of it that mount-cgroup(8) covers; not one that can be written, nor another's. */
	CHECK_STR(
		JUDGE(.more = "60 55 0:30 /lxc.payload.c /c rw - cgroup2 c rw\n"
			      "61 60 0:30 /lxc.payload.c/pids.max /c/pids.max ro - cgroup2 c rw\n"),
		"");
	CHECK_STR(JUDGE(.more = "60 55 0:30 /lxc.payload.c/pids.max /x rw - cgroup2 c rw\n"),
		  "mount.cgroup");
	CHECK_STR(JUDGE(.more = "60 55 0:30 /other/pids.max /x ro - cgroup2 c rw\n"),
		  "mount.cgroup");
	CHECK_STR(JUDGE(.more = "60 55 0:30 /pids.max /x ro - cgroup2 c rw\n"), "mount.cgroup");
	CHECK_STR(JUDGE(.more = "60 55 0:30 /.. /sys/fs/cgroup rw - cgroup2 c rw\n"),
		  "mount.cgroup");
	CHECK_STR(JUDGE(.more = "60 55 0:33 /c2 /sys/fs/cgroup/cpu rw - cgroup c rw,cpu,cpuacct\n"),
		  "");
	CHECK_STR(JUDGE(.more = "60 55 0:33 /lxc.payload.c /m rw - cgroup c rw,cpu,cpuacct\n"),
		  "mount.cgroup");
	CHECK_STR(
		JUDGE(.more = "60 55 0:33 /lxc.payload.c /m rw - cgroup c rw,xattr,name=systemd\n"),
		"");
	CHECK_STR(JUDGE(.more = "60 55 0:33 /x /m rw - cgroup c rw,memory\n"), "mount.cgroup");
	/* Part of it while it starts is not all that it will see; later init has moved below. */
	CHECK_STR(JUDGE(.more = "60 55 0:30 /lxc.payload /m rw - cgroup2 c rw\n"), "mount.cgroup");
	CHECK_STR(JUDGE(.more = "60 55 0:30 /lxc.payload /m rw - cgroup2 c rw\n", .running = true),
		  "mount.cgroup");
}

/* tap_data() has room for one text. */
static struct span copy(struct span text)
{
	char *p = malloc(text.n);

	if (!p)
		abort();
	return (struct span){ memcpy(p, text.p, text.n), text.n };
}

static void test_real(void)
{
	static const char *const tables[] = { "mountinfo-hardened", "mountinfo-idmapped",
					      "mountinfo-privileged" };
	struct policy policy = { 0 };

	for (size_t i = 0; i < 3; i++) {
		struct audit_findings f = { 0 };
		struct audit_mounts in = { .container = copy(tap_data(tables[i])),
					   .host = copy(tap_data("mountinfo-host")),
					   .cgroup = span_of(cgroup),
					   .idmapped = i == 1 };

		CHECK_INT(audit_judge_mounts(&in, &policy, &f), 0);
		for (size_t k = 0; k < f.n; k++)
			CHECK_STR(strcmp(f.item[k].key, "mount.host") ? "" : f.item[k].text, "");
		free((char *)(uintptr_t)in.container.p);
		free((char *)(uintptr_t)in.host.p);
	}
}

static void test_bad_tables(void)
{
	static char many[400000];
	struct emit e = EMIT_INIT(many);

	CHECK_STR(JUDGE(.more = "garbage\n"), "error -22");
	for (int i = 0; i < 4097; i++)
		emit_printf(&e, "%d 50 0:99 / /m%d rw - tmpfs t rw\n", 100 + i, i);
	CHECK_INT(audit_judge_mounts(&(struct audit_mounts){ .container = { many, e.len },
							     .host = span_of(host) },
				     &(struct policy){ 0 }, &(struct audit_findings){ 0 }),
		  -E2BIG);
	CHECK_INT(audit_judge_mounts(&(struct audit_mounts){ .host = span_of(host) },
				     &(struct policy){ 0 }, &(struct audit_findings){ 0 }),
		  -EINVAL);
}

static void test_hostile_names(void)
{
	struct audit_findings f = { 0 };
	static const char text[] = "60 50 8:2 /a /\033[2J'\xff\\012x rw - ext4 x rw\n";

	CHECK_INT(audit_judge_mounts(&(struct audit_mounts){ .container = span_of(text),
							     .host = span_of(host) },
				     &(struct policy){ 0 }, &f),
		  0);
	CHECK_INT(f.n, 1);
	for (const char *p = f.item[0].text; *p; p++)
		CHECK(*p >= 0x20 && *p < 0x7f);
}

TAP_MAIN({ "a right one", test_base }, { "host paths", test_host_paths },
	 { "what lies below another mount", test_covered }, { "proc and sys", test_proc_and_sys },
	 { "parts of the host that may be writable", test_exceptions }, { "cgroups", test_cgroups },
	 { "real tables", test_real }, { "tables that cannot be judged", test_bad_tables },
	 { "names with escapes", test_hostile_names });
