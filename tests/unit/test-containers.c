/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/container/containers and tools/process/workers: folders of root and of a user who means
 * harm. */
#include "config.h"

#include "tools/container/containers.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "lib/cleanup.h"
#include "tests/unit/scratch.h"

#define SOMEBODY 54321 /* no user of the host's */

/* --- workers --- */

static void job(size_t index, void *result, const void *state)
{
	size_t *out = result;

	if (index == *(const size_t *)state)
		abort();
	if (index == *(const size_t *)state + 1) {
		for (;;)
			(void)pause();
	}
	*out = index + 1;
}

static void test_broken_jobs(void)
{
	size_t bad = 7;
	struct workers w = { .n = 300, .size = sizeof(size_t), .jobs = 3, .seconds = 1 };
	struct workers_results r;
	const size_t *out;

	w.run = job;
	w.state = &bad;
	if (!CHECK_INT(workers_run(&w, &r), 0))
		return;
	out = r.results;
	for (size_t i = 0; i < w.n; i++) {
		enum workers_end want = i == bad       ? WORKERS_CRASHED
					: i == bad + 1 ? WORKERS_TIMED_OUT
						       : WORKERS_DONE;

		CHECK_INT(r.ends[i], want);
		CHECK_INT(out[i], want == WORKERS_DONE ? i + 1 : 0);
	}
	workers_done(&r);
	CHECK_INT(waitpid(-1, NULL, WNOHANG), -1);
	CHECK_INT(errno, ECHILD);
}

struct rights {
	uid_t uid, saved;
	gid_t gid;
	int groups;
	bool reads, memory;
};

static void look(size_t index, void *result, const void *state)
{
	struct rights *r = result;
	auto_free char *much = malloc((size_t)600 << 20);
	uid_t effective;

	(void)index, (void)state;
	(void)getresuid(&r->uid, &effective, &r->saved);
	r->gid = getegid();
	r->groups = getgroups(0, NULL);
	r->reads = access("/etc/shadow", R_OK) == 0;
	r->memory = much != NULL;
}

static void test_rights(void)
{
	static const struct workers_owner owners[] = { { 0, 0 }, { SOMEBODY, 4321 } };
	struct workers w = { .n = 2, .size = sizeof(struct rights), .owners = owners };
	struct workers_results r;
	const struct rights *out;

	if (tap_needs_root())
		return;
	w.run = look;
	if (!CHECK_INT(workers_run(&w, &r), 0))
		return;
	out = r.results;
	CHECK(out[0].reads && !out[1].reads);
	/* As a record of his would take, which is read outside of his own limits. */
	CHECK(out[0].memory);
#ifndef WITH_SANITIZERS /* whose own memory is larger */
	CHECK(!out[1].memory);
#endif
	CHECK_INT(out[0].uid, 0);
	CHECK_INT(out[1].uid, SOMEBODY);
	CHECK_INT(out[1].saved, SOMEBODY);
	CHECK_INT(out[1].gid, 4321);
	CHECK_INT(out[1].groups, 0);
	workers_done(&r);
}

static void hang(size_t index, void *result, const void *state)
{
	(void)index, (void)result, (void)state;
	for (;;)
		(void)pause();
}

/* As a user's does whose processes are all stopped by him; nobody else waits for that. */
static void test_give_up(void)
{
	struct workers w = { .n = 30, .size = 1, .jobs = 2, .seconds = 1, .run = hang };
	struct workers_owner *owners = calloc(w.n, sizeof(*owners));
	struct workers_results r;
	time_t begin = time(NULL);

	if (tap_needs_root() || !CHECK(owners))
		return;
	for (size_t i = 0; i < w.n; i++)
		owners[i] = (struct workers_owner){ SOMEBODY, SOMEBODY };
	w.owners = owners;
	if (CHECK_INT(workers_run(&w, &r), 0)) {
		for (size_t i = 0; i < w.n; i++)
			CHECK_INT(r.ends[i], WORKERS_TIMED_OUT);
		workers_done(&r);
	}
	/* By two at a time, all of them would take half a minute. */
	CHECK(time(NULL) - begin < 15);
	free(owners);
}

static void test_no_jobs(void)
{
	struct workers w = { .n = 0, .size = 8 };
	struct workers_results r;

	w.run = job;
	if (CHECK_INT(workers_run(&w, &r), 0)) {
		CHECK_INT(r.n, 0);
		workers_done(&r);
	}
}

/* --- containers --- */

