/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/config/config-edit: in and out again, byte for byte, and what it refuses to touch. */
#include "config.h"

#include "tools/config/config-edit.h"

#include <dirent.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "lib/cleanup.h"
#include "lib/io.h"
#include "tools/container/lock.h"
#include "tests/unit/tap.h"

#define PATH "/var/lib/lxc/c/harden/harden.conf"

static void test_there_and_back(void)
{
	static const char *const texts[] = {
		"",	 "\n",	      "lxc.uts.name = x\n",    "lxc.uts.name = x",
		"a\r\n", "# c\n\n\n", "lxc.include = /other\n"
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		auto_free char *added = NULL, *removed = NULL, *again = NULL;
		size_t n, m, k;

		CHECK_INT(config_edit_add_text(span_of(texts[i]), PATH, &added, &n), 1);
		CHECK_INT(config_edit_add_text((struct span){ added, n }, PATH, &again, &k), 0);
		CHECK_INT(config_edit_remove_text((struct span){ added, n }, PATH, &removed, &m),
			  1);
		CHECK_STR(removed, texts[i]);
		CHECK_INT(m, strlen(texts[i]));
	}
}

/* Edits "before" as a user would once the line is there, and takes it out. */
static void check_edited(const char *text, const char *front, const char *back, const char *want)
{
	auto_free char *added = NULL, *edited = NULL, *removed = NULL;
	size_t n, m;

	CHECK_INT(config_edit_add_text(span_of(text), PATH, &added, &n), 1);
	CHECK(asprintf(&edited, "%s%s%s", front, added, back) > 0);
	CHECK_INT(config_edit_remove_text(span_of(edited), PATH, &removed, &m), 1);
	CHECK_STR(removed, want);
}

#define MARKER "# Added by lxc-harden, which takes it out again (lxc-harden remove):"

static void test_edited_since(void)
{
	check_edited("a\n", "0\n", "", "0\na\n");
	check_edited("a\n", "", "b\n", "a\nb\n");
	check_edited("a\n", "0\n", "b", "0\na\nb");
	check_edited("a", "", "b\n", "a\nb\n");
	check_edited("a", "0\n", "", "0\na");
	/* A marker of an earlier time, whose line somebody took away with the end of its own. */
	check_edited(MARKER, "", "", MARKER);
	check_edited(MARKER, "", "b\n", MARKER "\nb\n");
	check_edited(MARKER "\na\n", "", "", MARKER "\na\n");
}

static void test_not_ours(void)
{
	auto_free char *out = NULL;
	size_t n;

	CHECK_INT(config_edit_add_text(span_of("lxc.include = " PATH "\n"), PATH, &out, &n), 0);
	CHECK_INT(config_edit_remove_text(span_of("lxc.include = " PATH "\n"), PATH, &out, &n), 0);
	CHECK_INT(config_edit_remove_text(span_of(""), PATH, &out, &n), 0);
	CHECK_INT(config_edit_add_text((struct span){ "a\0b", 3 }, PATH, &out, &n), -EINVAL);
	CHECK_INT(config_edit_add_text(span_of(""), "relative", &out, &n), -EINVAL);
	CHECK_INT(config_edit_add_text(span_of(""), "/a\nlxc.cap.keep =", &out, &n), -EINVAL);
	CHECK_INT(config_edit_add_text(span_of(""), "/a ", &out, &n), -EINVAL);
	CHECK(!out);
}

static char lxcpath[] = "/tmp/test-config-edit.XXXXXX";
static char folder[sizeof(lxcpath) + 2];

