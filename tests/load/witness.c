/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * witness FOLDER: prints "ready", then a line for each time that somebody opens, reads, changes
 * or removes FOLDER or anything in it, until SIGTERM.  (To look at the name of a thing, or to
 * hold it with O_PATH, is none of these.)
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
	WATCHES_MAX = 64,
	EVENTS = IN_OPEN | IN_ACCESS | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE |
		 IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF,
};

static struct {
	int fd;
	char paths[WATCHES_MAX][PATH_MAX];
} watches; /* nftw(3) hands nothing on */

static int add(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	int id;

	(void)st, (void)at;
	if (kind != FTW_D)
		return 0;
	id = inotify_add_watch(watches.fd, path, EVENTS | IN_DONT_FOLLOW);
	if (id < 0 || id >= WATCHES_MAX)
		err(1, "cannot watch '%s'", path);
	(void)snprintf(watches.paths[id], PATH_MAX, "%s", path);
	return 0;
}

static void print(const struct inotify_event *e)
{
	if (e->mask & IN_Q_OVERFLOW || e->wd < 0 || e->wd >= WATCHES_MAX)
		puts("more than could be told");
	else
		printf("%s/%s %#x\n", watches.paths[e->wd], e->len ? e->name : "", e->mask);
	(void)fflush(stdout); /* a line is missing then, and so is "ready" */
}

int main(int argc, char **argv)
{
	_Alignas(struct inotify_event) char buf[64 << 10];
	ssize_t n;

	if (argc != 2)
		errx(2, "usage: witness FOLDER");
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* the caller ends us, too */
	watches.fd = inotify_init1(IN_CLOEXEC);
	if (watches.fd < 0 || nftw(argv[1], add, 16, FTW_PHYS) != 0)
		err(1, "cannot watch '%s'", argv[1]);
	/* To go through the folder was to open it. */
	if (fcntl(watches.fd, F_SETFL, O_NONBLOCK) < 0)
		err(1, "cannot empty the queue");
	while (read(watches.fd, buf, sizeof(buf)) > 0)
		;
	if (fcntl(watches.fd, F_SETFL, 0) < 0)
		err(1, "cannot wait");
	puts("ready");
	(void)fflush(stdout); /* the caller looks for it */
	while ((n = read(watches.fd, buf, sizeof(buf))) > 0) {
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *e = (const struct inotify_event *)p;

			print(e);
			p += sizeof(*e) + e->len;
		}
	}
	err(1, "cannot read");
}
