/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib/initver, on root file systems as the distributions lay them out and as a liar would. */
#include "config.h"

#include "lib/initver.h"

#include <sys/syscall.h>
#include <time.h>

#include "lib/cleanup.h"
#include "tests/unit/deny.h"
#include "tests/unit/scratch.h"

static void test_names(void)
{
	static const struct {
		const char *name;
		unsigned int version;
	} rows[] = {
		{ "libsystemd-shared-247.so", 247 },
		{ "libsystemd-shared-257.so", 257 },
		{ "libsystemd-shared-257.4-1.fc42.so", 257 },
		{ "libsystemd-shared-258~rc1.so", 258 },
		{ "libsystemd-shared-9999.so", 9999 },
		{ "libsystemd-shared-10000.so", 0 },
		{ "libsystemd-shared-99999999999999999999999.so", 0 },
		{ "libsystemd-shared-.so", 0 },
		{ "libsystemd-shared-x257.so", 0 },
		{ "libsystemd-shared-257.so.1", 0 },
		{ "libsystemd-shared-257", 0 },
		{ "libsystemd-core-257.so", 0 },
		{ "xlibsystemd-shared-257.so", 0 },
		{ "libsystemd-shared-", 0 },
		{ "", 0 },
		{ ".so", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!CHECK_INT(initver_parse_name(span_of(rows[i].name)), rows[i].version))
			printf("# of '%s'\n", rows[i].name);
	}
}

static void test_programs(void)
{
	static const struct {
		struct span bytes;
		unsigned int version;
	} rows[] = {
#define BYTES(s) { s, sizeof(s) - 1 }
		{ BYTES("\0systemd 219\0"), 219 },
		{ BYTES("systemd 219"), 219 },
		{ BYTES("\177ELF\0a systemd 9 b\0systemd running\0systemd 232\0"), 232 },
		{ BYTES("\0systemd 0\0systemd 12\0"), 12 },
		{ BYTES("(systemd 219"), 0 },
		{ BYTES("\0systemd 99999\0"), 0 },
		{ BYTES("\0systemd "), 0 },
		{ BYTES("\0Systemd 219"), 0 },
		{ BYTES("systemd systemd \0systemd 5"), 5 },
		{ BYTES(""), 0 },
		{ { NULL, 0 }, 0 },
		{ { "\0systemd 219", 11 }, 21 }, /* not beyond the span */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!CHECK_INT(initver_parse_program(rows[i].bytes), rows[i].version))
			printf("# in row %zu\n", i);
	}
}

static void check(int rootfd, enum initver_kind kind, unsigned int version)
{
	struct initver init = { .version = 4711 };

	CHECK_INT(initver_read(rootfd, &init), 0);
	CHECK_INT(init.kind, kind);
	CHECK_INT(init.version, version);
}

/* Debian 11, merged /usr: /sbin, /lib and /bin are links. */
static int new_merged(const char *library)
{
	int fd = scratch_new();

	scratch_mkdir(fd, "usr/sbin");
	scratch_mkdir(fd, "usr/bin");
	scratch_mkdir(fd, "usr/lib/systemd");
	scratch_link(fd, "sbin", "usr/sbin");
	scratch_link(fd, "bin", "usr/bin");
	scratch_link(fd, "lib", "usr/lib");
	scratch_link(fd, "usr/sbin/init", "/lib/systemd/systemd");
	if (library)
		scratch_write(fd, library, "", 0);
	return fd;
}

static void test_merged(void)
{
	check(new_merged("usr/lib/systemd/libsystemd-shared-247.so"), INITVER_SYSTEMD, 247);
}

static void test_multiarch(void)
{
	int fd = new_merged(NULL);

	scratch_mkdir(fd, "usr/lib/x86_64-linux-gnu/systemd");
	scratch_write(fd, "usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-257.so", "", 0);
	check(fd, INITVER_SYSTEMD, 257);
}