static void make_folder(const char *text)
{
	FILE *f;
	char path[100];

	CHECK(mkdtemp(lxcpath));
	(void)snprintf(folder, sizeof(folder), "%s/c", lxcpath);
	CHECK_INT(mkdir(folder, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/config", folder);
	f = fopen(path, "we");
	if (CHECK(f)) {
		fputs(text, f);
		CHECK_INT(fclose(f), 0);
	}
	CHECK_INT(chmod(path, 0604), 0);
}

static void remove_folder(int dirfd)
{
	(void)unlinkat(dirfd, "config", 0); /* what is left fails the rmdir */
	(void)unlinkat(dirfd, "victim", 0);
	(void)unlinkat(dirfd, "other", 0);
	CHECK_INT(rmdir(folder), 0);
	CHECK_INT(rmdir(lxcpath), 0);
}

/* In the steps of generate. */
static int add(int dirfd)
{
	struct config_edit edit;
	int changed = config_edit_stage(dirfd, PATH, config_edit_add_text, &edit), r;

	if (changed <= 0)
		return changed;
	r = config_edit_commit(dirfd, &edit);
	if (r == 0)
		r = config_edit_tidy(dirfd);
	return r < 0 ? r : changed;
}

static void test_file(void)
{
	struct stat before, st;
	bool xattrs;
	char value[4] = "";
	int fd;

	make_folder("lxc.uts.name = x");
	fd = container_lock(lxcpath, "c");
	CHECK(fd >= 0);
	CHECK_INT(fchdir(fd), 0);
	xattrs = setxattr("config", "user.lh", "yes", 3, 0) == 0;
	CHECK_INT(stat("config", &before), 0);

	CHECK_INT(add(fd), 1);
	CHECK_INT(add(fd), 0);
	CHECK_INT(stat("config", &st), 0);
	CHECK_INT(st.st_mode & 07777, 0604);
	CHECK_INT(st.st_uid, before.st_uid);
	CHECK(st.st_size > before.st_size);
	if (xattrs) {
		CHECK_INT(getxattr("config", "user.lh", value, sizeof(value)), 3);
		CHECK(memcmp(value, "yes", 3) == 0);
	}
	CHECK_INT(config_edit_remove(fd, PATH), 1);
	CHECK_INT(config_edit_remove(fd, PATH), 0);
	CHECK_INT(stat("config", &st), 0);
	CHECK_INT(st.st_size, before.st_size);
	CHECK(access(".config.lxc-harden", F_OK) < 0);
	remove_folder(fd);
	(void)close(fd);
}

static void test_planted(void)
{
	int fd;

	make_folder("");
	fd = container_lock(lxcpath, "c");
	CHECK(fd >= 0);
	CHECK_INT(renameat(fd, "config", fd, "victim"), 0);
	CHECK_INT(symlinkat("victim", fd, "config"), 0);
	CHECK_INT(add(fd), -EINVAL);
	CHECK_INT(unlinkat(fd, "config", 0), 0);
	CHECK_INT(mkfifoat(fd, "config", 0600), 0);
	CHECK_INT(add(fd), -EINVAL);
	CHECK_INT(unlinkat(fd, "config", 0), 0);
	CHECK_INT(add(fd), -ENOENT);
	/* A link where the temporary file goes is replaced, not written through. */
	CHECK_INT(linkat(fd, "victim", fd, "config", 0), 0);
	CHECK_INT(symlinkat("victim", fd, ".config.lxc-harden"), 0);
	CHECK_INT(add(fd), 1);
	{
		struct stat st;

		CHECK_INT(fstatat(fd, "victim", &st, 0), 0);
		CHECK_INT(st.st_size, 0);
	}
	remove_folder(fd);
	(void)close(fd);
}

static void test_folder_is_link(void)
{
	char path[100];

	make_folder("");
	(void)snprintf(path, sizeof(path), "%s/d", lxcpath);
	CHECK_INT(symlink("c", path), 0);
	CHECK_INT(container_lock(lxcpath, "d"), -ENOTDIR);
	CHECK_INT(container_lock(lxcpath, "none"), -ENOENT);
	CHECK_INT(unlink(path), 0);
	{
		int fd = container_lock(lxcpath, "c");

		CHECK(fd >= 0);
		remove_folder(fd);
		(void)close(fd);
	}
}

/* "config" is what only its owner reads, "other" what everybody may. */
static int make_secret(void)
{
	int fd, other;

	make_folder("secret\n");
	fd = container_lock(lxcpath, "c");
	CHECK(fd >= 0);
	CHECK_INT(fchmodat(fd, "config", 0600, 0), 0);
	other = openat(fd, "other", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	CHECK(other >= 0);
	CHECK_INT(io_write_all(other, "public\n", 7), 0);
	CHECK_INT(fchmod(other, 0644), 0);
	CHECK_INT(close(other), 0);
	return fd;
}

static int exchange(int dirfd)
{
	return renameat2(dirfd, "config", dirfd, "other", RENAME_EXCHANGE);
}

static void exchange_for_ever(int dirfd)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* else the test's own kill does */
	while (exchange(dirfd) == 0)
		;
	_exit(1);
}

/* What is staged has the text and the mode of one and the same file: 1 if of the secret one. */
static int look_at_staged(int dirfd)
{
	auto_close int fd = openat(dirfd, CONFIG_EDIT_TEMPORARY, O_RDONLY | O_CLOEXEC);
	auto_free char *text = NULL;
	struct stat st;
	size_t size;

	if (!CHECK(fd >= 0 && fstat(fd, &st) == 0) ||
	    !CHECK_INT(io_read_fd(fd, 4096, &text, &size), 0))
		return -1;
	if (strstr(text, "secret"))
		return CHECK_INT(st.st_mode & 07777, 0600) ? 1 : -1;
	return CHECK(strstr(text, "public")) && CHECK_INT(st.st_mode & 07777, 0644) ? 0 : -1;
}

/* Whoever owns the folder may put another file there at any moment. */
static void test_exchanged(void)
{
	double begin = tap_now(), seconds;
	unsigned int n[2] = { 0 };
	int fd = make_secret(), status = -1, kind;
	pid_t pid = fork();

	if (pid == 0)
		exchange_for_ever(fd);
	/* On a busy machine longer, until both have been met. */
	do {
		struct config_edit edit;

		if (!CHECK_INT(config_edit_stage(fd, PATH, config_edit_add_text, &edit), 1))
			break;
		kind = look_at_staged(fd);
		if (kind < 0)
			break;
		n[kind]++;
		seconds = tap_now() - begin;
	} while (seconds < 1.5 || (seconds < 20 && !(n[0] && n[1])));
	CHECK(n[0] && n[1]);
	CHECK_INT(kill(pid, SIGKILL), 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	CHECK_INT(config_edit_tidy(fd), 0);
	remove_folder(fd);
	(void)close(fd);
}

static void test_exchanged_since(void)
{
	int fd = make_secret();
	struct config_edit edit;

	CHECK_INT(config_edit_stage(fd, PATH, config_edit_add_text, &edit), 1);
	CHECK_INT(exchange(fd), 0);
	CHECK_INT(config_edit_commit(fd, &edit), -EAGAIN);
	CHECK_INT(exchange(fd), 0);
	CHECK_INT(config_edit_commit(fd, &edit), 0);
	CHECK_INT(config_edit_tidy(fd), 0);
	remove_folder(fd);
	(void)close(fd);
}

/* Adds and removes until it is killed. */
static void edit_for_ever(void)
{
	for (;;) {
		int fd = container_lock(lxcpath, "c");

		if (fd < 0 || add(fd) < 0 || config_edit_remove(fd, PATH) < 0)
			_exit(1);
		(void)close(fd);
	}
}

/* Two writers at once, both killed at a random moment: the old text or the new one, whole. */
static void test_killed(void)
{
	static const char before[] = "lxc.uts.name = x\n";
	auto_free char *after = NULL;
	size_t n, alive = 0, i;
	int fd, status;

	make_folder(before);
	CHECK_INT(config_edit_add_text(span_of(before), PATH, &after, &n), 1);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; i < 150; i++) {
		const struct timespec pause = { 0, rand() % 4000000 };
		auto_free char *text = NULL;
		pid_t pids[2];
		size_t size;

		for (size_t k = 0; k < 2; k++) {
			pids[k] = fork();
			if (pids[k] == 0)
				edit_for_ever();
		}
		(void)nanosleep(&pause, NULL); /* any moment will do */
		for (size_t k = 0; k < 2; k++) {
			(void)kill(pids[k], SIGKILL); /* it may have ended, which is told below */
			CHECK_INT(waitpid(pids[k], &status, 0), pids[k]);
			alive += WIFSIGNALED(status);
		}
		CHECK_INT(io_read_file_at(fd, "config", 4096, &text, &size), 0);
		if (!CHECK(text && (strcmp(text, before) == 0 || strcmp(text, after) == 0)))
			break;
	}
	CHECK_INT(alive, 2 * i);
	CHECK_INT(config_edit_tidy(fd), 0); /* what the last one killed left, or not */
	remove_folder(fd);
	(void)close(fd);
}

TAP_MAIN({ "in and out leaves every byte as it was", test_there_and_back },
	 { "also when other lines came since", test_edited_since },
	 { "a line of the administrator's own stays", test_not_ours },
	 { "mode, owner and attributes of the file stay", test_file },
	 { "planted links and FIFOs are not touched", test_planted },
	 { "a container's folder is no link", test_folder_is_link },
	 { "a file that is exchanged meanwhile: text and mode of one", test_exchanged },
	 { "exchanged since: not replaced", test_exchanged_since },
	 { "killed at any moment, the file is the old or the new one", test_killed })
