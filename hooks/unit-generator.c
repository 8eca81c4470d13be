/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unit-generator: a generator as in systemd.generator(7), bound read-only into the guest's
 * /run by base.conf and run there by the guest's systemd with the guest's own powers.
 *
 * systemd >= 255 starts a service that has User= and any option made of a seccomp filter
 * by keeping CAP_SYS_ADMIN over the change of the user (src/core/exec-invoke.c,
 * keep_seccomp_privileges).  Without that capability the service fails with 217/USER.  It
 * does not try where the service's own filter forbids capset(2): then it sets the filter
 * after the change, under no_new_privs, as it did before 255.  So this gives each such
 * service a drop-in that forbids capset(2).  It adds no filter to a service without one.
 *
 * Without CAP_SYS_PTRACE, scripts of /etc/init.d cannot stop what they started: unit-sysv.c.
 *
 * Everything it reads and writes is the guest's.  The host takes nothing from it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/capability.h>

#include "hooks/unit-dirs.h"
#include "hooks/unit-sysv.h"
#include "lib/cleanup.h"
#include "lib/io.h"
#include "lib/unitfile.h"

#define PROGRAM "unit-generator"
#define UNIT_SIZE_MAX (1u << 20)

#define DROPIN                                                             \
	"# By lxc-harden: without CAP_SYS_ADMIN this service would fail\n" \
	"# with 217/USER; see lxc-harden.conf(5).\n"                       \
	"[Service]\n"                                                      \
	"SystemCallFilter=~capset"

/*
 * Out of a list of what is allowed it is taken; an error number would put it back into
 * systemd's table.  Where there is no such list it is refused kindly, not by a signal.
 */
static const char dropin_allowed[] = DROPIN "\n";
static const char dropin_refused[] = DROPIN ":EPERM\n";

/* The options of context_has_seccomp() in systemd's exec-invoke.c. */
static const char *const filters[] = {
	"LockPersonality",	   "MemoryDenyWriteExecute",
	"PrivateDevices",	   "ProtectClock",
	"ProtectHostname",	   "ProtectKernelLogs",
	"ProtectKernelModules",	   "ProtectKernelTunables",
	"RestrictAddressFamilies", "RestrictNamespaces",
	"RestrictRealtime",	   "RestrictSUIDSGID",
	"SystemCallArchitectures", "SystemCallFilter",
	"SystemCallLog",
};

struct service {
	bool user, dynamic_user;
	bool has_filter, has_allow_list; /* SystemCallFilter=: the first value decides its kind */
	uint32_t filters;		 /* a bit for each of the table */
};

static bool is_set(struct span value)
{
	return value.n && unitfile_parse_bool(value) != 0;
}

static void read_setting(const struct unitfile_setting *s, struct service *svc)
{
	if (!span_is(s->section, "Service"))
		return;
	if (span_is(s->key, "User"))
		svc->user = s->value.n > 0;
	else if (span_is(s->key, "DynamicUser"))
		svc->dynamic_user = is_set(s->value);
	else if (span_is(s->key, "SystemCallFilter")) {
		if (s->value.n && !svc->has_filter)
			svc->has_allow_list = s->value.p[0] != '~';
		svc->has_filter = s->value.n > 0;
	}
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		if (!span_is(s->key, filters[i]))
			continue;
		/* An empty value takes back what was said before; so does "no". */
		svc->filters &= ~(UINT32_C(1) << i);
		if (is_set(s->value))
			svc->filters |= UINT32_C(1) << i;
	}
}

/* 1 if it was read, 0 if there is no such file, or -errno. */
static int read_unit(int dirfd, const char *name, struct service *svc)
{
	auto_close int pathfd = openat(dirfd, name, O_PATH | O_CLOEXEC);
	auto_close int fd = pathfd < 0 ? -errno : io_reopen_file(pathfd);
	auto_free char *text = NULL;
	struct unitfile_setting setting;
	struct unitfile unit;
	size_t size;
	int r;

	/* /dev/null and folders: masked, or no unit at all. */
	if (fd == -ENOENT || fd == -EINVAL)
		return 0;
	if (fd < 0)
		return fd;
	r = io_read_fd(fd, UNIT_SIZE_MAX, &text, &size);
	if (r < 0)
		return r;
	unit = UNITFILE_INIT(((struct span){ text, size }));
	while (unitfile_next(&unit, &setting))
		read_setting(&setting, svc);
	return 1;
}