/* Before merged /usr, and Fedora's merged /usr/sbin. */
static void test_split(void)
{
	int fd = scratch_new();

	scratch_mkdir(fd, "sbin");
	scratch_mkdir(fd, "usr/sbin");
	scratch_mkdir(fd, "lib/systemd");
	scratch_link(fd, "sbin/init", "../lib/systemd/systemd");
	scratch_write(fd, "lib/systemd/libsystemd-shared-232.so", "", 0);
	check(fd, INITVER_SYSTEMD, 232);
}

static void test_merged_sbin(void)
{
	int fd = scratch_new();

	scratch_mkdir(fd, "usr/bin");
	scratch_mkdir(fd, "usr/lib/systemd");
	scratch_link(fd, "usr/sbin", "bin");
	scratch_link(fd, "sbin", "usr/sbin");
	scratch_link(fd, "usr/bin/init", "../lib/systemd/systemd");
	scratch_write(fd, "usr/lib/systemd/libsystemd-shared-258-1.fc43.so", "", 0);
	check(fd, INITVER_SYSTEMD, 258);
}

/* ".." stops at the root, as it would for the guest. */
static void test_dotdot(void)
{
	int fd = new_merged("usr/lib/systemd/libsystemd-shared-247.so");

	CHECK_INT(unlinkat(fd, "usr/sbin/init", 0), 0);
	scratch_link(fd, "usr/sbin/init", "../../../../../opt/./x/../systemd");
	scratch_mkdir(fd, "opt");
	scratch_write(fd, "opt/libsystemd-shared-248.so", "", 0);
	check(fd, INITVER_SYSTEMD, 248);
}

/* Before systemd 231: the version is in the program. */
static void test_program(void)
{
	int fd = new_merged(NULL);

	check(fd, INITVER_SYSTEMD, 0);
	scratch_write(fd, "usr/lib/systemd/systemd", "\177ELF\0systemd 219\0", 17);
	check(fd, INITVER_SYSTEMD, 219);
}

static void test_others(void)
{
	int fd = scratch_new();

	check(fd, INITVER_UNKNOWN, 0);
	scratch_mkdir(fd, "sbin");
	check(fd, INITVER_UNKNOWN, 0);
	scratch_write(fd, "sbin/init", "ELF", 3);
	check(fd, INITVER_OTHER, 0);
	CHECK_INT(unlinkat(fd, "sbin/init", 0), 0);
	scratch_link(fd, "sbin/init", "/bin/busybox");
	check(fd, INITVER_OTHER, 0);
	CHECK_INT(unlinkat(fd, "sbin/init", 0), 0);
	/* "systemd" is the last component or it is not. */
	scratch_link(fd, "sbin/init", "/usr/lib/systemd/systemd-other");
	check(fd, INITVER_OTHER, 0);
	CHECK_INT(unlinkat(fd, "sbin/init", 0), 0);
	scratch_link(fd, "sbin/init", "systemd");
	check(fd, INITVER_SYSTEMD, 0);
}

/* Beside scratch/root there is a systemd of the host's that no link may lead to. */
static int new_hostile(void)
{
	int fd = scratch_new(), rootfd;

	scratch_mkdir(fd, "lib/systemd");
	scratch_write(fd, "lib/systemd/libsystemd-shared-111.so", "", 0);
	scratch_write(fd, "lib/systemd/systemd", "systemd 112", 11);
	scratch_mkdir(fd, "root/usr/sbin");
	scratch_mkdir(fd, "root/usr/lib");
	rootfd = openat(fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)close(fd);
	return rootfd;
}