static void make(int dirfd, const char *name)
{
	char path[300];

	CHECK_INT(mkdirat(dirfd, name, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/config", name);
	scratch_write(dirfd, path, "", 0);
}

static size_t find(struct containers *ret)
{
	const char *paths[] = { scratch_path };
	struct containers_error error = { "" };

	if (!CHECK_INT(containers_find(paths, 1, false, ret, &error), 0)) {
		printf("# %s\n", error.text);
		*ret = (struct containers){ .n = 0 };
	}
	return ret->n;
}

static void test_find(void)
{
	int dirfd = scratch_new(), fds = scratch_open_fds();
	struct containers list;

	make(dirfd, "web");
	make(dirfd, "<b>");
	make(dirfd, ".hidden");
	CHECK_INT(mkdirat(dirfd, "none", 0755), 0);
	CHECK_INT(mkdirat(dirfd, "fifo", 0755), 0);
	CHECK_INT(mkfifoat(dirfd, "fifo/config", 0600), 0);
	scratch_write(dirfd, "file", "", 0);
	CHECK_INT(find(&list), 2);
	CHECK_STR(list.n == 2 ? list.items[0].name : NULL, "<b>");
	CHECK_STR(list.n == 2 ? list.items[1].name : NULL, "web");
	CHECK_STR(list.n == 2 ? list.items[1].lxcpath : NULL, scratch_path);
	containers_done(&list);
	CHECK_INT(scratch_open_fds(), fds);
}

static void test_find_nothing(void)
{
	static const char *const paths[] = { "/nonexistent/\n" };
	struct containers_error error = { "" };
	struct containers list = { .n = 4711 };

	CHECK_INT(containers_find(paths, 1, false, &list, &error), -ENOENT);
	CHECK_STR(error.text,
		  "cannot read the folder '/nonexistent/\\x0a': No such file or directory");
	CHECK_INT(list.n, 4711);
}

/* A user's folder, by -P: a link to root's must not be followed with root's rights. */
static void test_find_of_user(void)
{
	int dirfd = scratch_new();
	struct containers list;

	if (tap_needs_root())
		return;
	make(dirfd, "mine");
	CHECK_INT(mkdirat(dirfd, "secret", 0700), 0);
	make(dirfd, "secret/db");
	CHECK_INT(symlinkat("secret/db", dirfd, "stolen"), 0);
	CHECK_INT(mkdirat(dirfd, "linked", 0755), 0);
	CHECK_INT(symlinkat("/etc/passwd", dirfd, "linked/config"), 0);
	CHECK_INT(find(&list), 3); /* while it is root's own folder */
	containers_done(&list);
	CHECK_INT(fchown(dirfd, SOMEBODY, SOMEBODY), 0);
	if (CHECK_INT(find(&list), 1)) {
		CHECK_STR(list.items[0].name, "mine");
		CHECK_INT(list.items[0].owner.uid, SOMEBODY);
		CHECK(list.items[0].owner.gid != 0); /* which the folder may have */
	}
	containers_done(&list);
}

/* The folder looks like root's at the moment, and tomorrow it is another one. */
static void test_owner_of_link(void)
{
	int dirfd = scratch_new();
	char path[PATH_MAX];

	if (tap_needs_root())
		return;
	CHECK_INT(mkdirat(dirfd, "roots", 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/roots", scratch_path);
	CHECK_INT(containers_find_owner(path).uid, 0);
	CHECK_INT(symlinkat("roots", dirfd, "link"), 0);
	CHECK_INT(fchownat(dirfd, "link", SOMEBODY, 0, AT_SYMLINK_NOFOLLOW), 0);
	(void)snprintf(path, sizeof(path), "%s/link", scratch_path);
	CHECK_INT(containers_find_owner(path).uid, SOMEBODY);
	/* Whoever is the first there has a container in it. */
	CHECK_INT(containers_find_owner("/tmp").uid, 65534);
}

/* Those that do not fit are counted: who has so many does not hide the last ones. */
static void test_too_many(void)
{
	int dirfd = scratch_new();
	struct containers list;
	char name[20];

	if (tap_needs_root())
		return;
	for (int i = 0; i <= CONTAINERS_OF_USER_MAX; i++) {
		(void)snprintf(name, sizeof(name), "c%d", i);
		make(dirfd, name);
	}
	CHECK_INT(fchown(dirfd, SOMEBODY, 0), 0);
	CHECK_INT(find(&list), CONTAINERS_OF_USER_MAX);
	CHECK_INT(list.left_out, 1);
	containers_done(&list);
}

static int listen_at(const struct container *c)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int n = snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "%s/%s/command", c->lxcpath,
			 c->name);

	CHECK_INT(bind(fd, (struct sockaddr *)&a,
		       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)),
		  0);
	CHECK_INT(listen(fd, 1), 0);
	return fd;
}

static void test_socket(void)
{
	char name[40];
	struct container c = { .lxcpath = "/nonexistent/test", .name = name };
	int fd;

	(void)snprintf(name, sizeof(name), "socket-%d", (int)getpid());
	CHECK(!containers_is_running(&c));
	c.owner.uid = geteuid();
	fd = listen_at(&c);
	CHECK(containers_is_running(&c));
	(void)close(fd);
	CHECK(!containers_is_running(&c));
	if (tap_needs_root())
		return;
	/* Anybody may bind the name while the container is stopped. */
	CHECK_INT(seteuid(SOMEBODY), 0);
	fd = listen_at(&c);
	CHECK_INT(seteuid(0), 0);
	CHECK(!containers_is_running(&c));
	c.owner.uid = SOMEBODY;
	CHECK(containers_is_running(&c));
	(void)close(fd);
}

TAP_MAIN({ "a job that crashes or hangs is the only one lost", test_broken_jobs },
	 { "a user's job has that user's rights", test_rights }, { "no job at all", test_no_jobs },
	 { "a user who stops his jobs holds up nobody", test_give_up },
	 { "containers of a folder, sorted", test_find },
	 { "a folder that is not there", test_find_nothing },
	 { "links in a user's folder are not followed", test_find_of_user },
	 { "a link of a user's to root's folder is the user's", test_owner_of_link },
	 { "containers of a user that are too many", test_too_many },
	 { "a socket is believed only from root and the owner", test_socket });