static int read_dropins_of(DIR *dir, struct service *svc)
{
	const struct dirent *entry;
	int r;

	while ((entry = unitdir_next(dir, &r))) {
		if (!span_ends(span_of(entry->d_name), ".conf"))
			continue;
		r = read_unit(dirfd(dir), entry->d_name, svc);
		if (r < 0)
			return r;
	}
	return r;
}

/* All drop-ins of the unit; in which order matters little, as few contradict each other. */
static int read_dropins(const char *name, struct service *svc)
{
	char path[PATH_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < unitdir_n; i++) {
		auto_closedir DIR *dir = NULL;

		r = snprintf(path, sizeof(path), "%s/%s.d", unitdirs[unitdir_n - 1 - i], name);
		if (r < 0 || (size_t)r >= sizeof(path))
			return -ENAMETOOLONG;
		r = unitdir_open(path, &dir);
		if (dir)
			r = read_dropins_of(dir, svc);
	}
	return r;
}

static int write_dropin(const char *out, const char *name, const struct service *svc)
{
	return unitdir_write_dropin(out, name, "50-lxc-harden.conf",
				    svc->has_filter && svc->has_allow_list ? dropin_allowed
									   : dropin_refused);
}

static int mend_service(int dirfd, const char *name, const char *out)
{
	struct service svc = { 0 };
	int r = read_unit(dirfd, name, &svc);

	if (r <= 0)
		return r;
	r = read_dropins(name, &svc);
	if (r < 0)
		return r;
	if (!(svc.user || svc.dynamic_user) || !svc.filters)
		return 0;
	return write_dropin(out, name, &svc);
}

static int complain(const char *name, int r)
{
	return unitdir_complain(PROGRAM, name, r);
}

/* One that cannot be read does not stop the rest.  The exit status. */
static int mend_folder(size_t folder, const char *out)
{
	auto_closedir DIR *dir = NULL;
	const struct dirent *entry;
	int r = unitdir_open(unitdirs[folder], &dir), status = 0;

	while (dir && (entry = unitdir_next(dir, &r))) {
		if (!span_ends(span_of(entry->d_name), ".service"))
			continue;
		r = unitdir_find(folder, entry->d_name);
		if (r == 0)
			r = mend_service(dirfd(dir), entry->d_name, out);
		if (r < 0)
			status = complain(entry->d_name, r);
	}
	return r < 0 ? complain(unitdirs[folder], r) : status;
}

/* All services; the exit status. */
static int mend_all(const char *out)
{
	int status = 0;

	for (size_t i = 0; i < unitdir_n; i++)
		status |= mend_folder(i, out);
	return status;
}

static bool is_missing(const char *path)
{
	return faccessat(AT_FDCWD, path, F_OK, 0) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/*
 * systemd-executor came with 255, and with it the trouble.  Where it cannot be told, it is
 * taken for granted: the drop-ins do no harm elsewhere.
 */
static bool is_concerned(void)
{
	return prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) != 1 &&
	       !(is_missing("/usr/lib/systemd/systemd-executor") &&
		 is_missing("/lib/systemd/systemd-executor"));
}

int main(int argc, char *argv[])
{
	int status = 0;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return puts(PROGRAM " " PACKAGE_VERSION) < 0;
	if (argc != 4) {
		fputs(PROGRAM ": is run by systemd as a generator, with three folders; see "
			      "systemd.generator(7)\n",
		      stderr);
		return 2;
	}
	if (is_concerned())
		status = mend_all(argv[1]);
	if (prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE) != 1)
		status |= sysv_mend_all(PROGRAM, argv[1]);
	return status;
}