static void check_out(int rootfd)
{
	char text[200];

	scratch_link(rootfd, "usr/sbin/init", "../../../lib/systemd/systemd");
	check(rootfd, INITVER_SYSTEMD, 0);
	scratch_link(rootfd, "usr/lib/systemd", "../../../lib/systemd");
	check(rootfd, INITVER_SYSTEMD, 0);
	CHECK_INT(unlinkat(rootfd, "usr/lib/systemd", 0), 0);
	scratch_mkdir(rootfd, "usr/lib/systemd");
	scratch_link(rootfd, "usr/lib/systemd/systemd", "../../../../lib/systemd/systemd");
	check(rootfd, INITVER_SYSTEMD, 0);
	CHECK_INT(unlinkat(rootfd, "usr/lib/systemd/systemd", 0), 0);
	(void)snprintf(text, sizeof(text), "%s/lib/systemd", scratch_path);
	scratch_link(rootfd, "usr/lib/x-linux-y", text);
	scratch_mkdir(rootfd, "usr/lib/z-linux-z");
	scratch_link(rootfd, "usr/lib/z-linux-z/systemd", text);
	check(rootfd, INITVER_SYSTEMD, 0);
}

static void test_out(void)
{
	check_out(new_hostile());
}

static void test_out_walk(void)
{
	int rootfd = new_hostile(), r = deny_syscall(SYS_openat2);

	if (r < 0)
		tap_skip("no seccomp filters: %s", strerror(-r));
	else
		check_out(rootfd);
}

static void test_odd_links(void)
{
	char text[2001];
	int fd = new_hostile();

	scratch_link(fd, "usr/sbin/init", "init");
	check(fd, INITVER_OTHER, 0);
	CHECK_INT(unlinkat(fd, "usr/sbin/init", 0), 0);
	scratch_link(fd, "usr/sbin/init", "/");
	check(fd, INITVER_UNKNOWN, 0);
	CHECK_INT(unlinkat(fd, "usr/sbin/init", 0), 0);
	scratch_link(fd, "usr/sbin/init", "/systemd");
	check(fd, INITVER_OTHER, 0); /* not where any distribution has it */
	CHECK_INT(unlinkat(fd, "usr/sbin/init", 0), 0);
	for (size_t i = 0; i < 2000; i++)
		text[i] = i % 2 ? '/' : 'a';
	text[2000] = '\0';
	scratch_link(fd, "usr/sbin/init", text);
	check(fd, INITVER_UNKNOWN, 0);
	CHECK_INT(unlinkat(fd, "usr/sbin/init", 0), 0);
	scratch_link(fd, "usr/sbin/init", "/a\n\x1b[31m/systemd");
	check(fd, INITVER_SYSTEMD, 0);
}

/* Nothing of it may hang, be opened, or take long: on the processor, the wall is others' too. */
static void check_quick(int fd, unsigned int version)
{
	clock_t start = clock();
	double took;

	(void)alarm(10);
	check(fd, INITVER_SYSTEMD, version);
	(void)alarm(TAP_SECONDS);
	took = (double)(clock() - start) / CLOCKS_PER_SEC;
	if (!CHECK(took < 1))
		printf("# but %.2f s\n", took);
}

static void test_special_files(void)
{
	int fd = new_merged(NULL);

	scratch_fifo(fd, "usr/lib/systemd/systemd");
	scratch_fifo(fd, "usr/lib/a-linux-b");
	check_quick(fd, 0);
	CHECK_INT(unlinkat(fd, "usr/lib/systemd/systemd", 0), 0);
	CHECK_INT(unlinkat(fd, "usr/lib/systemd", AT_REMOVEDIR), 0);
	scratch_fifo(fd, "usr/lib/systemd");
	check_quick(fd, 0);
	CHECK_INT(unlinkat(fd, "usr/lib/systemd", 0), 0);
	scratch_write(fd, "usr/lib/systemd", "systemd 219", 11);
	check_quick(fd, 0);
	CHECK_INT(unlinkat(fd, "usr/sbin/init", 0), 0);
	scratch_fifo(fd, "usr/sbin/init");
	check(fd, INITVER_OTHER, 0);
}

