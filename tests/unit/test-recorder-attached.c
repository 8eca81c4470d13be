/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tools/recorder/recorder-attached: who came into a container, among as many as there may be. */
#include "config.h"

#include "tools/recorder/recorder-attached.h"

#include "lib/cleanup.h"
#include "tests/unit/tap.h"

#define MANY 200000

static bool is_attached(const struct recorder_process *list, size_t n, pid_t pid)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].pid == pid)
			return list[i].attached;
	}
	return false;
}

static void test_who(void)
{
	enum { INIT = 500 };
	static const struct {
		pid_t pid, ppid;
		bool inside, attached;
	} cases[] = {
		{ 1, 0, false, false },	    { 400, 1, false, false }, /* LXC's monitor */
		{ INIT, 400, true, false }, { 510, INIT, true, false },	 { 502, 510, true, false },
		{ 600, 1, false, false }, /* lxc-attach */
		{ 602, 600, true, true },   { 603, 602, true, true },	 { 601, 603, true, true },
		{ 604, 603, false, true },  /* a container in it */
		{ 700, 12345, true, true }, /* its parent has gone since */
		{ 701, 0, true, true },	    /* in another namespace than ours */
		{ 800, 801, false, false }, /* each is the other's parent */
		{ 801, 800, false, false }, { 510000, 1, false, false }, /* none of this container's
									  */
	};
	enum { N = sizeof(cases) / sizeof(cases[0]) };
	struct recorder_process list[N];

	/* In whatever order. */
	for (size_t first = 0; first < N; first++) {
		for (size_t i = 0; i < N; i++)
			list[(first + i * 7) % N] = (struct recorder_process){
				.pid = cases[i].pid,
				.ppid = cases[i].ppid,
				.inside = cases[i].inside,
			};
		recorder_find_attached(list, N, INIT);
		for (size_t i = 0; i < N; i++) {
			if (!CHECK_INT(is_attached(list, N, cases[i].pid), cases[i].attached))
				printf("# process %d, order %zu\n", (int)cases[i].pid, first);
		}
	}
	recorder_find_attached(NULL, 0, INIT);
}

/* Children of one, or each the child of the next: their number must not make us slow. */
static void check_many(bool chain)
{
	auto_free struct recorder_process *list = calloc(MANY, sizeof(*list));
	double begin = tap_now();
	size_t n = 0;

	if (!CHECK(list))
		return;
	for (size_t i = 0; i < MANY; i++) {
		list[i].pid = (pid_t)i + 1000;
		list[i].ppid = chain ? (pid_t)i + 1001 : 1000 + MANY - 1;
		list[i].inside = true;
	}
	list[MANY - 1].ppid = 1; /* not in the list */
	recorder_find_attached(list, MANY, 500);
	for (size_t i = 0; i < MANY; i++)
		n += list[i].attached;
	CHECK_INT(n, MANY);
	CHECK(tap_now() - begin < 5);
}

static void test_many(void)
{
	check_many(false);
	check_many(true);
}

TAP_MAIN({ "who came in", test_who }, { "a guest of many processes", test_many })
