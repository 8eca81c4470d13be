/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See unit-sysv.h. */
#include "config.h"

#include "hooks/unit-sysv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hooks/unit-dirs.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/span.h"

#define SCRIPTS "/etc/init.d"
#define SCRIPT_SIZE_MAX (1u << 20)
/* Sorts last: an administrator's "override.conf" would win over "50-". */
#define DROPIN_NAME "zz-lxc-harden.conf"

#define DROPIN                                                                     \
	"# By lxc-harden: without CAP_SYS_PTRACE the script cannot stop another\n" \
	"# user's daemon; see lxc-harden.conf(5).\n"                               \
	"[Service]\n"                                                              \
	"KillMode=control-group\n"

static const char dropin_plain[] = DROPIN;
static const char dropin_reload[] = DROPIN "GuessMainPID=yes\n"
					   "ExecReload=\n"
					   "ExecReload=/bin/kill -HUP $MAINPID\n";

static bool has_text(struct span script, const char *text)
{
	return memmem(script.p, script.n, text, strlen(text));
}

/*
 * The script reloads by a SIGHUP through start-stop-daemon, which finds nobody any more.  One
 * that reloads otherwise is left to do so: SIGHUP ends a daemon that does not expect it.
 */
static bool reloads_by_hup(struct span script)
{
	static const char *const ways[] = {
		"--signal HUP", "--signal SIGHUP", "--signal 1",      "-s HUP",	    "-s SIGHUP",
		"-s 1",		"--signal=HUP",	   "--signal=SIGHUP", "--signal=1",
	};
	bool hup = false;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		hup = hup || has_text(script, ways[i]);
	return hup && has_text(script, "start-stop-daemon") && has_text(script, "reload)");
}

/* The unit's name as systemd makes it, of names that need no escaping; false for others. */
static bool make_unit_name(const char *script, char buf[NAME_MAX + 1])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789:-_.";
	struct span name = span_of(script);
	int r;

	if (!name.n || name.p[0] == '.' || strspn(script, plain) != name.n)
		return false;
	if (span_ends(name, ".sh"))
		name.n -= 3;
	r = snprintf(buf, NAME_MAX + 1, "%.*s.service", (int)name.n, name.p);
	return r > 0 && r <= NAME_MAX;
}

/* 0, or -errno.  What is not an executable file is no script to systemd either. */
static int mend_script(int dirfd, const char *script, const char *out)
{
	auto_close int pathfd = openat(dirfd, script, O_PATH | O_CLOEXEC);
	auto_close int fd = pathfd < 0 ? -errno : io_reopen_file(pathfd);
	auto_free char *text = NULL;
	char unit[NAME_MAX + 1];
	struct span span;
	struct stat st;
	int r;

	if (fd == -ENOENT || fd == -EINVAL)
		return 0;
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!(st.st_mode & S_IXUSR) || !make_unit_name(script, unit))
		return 0;
	r = unitdir_find(unitdir_n, unit);
	if (r != 0)
		return r < 0 ? r : 0;
	r = io_read_fd(fd, SCRIPT_SIZE_MAX, &text, &span.n);
	if (r < 0)
		return r;
	span.p = text;
	return unitdir_write_dropin(out, unit, DROPIN_NAME,
				    reloads_by_hup(span) ? dropin_reload : dropin_plain);
}

int sysv_mend_all(const char *program, const char *out)
{
	auto_closedir DIR *dir = NULL;
	const struct dirent *entry;
	int r = unitdir_open(SCRIPTS, &dir), status = 0;

	while (dir && (entry = unitdir_next(dir, &r))) {
		int bad = mend_script(dirfd(dir), entry->d_name, out);

		if (bad < 0)
			status = unitdir_complain(program, entry->d_name, bad);
	}
	return r < 0 ? unitdir_complain(program, SCRIPTS, r) : status;
}