static void test_huge_program(void)
{
	int fd = new_merged(NULL), file;

	file = openat(fd, "usr/lib/systemd/systemd", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	CHECK_INT(ftruncate(file, 1 << 30), 0);
	CHECK_INT(pwrite(file, "systemd 219", 11, 1 << 29), 11);
	check_quick(fd, 0);
	CHECK_INT(pwrite(file, "systemd 218", 11, 1000), 11);
	check_quick(fd, 218);
}

/* Folders in which each could hold as many again: only so many are looked into. */
static void check_decoys(unsigned int n, unsigned int version)
{
	int fd;

	if (!scratch_mount("tmpfs", scratch_path, "mode=755"))
		return;
	fd = open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scratch_mkdir(fd, "usr/sbin");
	scratch_link(fd, "usr/sbin/init", "/lib/systemd/systemd");
	/* tmpfs lists what is newest first. */
	scratch_mkdir(fd, "usr/lib/real-linux-gnu/systemd");
	scratch_write(fd, "usr/lib/real-linux-gnu/systemd/libsystemd-shared-257.so", "", 0);
	for (unsigned int i = 0; i < n; i++) {
		char path[100];

		(void)snprintf(path, sizeof(path), "usr/lib/decoy-linux-%u/systemd", i);
		scratch_mkdir(fd, path);
	}
	check_quick(fd, version);
	(void)close(fd);
	(void)umount2(scratch_path, MNT_DETACH);
}

static void test_many_folders(void)
{
	if (!scratch_unshare(0))
		return;
	(void)close(scratch_new());
	check_decoys(5, 257);
	check_decoys(5000, 0);
}

/* One folder of 100,000 entries; then the same three times, and more in all than are read. */
static void test_many_entries(void)
{
	char from[200], to[200];
	int fd;

	if (!scratch_unshare(0))
		return;
	(void)close(scratch_new());
	if (!scratch_mount("tmpfs", scratch_path, "mode=755"))
		return;
	fd = open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scratch_mkdir(fd, "usr/sbin");
	scratch_link(fd, "usr/sbin/init", "/lib/systemd/systemd");
	scratch_mkdir(fd, "usr/lib/real-linux-gnu/systemd");
	scratch_write(fd, "usr/lib/real-linux-gnu/systemd/libsystemd-shared-257.so", "", 0);
	scratch_files(fd, "usr/lib/systemd", "f", 100000);
	check_quick(fd, 257);
	(void)snprintf(from, sizeof(from), "%s/usr/lib/systemd", scratch_path);
	for (unsigned int i = 0; i < 2; i++) {
		(void)snprintf(to, sizeof(to), "usr/lib/decoy-linux-%u/systemd", i);
		scratch_mkdir(fd, to);
		(void)snprintf(to, sizeof(to), "%s/usr/lib/decoy-linux-%u/systemd", scratch_path,
			       i);
		CHECK_INT(mount(from, to, NULL, MS_BIND, NULL), 0);
	}
	check_quick(fd, 0);
	(void)close(fd);
	(void)umount2(scratch_path, MNT_DETACH);
}

static void test_bad_root(void)
{
	struct initver init = { .version = 4711 };

	(void)initver_read(-EBADF, &init);
	CHECK(init.kind != INITVER_SYSTEMD);
}

TAP_MAIN({ "file names", test_names }, { "programs", test_programs },
	 { "merged /usr", test_merged }, { "multiarch", test_multiarch },
	 { "split /usr", test_split }, { "merged /usr/sbin", test_merged_sbin },
	 { "a link with too many ..", test_dotdot }, { "the version in the program", test_program },
	 { "other inits", test_others }, { "links that lead out", test_out },
	 { "the same before openat2", test_out_walk }, { "odd links", test_odd_links },
	 { "special files", test_special_files }, { "a program of 1 GiB", test_huge_program },
	 { "many folders", test_many_folders }, { "many entries", test_many_entries },
	 { "no root", test_bad_root })
