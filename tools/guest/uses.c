/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See units.h: who in the guest may use what level strict closes.  By what a package
 * depends on, which says what its programs do whatever it is called; by files that say the
 * same where no list of packages is; by names only for programs that bring all they need.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/emit.h"
#include "tools/guest/dpkgstatus.h"
#include "tools/guest/files.h"
#include "tools/guest/lists.h"
#include "tools/guest/units.h"

#define STATUS_SIZE_MAX (32u << 20)

static const struct use_row {
	const char *name;
	bool prefix;
	enum guest_use use;
} depends[] = {
	{ "liburing", true, GUEST_IO_URING },
	/* Maps of ids for user namespaces, and those that make namespaces for others. */
	{ "uidmap", false, GUEST_NAMESPACES },
	{ "bubblewrap", false, GUEST_NAMESPACES },
	{ "runc", false, GUEST_NAMESPACES },
	{ "crun", false, GUEST_NAMESPACES },
	{ "containerd", true, GUEST_NAMESPACES },
	{ "liblxc", true, GUEST_NAMESPACES },
	{ "rootlesskit", false, GUEST_NAMESPACES },
}, files[] = {
	{ "liburing.so.", true, GUEST_IO_URING },
	{ "ld-linux.so.2", false, GUEST_I386 },
	{ "newuidmap", false, GUEST_NAMESPACES },
	{ "bwrap", false, GUEST_NAMESPACES },
	{ "runc", false, GUEST_NAMESPACES },
	{ "crun", false, GUEST_NAMESPACES },
	{ "containerd", false, GUEST_NAMESPACES },
	{ "dockerd", false, GUEST_NAMESPACES },
	{ "podman", false, GUEST_NAMESPACES },
	{ "lxc-start", false, GUEST_NAMESPACES },
	{ "incusd", false, GUEST_NAMESPACES },
	{ "snapd", false, GUEST_NAMESPACES },
	{ "systemd-nspawn", false, GUEST_NAMESPACES },
};

static const struct use_row *find_row(const struct use_row *rows, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].prefix ? span_starts(name, rows[i].name) : span_is(name, rows[i].name))
			return &rows[i];
	}
	return NULL;
}

/* Only where programs and libraries are: a file of data may be called anything. */
static bool is_installed(struct span path)
{
	return span_starts(path, "/usr/") || span_starts(path, "/bin/") ||
	       span_starts(path, "/sbin/") || span_starts(path, "/lib") ||
	       span_starts(path, "/opt/");
}

int guest_judge_file(struct guest *guest, const char *name, struct span path)
{
	const struct use_row *row =
		find_row(files, sizeof(files) / sizeof(files[0]), span_of(name));

	return row && is_installed(path) ? guest_add_user(guest, row->use, path) : 0;
}

/* A library's own package is no program's. */
static bool is_library(struct span package)
{
	return span_starts(package, "lib");
}

static int judge_package(struct guest *guest, const struct dpkgstatus *p)
{
	struct span lists[] = { p->depends, p->pre_depends }, name;
	bool told[GUEST_N_USES] = { false };
	int r = 0;

	for (size_t i = 0; i < 2; i++) {
		while (r == 0 && dpkgstatus_next_name(&lists[i], &name)) {
			const struct use_row *row =
				find_row(depends, sizeof(depends) / sizeof(depends[0]), name);
			char text[300];
			struct emit e = EMIT_INIT(text);

			if (!row || told[row->use])
				continue;
			told[row->use] = true;
			emit_str(&e, "package ");
			emit_span(&e, p->package);
			emit_str(&e, " (depends on ");
			emit_span(&e, name);
			emit_str(&e, ")");
			r = guest_add_user(guest, row->use, span_of(text));
		}
	}
	return r;
}

int guest_read_packages(struct guest *guest, int rootfd)
{
	static const char path[] = "var/lib/dpkg/status";
	auto_free char *text = NULL;
	struct dpkgstatus p;
	struct span rest;
	size_t size;
	int r = guest_read_file(rootfd, path, STATUS_SIZE_MAX, &text, &size);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r == -ENOMEM ? r : guest_add_note(guest, span_of(path), guest_why(r));
	rest = (struct span){ text, size };
	while (r == 0 && dpkgstatus_next(&rest, &p)) {
		if (p.installed && !is_library(p.package))
			r = judge_package(guest, &p);
	}
	return r;
}
